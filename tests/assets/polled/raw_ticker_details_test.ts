import assert from "node:assert/strict";
import { rawTickerDetails } from "../../../assets/polled/raw_ticker_details.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { listedRow, scriptedVendor, vendorResources } from "../../support/scripted_vendor.ts";

async function detailsOf(ticker: string, listed = listedRow(ticker)) {
  const { vendor, asked } = scriptedVendor({
    details: { A: { name: "A Trust", marketCap: 5e9, listDate: "2010-05-03" } },
  });
  const { rows } = await runAsset(rawTickerDetails, {
    inputs: { tickers: [listed], bars: [] },
    partitions: { names: [ticker] },
    resources: vendorResources(vendor),
  });
  return { asked, row: rows[0]! };
}

Deno.test("raw_ticker_details requests one ticker and keeps the vendor's details", async () => {
  const { asked, row } = await detailsOf("A");
  assert.deepEqual(asked, ["details A"]);
  assert.deepEqual(
    [row.found, row.name, row.market_cap, row.list_date, row.sic_code],
    [true, "A Trust", 5e9, "2010-05-03", null],
  );
});

Deno.test("raw_ticker_details notes that the vendor does not know a ticker", async () => {
  const { row } = await detailsOf("B");
  const { ticker, found, ...rest } = row;
  assert.deepEqual([ticker, found, new Set(Object.values(rest))], ["B", false, new Set([null])]);
});

Deno.test("raw_ticker_details requests a delisted ticker as of its last session", async () => {
  const { asked } = await detailsOf("A", listedRow("A", { delisted_on: "2024-02-05" }));
  assert.deepEqual(asked, ["details A 2024-02-02"]);
});

Deno.test("raw_ticker_details has one version a week by New York's calendar", async () => {
  const version = (at: string) =>
    rawTickerDetails.recipe!.source!({ config: {}, resources: {}, clock: { now: () => Temporal.Instant.from(at) } });
  // Sunday evening in New York is Monday in UTC.
  assert.equal(await version("2024-03-04T02:00:00Z"), "2024-02-26");
  assert.equal(await version("2024-03-04T05:00:00Z"), "2024-03-04");
  assert.equal(await version("2024-03-10T12:00:00Z"), "2024-03-04");
});
