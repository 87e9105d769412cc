import assert from "node:assert/strict";
import { rawTickers } from "../../../assets/market/raw_tickers.ts";
import type { TickerListing } from "../../../resources/market_data/mod.ts";
import { marketOf } from "../../support/market_of.ts";
import { runAsset } from "../../../testing/run_asset.ts";

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

Deno.test("raw_tickers holds the source's listing, case preserved", async () => {
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

Deno.test("raw_tickers warns of tickers that the source had before and has no more, and names them", async () => {
  const tickers = Array.from({ length: 40 }, (_, i) => `T${i + 10}`);
  const listings = tickers.map((ticker) => ({ ...listing, ticker }));
  const before = listings.map(({ delistedOn, ...rest }) => ({ ...rest, delisted_on: delistedOn }));
  const kept = async (count: number) => {
    const marketData = marketOf({ listings: listings.slice(0, count) });
    return (await runAsset(rawTickers, { resources: { marketData }, before })).checks.tickers_kept!;
  };
  assert.deepEqual([(await kept(40)).message, (await kept(38)).passed], ["all of 40", true]);
  const { passed, message } = await kept(37);
  assert.equal(passed, false);
  assert.match(message, /^3 of 40 tickers are missing: T47, T48, T49, with all of their history\. Read/);
});
