import assert from "node:assert/strict";
import { rawDailyBars } from "../../../assets/polled/raw_daily_bars.ts";
import { isRetryable } from "../../../engine/errors.ts";
import type { VendorBar } from "../../../resources/market_data/mod.ts";
import { rawBar } from "../../support/bars.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { scriptedVendor, vendorBar, vendorResources } from "../../support/scripted_vendor.ts";

const nothing = { tickers: [], splits: [], dividends: [] };

function run(
  bars: VendorBar[],
  more: Partial<Parameters<typeof runAsset>[1]> & { partitions: { names: string[]; dates: string[] } },
) {
  const { vendor, asked } = scriptedVendor({ bars });
  return {
    asked,
    made: runAsset(rawDailyBars, { inputs: nothing, resources: vendorResources(vendor), ...more }),
  };
}

Deno.test("raw_daily_bars keeps the requested tickers of a session, repeated bars and missing values included", async () => {
  const bars = [
    vendorBar("B", "2024-02-01", 20),
    vendorBar("UNLISTED", "2024-02-01", 1),
    vendorBar("A", "2024-02-01", 10, { volume: NaN, vwap: 10.5 }),
    vendorBar("B", "2024-02-01", 21),
  ];
  const { asked, made } = run(bars, { partitions: { names: ["A", "B", "C"], dates: ["2024-02-01"] } });
  const { rows, metadata, progress } = await made;
  assert.deepEqual(asked, ["session 2024-02-01"]);
  assert.deepEqual(rows, [
    rawBar("A", "2024-02-01", 10, { volume: null, vwap: 10.5 }),
    rawBar("B", "2024-02-01", 20),
    rawBar("B", "2024-02-01", 21, { occurrence: 2 }),
  ]);
  assert.deepEqual(progress, [[1, 1]]);
  const numbers = Object.fromEntries(Object.entries(metadata).map(([name, m]) => [name, "value" in m ? m.value : m]));
  assert.deepEqual(numbers, { source: "scripted", calls: 1, bars: 3, cells_without_bar: 1, restated: 0 });
});

Deno.test("raw_daily_bars takes splits and dividends of the same ticker and session", async () => {
  const { made } = run([vendorBar("A", "2024-02-01", 10), vendorBar("A", "2024-02-02", 5)], {
    partitions: { names: ["A"], dates: ["2024-02-01", "2024-02-02"] },
    inputs: {
      tickers: [],
      splits: [{ ticker: "A", session: "2024-02-02", ratio: 2 }],
      dividends: [{ ticker: "A", session: "2024-02-01", cash: 0.25 }],
    },
  });
  assert.deepEqual((await made).rows, [
    rawBar("A", "2024-02-01", 10, { dividend: 0.25 }),
    rawBar("A", "2024-02-02", 5, { split: 2 }),
  ]);
});

Deno.test("raw_daily_bars requests one ticker over its sessions where it alone lacks them", async () => {
  const dates = ["2024-02-01", "2024-02-02", "2024-02-05"];
  const { asked, made } = run(dates.map((session) => vendorBar("NEW", session, 10)), {
    partitions: { names: ["NEW"], dates },
  });
  assert.equal((await made).rows.length, 3);
  assert.deepEqual(asked, ["ticker NEW 2024-02-01 2024-02-05"]);
});

Deno.test("raw_daily_bars counts the bars that are not as they were, by value and by their absence", async () => {
  const before = [
    rawBar("A", "2024-02-01", 10),
    rawBar("B", "2024-02-01", 20),
    rawBar("B", "2024-02-01", 20, { occurrence: 2 }),
    rawBar("C", "2024-02-01", 30, { split: 2 }),
  ];
  const { made } = run(
    [vendorBar("A", "2024-02-01", 10.01), vendorBar("B", "2024-02-01", 20), vendorBar("C", "2024-02-01", 30)],
    { partitions: { names: ["A", "B", "C"], dates: ["2024-02-01"] }, before },
  );
  assert.deepEqual((await made).metadata.restated, { type: "number", value: 2 });
});

Deno.test("raw_daily_bars does not take a session without any bar for one in which nothing traded", async () => {
  const { made } = run([], { partitions: { names: ["A", "B"], dates: ["2024-02-01"] } });
  await assert.rejects(made, (error: Error) => {
    assert.match(error.message, /no bar of any instrument for 2024-02-01, on which the exchange traded/);
    return isRetryable(error);
  });
});
