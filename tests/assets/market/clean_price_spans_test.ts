import assert from "node:assert/strict";
import { cleanPrices } from "../../../assets/market/clean_prices.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import { sessionRows, weekdays } from "../../support/bars.ts";

const sessions = weekdays(60);

/** A row of `daily_bars`. */
const bar = (ticker: string, t: number, close: number) => ({
  ticker,
  session: sessions[t]!,
  open: null,
  high: null,
  low: null,
  close,
  volume: null,
  vwap: null,
  dividend: 0,
  split: 1,
  split_factor: 1,
});

/** Closes of tickers that are whole, have gaps, begin late, pause, stop, or have too many gaps. */
const closes: Record<string, (t: number) => boolean> = {
  WHOLE: () => true,
  GAPS: (t) => ![7, 52, 53, 56].includes(t),
  LATE: (t) => t >= 54,
  NEW: (t) => t >= 57,
  STOPPED: (t) => t < 53,
  PAUSED: (t) => t < 50 || t > 53,
  THIN: (t) => t % 3 === 0,
  MENDED: (t) => t > 20 || t % 4 === 0,
};
const market = Object.entries(closes).flatMap(([ticker, has], i) => {
  const random = pseudoRandom(i + 1);
  return sessions.flatMap((_, t) => {
    const close = 10 + random();
    return has(t) ? [bar(ticker, t, close)] : [];
  });
});
const thin = [sessions[30]!, sessions[55]!];
const config = { maxFilledShare: 0.28 };

const until = (t: number, bars = market) => bars.filter(({ session }) => session <= sessions[t]!);
const inputsOf = (bars: typeof market) => ({ bars, sessions: sessionRows(bars, thin) });
type Made = Awaited<ReturnType<typeof fromNothing>>;
const fromNothing = (bars: typeof market) => runAsset(cleanPrices, { inputs: inputsOf(bars), config });
const carriedOn = (bars: typeof market, before: Made, changedFrom: string | null) =>
  runAsset(cleanPrices, {
    inputs: inputsOf(bars),
    config,
    previous: {
      changedFrom: { bars: changedFrom, sessions: changedFrom },
      rows: before.rows,
      outs: { spans: before.outs.spans!.rows },
    },
  });

/** The whole table after rows from a date on. */
const together = (before: Made, { from, rows }: Made) =>
  [
    ...before.rows.filter(({ session }) => from !== undefined && session < from),
    ...rows,
  ].sort((a, b) => `${a.ticker} ${a.session}` < `${b.ticker} ${b.session}` ? -1 : 1);

Deno.test("clean_price_spans says where each ticker has closes, and why it is dropped", async () => {
  const { outs } = await fromNothing(until(59));
  const spans = new Map(outs.spans!.rows.map((row) => [row.ticker, row]));
  assert.deepEqual({ ...spans.get("GAPS"), last_close: null }, {
    ticker: "GAPS",
    first_session: sessions[0],
    last_session: sessions[59],
    last_close: null,
    sessions: 58,
    closes: 54,
    dropped: null,
  });
  assert.match(spans.get("THIN")!.dropped as string, /It has no close in/);
  assert.match(spans.get("STOPPED")!.dropped as string, /^It stopped trading/);
});

Deno.test("clean_price_spans carries clean_prices on: session by session the rows are those from nothing", async () => {
  let before = await fromNothing(until(44));
  const starts: (string | undefined)[] = [];
  for (let t = 45; t < 60; t++) {
    const made = await carriedOn(until(t), before, sessions[t]!);
    const expected = await fromNothing(until(t));
    starts.push(made.from);
    const rows = together(before, made);
    assert.deepEqual(rows, expected.rows);
    assert.deepEqual(made.outs.spans!.rows, expected.outs.spans!.rows);
    assert.deepEqual(made.metadata, expected.metadata);
    before = { ...made, rows };
  }
  // From nothing where a ticker stops, returns, is dropped or no longer dropped.
  const all = starts.filter((from) => from === undefined).length;
  assert.ok(all > 0 && all < 8, `${all} of ${starts.length}`);
});

Deno.test("clean_price_spans of several new sessions at once, and of an earlier correction, give the rows from nothing", async () => {
  const before = await fromNothing(until(44));
  const later = await carriedOn(until(48), before, sessions[45]!);
  // Twenty-five sessions that count before the new ones.
  assert.equal(later.from, sessions[19]);
  assert.deepEqual(together(before, later), (await fromNothing(until(48))).rows);
  const corrected = until(45).map((one) =>
    one.ticker === "WHOLE" && one.session === sessions[40] ? { ...one, close: 20 } : one
  );
  const again = await carriedOn(corrected, before, sessions[40]!);
  assert.equal(again.from, undefined);
  assert.deepEqual(again.rows, (await fromNothing(corrected)).rows);
  assert.equal((await carriedOn(until(44), before, null)).from, undefined);
});
