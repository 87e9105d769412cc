import assert from "node:assert/strict";
import { rawSplits } from "../../../assets/polled/raw_splits.ts";
import type { VendorSplit } from "../../../resources/market_data/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { afterClose, listedRow, scriptedVendor, vendorResources } from "../../support/scripted_vendor.ts";

function split(ticker: string, executionDate: string, [from, to]: [number, number]): VendorSplit {
  return {
    id: `${ticker} ${executionDate} ${to}`,
    ticker,
    executionDate,
    splitFrom: from,
    splitTo: to,
    ratio: to / from,
  };
}

Deno.test("raw_splits holds the splits of followed tickers by session, those that are only announced apart", async () => {
  const { vendor, asked } = scriptedVendor({
    splits: [
      split("A", "2024-02-01", [1, 4]),
      split("A", "2024-02-01", [2, 1]),
      split("OTHER", "2024-02-01", [1, 2]),
      // A Saturday: the Monday's prices are the first after it.
      split("B", "2024-02-03", [10, 1]),
      split("B", "2024-06-03", [1, 3]),
    ],
  });
  const { rows, metadata } = await runAsset(rawSplits, {
    inputs: { tickers: [listedRow("A"), listedRow("B")] },
    resources: vendorResources(vendor),
    clock: afterClose("2024-03-01"),
  });
  // Which of A's differing splits holds, its bars have to tell; there are none.
  assert.deepEqual(asked, ["splits 2024-01-02", "ticker A 2024-01-18 2024-02-15"]);
  assert.deepEqual(rows, [
    { ticker: "A", session: "2024-02-01", ratio: 2 },
    { ticker: "B", session: "2024-02-05", ratio: 0.1 },
  ]);
  assert.deepEqual(metadata.announced, {
    type: "table",
    columns: ["ticker", "session", "ratio"],
    rows: [["B", "2024-06-03", 3]],
  });
  assert.deepEqual(metadata.calls, { type: "number", value: 2 });
});
