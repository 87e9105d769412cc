import assert from "node:assert/strict";
import { rowsWithRetry } from "../../../assets/polled/rows_with_retry.ts";
import { rawDailyBars } from "../../../assets/polled/raw_daily_bars.ts";
import { rawDividends } from "../../../assets/polled/raw_dividends.ts";
import { rawSplits } from "../../../assets/polled/raw_splits.ts";
import { type MarketVendor, VendorError, type VendorOptions } from "../../../resources/market_data/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { afterClose, listedRow, scriptedVendor, vendorBar, vendorResources } from "../../support/scripted_vendor.ts";

const SESSION = "2024-02-01";
const split = { id: "1", ticker: "A", executionDate: SESSION, splitFrom: 1, splitTo: 4, ratio: 4 };
const dividend = {
  id: "2",
  ticker: "A",
  exDate: SESSION,
  cash: 0.25,
  currency: "USD",
  recordDate: null,
  payDate: null,
};

/** A vendor whose rows of some tickers come spoilt in its first answers: a bar without values, an event not at all. */
function spoiling(tickers: readonly string[], { answers }: { answers: number }) {
  const { vendor, asked } = scriptedVendor({
    bars: ["A", "B"].map((ticker) => vendorBar(ticker, SESSION, 10)),
    splits: [split],
    dividends: [{ ...dividend, frequency: 4, distributionType: null }],
  });
  let left = answers;
  const spoilt = async <Row extends { ticker: string }>(
    answer: Promise<Row[]>,
    { onUnusable }: VendorOptions,
    without: (row: Row) => Row[],
  ): Promise<Row[]> => {
    const rows = await answer;
    if (left-- <= 0) return rows;
    for (const ticker of tickers) onUnusable?.({ ticker, session: SESSION, place: "row 1", reason: "spoilt" });
    return rows.flatMap((row) => tickers.includes(row.ticker) ? without(row) : [row]);
  };
  const nothing = { open: NaN, high: NaN, low: NaN, close: NaN, volume: NaN };
  const spoiltVendor: MarketVendor = {
    ...vendor,
    sessionBars: (session, options = {}) =>
      spoilt(vendor.sessionBars(session, options), options, (bar) => [{ ...bar, ...nothing }]),
    tickerBars: (ticker, range) => spoilt(vendor.tickerBars(ticker, range), range, (bar) => [{ ...bar, ...nothing }]),
    splits: (query) => spoilt(vendor.splits(query), query, () => []),
    dividends: (query) => spoilt(vendor.dividends(query), query, () => []),
  };
  return { asked, resources: vendorResources(spoiltVendor) };
}

/** What is made of {@link spoiling}'s rows of A, and how the check judges it. */
const made = {
  async splits(resources: unknown) {
    const inputs = { tickers: [listedRow("A"), listedRow("B")] };
    const { rows, checks } = await runAsset(rawSplits, { inputs, resources, clock: afterClose("2024-03-01") });
    return { rows: rows.map(({ ticker, ratio }) => [ticker, ratio]), usable: checks.rows_usable!.passed };
  },
  async dividends(resources: unknown) {
    const partitions = { names: ["A", "B", "C", "D"], dates: [SESSION] };
    const { rows, checks } = await runAsset(rawDividends, { inputs: { tickers: [] }, partitions, resources });
    return { rows: rows.map(({ ticker, cash }) => [ticker, cash]), usable: checks.rows_usable!.passed };
  },
  async bars(resources: unknown) {
    const inputs = { tickers: [], splits: [], dividends: [] };
    const partitions = { names: ["A", "B", "C", "D"], dates: [SESSION] };
    const { rows, checks } = await runAsset(rawDailyBars, { inputs, partitions, resources });
    return { rows: rows.map(({ ticker, close }) => [ticker, close]), usable: checks.rows_usable!.passed };
  },
};

for (
  const [kind, whole, lacking, asked] of [
    ["splits", [["A", 4]], [], ["splits 2024-01-02", "splits 2024-01-02  A"]],
    ["dividends", [["A", 0.25]], [], ["dividends 2024-01-27 2024-02-01", "dividends 2024-01-27 2024-02-01 A"]],
    ["bars", [["A", 10], ["B", 10]], [["A", null], ["B", 10]], [
      "session 2024-02-01",
      "ticker A 2024-02-01 2024-02-01",
    ]],
  ] as const
) {
  Deno.test(`raw_${kind} of the vendor queries a ticker with an unusable row again, and reports it if it stays unusable`, async () => {
    const once = spoiling(["A"], { answers: 1 });
    assert.deepEqual(await made[kind](once.resources), { rows: whole, usable: true });
    assert.deepEqual(once.asked, asked);

    const always = spoiling(["A"], { answers: Infinity });
    assert.deepEqual(await made[kind](always.resources), { rows: lacking, usable: false });
    assert.deepEqual(always.asked, asked);

    const unknownTicker = spoiling(["STRANGER"], { answers: Infinity });
    assert.deepEqual(await made[kind](unknownTicker.resources), { rows: whole, usable: true });
    assert.deepEqual(unknownTicker.asked, asked.slice(0, 1));
  });
}

/** Asks for seven tickers whose rows are all spoilt. */
async function askedForSeven(one: (ticker: string) => Promise<{ ticker: string }[]>) {
  const told: string[] = [];
  const tickers = [..."ABCDEFG"];
  const rows = await rowsWithRetry({
    all(onUnusable) {
      for (const ticker of tickers) onUnusable({ ticker, session: null, place: "row 1", reason: "spoilt" });
      return Promise.resolve([]);
    },
    one,
  }, { isWanted: () => true, onUnusable: ({ ticker }) => told.push(ticker!) });
  return { rows: rows.map(({ ticker }) => ticker).join(""), told: told.join("") };
}

Deno.test("rowsWithRetry() spends no more than five calls", async () => {
  const found = await askedForSeven((ticker) => Promise.resolve([{ ticker }]));
  assert.deepEqual(found, { rows: "ABCDE", told: "FG" });
});

Deno.test("rowsWithRetry() keeps the first response if the vendor refuses the second, and fails if a retry may succeed", async () => {
  const refusing = (retryable: boolean) => (ticker: string) =>
    ticker === "B"
      ? Promise.reject(new VendorError("No.", { status: 403, endpoint: "/x", retryable, scope: "call" }))
      : Promise.resolve([{ ticker }]);
  assert.deepEqual(await askedForSeven(refusing(false)), { rows: "ACDE", told: "BFG" });
  await assert.rejects(askedForSeven(refusing(true)), VendorError);
});
