import assert from "node:assert/strict";
import { rawDividends } from "../../../assets/polled/raw_dividends.ts";
import type { VendorDividend } from "../../../resources/market_data/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { scriptedVendor, vendorResources } from "../../support/scripted_vendor.ts";

function dividend(ticker: string, exDate: string, cash: number, currency: string | null = "USD"): VendorDividend {
  const id = `${ticker} ${exDate} ${cash}`;
  return { id, ticker, exDate, cash, currency, recordDate: null, payDate: null, frequency: 4, distributionType: null };
}

const sessions = ["2024-02-01", "2024-02-02", "2024-02-05"];
const names = ["A", "B", "C", "D"];

Deno.test("raw_dividends sums the dividends of a session, only in dollars, for the requested partitions", async () => {
  const { vendor, asked } = scriptedVendor({
    dividends: [
      dividend("A", "2024-02-01", 0.25),
      dividend("A", "2024-02-01", 1, null),
      // A Saturday counts for the Monday after it.
      dividend("B", "2024-02-03", 0.5),
      dividend("C", "2024-02-02", 3, "EUR"),
      dividend("OTHER", "2024-02-02", 1),
      dividend("A", "2024-02-06", 9),
    ],
  });
  const { rows, metadata } = await runAsset(rawDividends, {
    inputs: { tickers: [] },
    partitions: { names, dates: sessions },
    resources: vendorResources(vendor),
  });
  assert.deepEqual(asked, ["dividends 2024-01-27 2024-02-05"]);
  assert.deepEqual(rows, [
    { ticker: "A", session: "2024-02-01", cash: 1.25 },
    { ticker: "B", session: "2024-02-05", cash: 0.5 },
  ]);
  assert.deepEqual(metadata.left_out_in_other_currency, { type: "number", value: 1 });
});

Deno.test("raw_dividends requests one ticker alone, from some days before, which tell what is not counted again", async () => {
  const { vendor, asked } = scriptedVendor({ dividends: [dividend("B", "2024-02-03", 0.5)] });
  const { rows } = await runAsset(rawDividends, {
    inputs: { tickers: [] },
    partitions: { names: ["B"], dates: ["2024-02-05", "2024-02-06"] },
    resources: vendorResources(vendor),
  });
  assert.deepEqual(asked, ["dividends 2024-01-31 2024-02-06 B"]);
  assert.deepEqual(rows, [{ ticker: "B", session: "2024-02-05", cash: 0.5 }]);
});

Deno.test("raw_dividends keeps a dividend of a date that no calendar has with its reason, and the rest continues", async () => {
  const answer = [dividend("A", "1024-02-01", 1), dividend("OTHER", "1024-02-01", 1), dividend("B", "2024-02-02", 0.5)];
  const vendor = { ...scriptedVendor({}).vendor, dividends: () => Promise.resolve(answer) };
  const { rows, metadata } = await runAsset(rawDividends, {
    inputs: { tickers: [] },
    partitions: { names, dates: sessions },
    resources: vendorResources(vendor),
  });
  assert.deepEqual(rows, [{ ticker: "B", session: "2024-02-02", cash: 0.5 }]);
  assert.match(JSON.stringify(metadata), /no session is known of 1024-02-01/);
  assert.doesNotMatch(JSON.stringify(metadata), /OTHER/);
});
