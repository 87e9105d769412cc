import assert from "node:assert/strict";
import { rawTickers } from "../../../assets/market/raw_tickers.ts";
import type { TickerListing } from "../../../resources/market_data/mod.ts";
import { marketOf } from "../../support/market_of.ts";
import { runAsset } from "../../support/run_asset.ts";

const listing: TickerListing = {
  ticker: "AMpB",
  name: "A preferred share",
  type: "PS",
  exchange: "XNYS",
  sector: null,
  currency: "USD",
  active: true,
  delistedOn: null,
};

Deno.test("raw_tickers holds what the source lists, case kept", async () => {
  const listings = [listing, { ...listing, ticker: "AMPB", active: false, delistedOn: "2024-01-03" }];
  const { rows, metadata, checks } = await runAsset(rawTickers, { resources: { marketData: marketOf({ listings }) } });
  assert.deepEqual(rows.map((row) => [row.ticker, row.active, row.delisted_on]), [
    ["AMPB", false, "2024-01-03"],
    ["AMpB", true, null],
  ]);
  assert.deepEqual(metadata.inactive, { type: "number", value: 1 });
  assert.ok(checks.not_empty!.passed);
});

Deno.test("raw_tickers is not in order when the source lists nothing", async () => {
  const { checks } = await runAsset(rawTickers, { resources: { marketData: marketOf({ listings: [] }) } });
  assert.equal(checks.not_empty!.passed, false);
});

Deno.test("raw_tickers refuses a source that lists a ticker twice", async () => {
  const marketData = marketOf({ listings: [listing, listing] });
  await assert.rejects(runAsset(rawTickers, { resources: { marketData } }), /two rows with the key ticker "AMpB"/);
});

Deno.test("raw_tickers is stale when the source has another version", async () => {
  const marketData = marketOf({ version: "v7" });
  const source = rawTickers.recipe!.source!;
  assert.equal(await source({ config: {}, resources: { marketData }, clock: { now: Temporal.Now.instant } }), "v7");
});

Deno.test("raw_tickers is stale by the listing alone where the source can tell it from the bars", async () => {
  const marketData = { ...marketOf({ version: "v7" }), tickersVersion: () => Promise.resolve("t1") };
  const source = rawTickers.recipe!.source!;
  assert.equal(await source({ config: {}, resources: { marketData }, clock: { now: Temporal.Now.instant } }), "t1");
});
