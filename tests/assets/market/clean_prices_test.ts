import assert from "node:assert/strict";
import { carriedPrices } from "../../../assets/market/carried_prices.ts";
import { cleanPrices } from "../../../assets/market/clean_prices.ts";
import type { Input } from "../../../engine/mod.ts";
import { sessionRows, weekdays } from "../../support/bars.ts";
import { runAsset } from "../../../testing/run_asset.ts";

const sessions = weekdays(10);

/** Rows of `daily_bars` of one ticker, none where a close is `null`. */
function bars(ticker: string, closes: readonly (number | null)[]) {
  return closes.flatMap((close, t) =>
    close === null ? [] : [{
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
    }]
  );
}

const whole = bars("WHOLE", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
const gap = bars("GAP", [1, null, null, 4, 5, 6, 7, 8, 9, 10]);
const late = bars("LATE", [null, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
const paused = bars("PAUSED", [1, 2, 3, 4, 5, 6, null, null, null, null]);
const gone = bars("GONE", [1, 2, 3, 4, 5, null, null, null, null, null]);
const market = [...whole, ...gap, ...late, ...paused, ...gone];

async function clean(config: Record<string, unknown>, rows = market, thin: readonly string[] = []) {
  const run = await runAsset(cleanPrices, { inputs: { bars: rows, sessions: sessionRows(rows, thin) }, config });
  const closes = Object.fromEntries(
    [...Map.groupBy(run.rows, (row) => row.ticker)].map((
      [ticker, own],
    ) => [ticker, own.map((row) => row.filled ? `${row.close}*` : `${row.close}`).join(" ")]),
  );
  const { dropped, ...others } = run.metadata;
  assert.ok(dropped?.type === "table");
  const facts = Object.fromEntries(Object.entries(others).map(([name, fact]) => [name, "value" in fact && fact.value]));
  return { ...run, closes, dropped: Object.fromEntries(dropped.rows) as Record<string, string>, facts };
}

Deno.test("clean_prices by the tradable rule keeps each ticker from its first close to its last, and drops stopped ones", async () => {
  const { closes, dropped, facts } = await clean({ maxFilledShare: 0.2 });
  assert.deepEqual(closes, {
    GAP: "1 2* 3* 4 5 6 7 8 9 10",
    LATE: "2 3 4 5 6 7 8 9 10",
    PAUSED: "1 2 3 4 5 6",
    WHOLE: "1 2 3 4 5 6 7 8 9 10",
  });
  assert.deepEqual(Object.keys(dropped), ["GONE"]);
  assert.match(dropped.GONE!, /^It stopped trading: its last close is of 2024-01-05, 5 sessions before the end/);
  assert.deepEqual([facts.rule, facts.tickers, facts.sessions], ["tradable", 4, 10]);
  assert.deepEqual([facts.filled_cells, facts.dropped_tickers], [2, 1]);
});

Deno.test("clean_prices by the tradable rule drops a ticker of which more than a tenth would be filled, and says so", async () => {
  const { closes, dropped } = await clean({});
  assert.equal(closes.GAP, undefined);
  assert.equal(
    dropped.GAP,
    "It has no close in 2 of the 10 sessions from 2024-01-01 to 2024-01-12, 20 % (more than 10 % are too many).",
  );
});

Deno.test("clean_prices by the tradable rule has complete sessions alone: nothing is filled in on others, nor repeated", async () => {
  const rows = [...bars("A", [1, 2, 3, 4, 5, 6, 7]), ...bars("B", [1, 2, null, 4, 5, 6, null])];
  const { closes, facts } = await clean({}, rows, [sessions[2]!, sessions[6]!]);
  assert.deepEqual(closes, { A: "1 2 4 5 6", B: "1 2 4 5 6" });
  assert.deepEqual([facts.sessions, facts.incomplete_sessions_left_out], [5, 2]);
  const service = await clean({ rule: "service" }, rows, [sessions[2]!, sessions[6]!]);
  assert.deepEqual(service.closes, { A: "1 2 3 4 5 6 7", B: "1 2 3* 4 5 6 6*" });
});

Deno.test("clean_prices by the tradable rule takes the number of stale sessions that is configured", async () => {
  const tickers = async (maxStaleSessions: number) =>
    Object.keys((await clean({ maxStaleSessions, maxFilledShare: 1 })).closes);
  assert.deepEqual(await tickers(6), ["GAP", "GONE", "LATE", "PAUSED", "WHOLE"]);
  assert.deepEqual(await tickers(4), ["GAP", "LATE", "WHOLE"]);
  await assert.rejects(tickers(0));
});

Deno.test("clean_prices warns of filled closes, and of too few sessions for a search", async () => {
  const { checks, outs } = await clean({ maxFilledShare: 0.2 });
  const few = outs.spans!.checks.few_filled!;
  assert.deepEqual([few.passed, checks.enough_sessions!.passed], [false, false]);
  assert.match(few.message, /^2 of 35 closes \(5\.7 %\) are filled in, most of GAP \(20 %\)/);
  assert.match(checks.enough_sessions!.message, /^10 sessions; a search for pairs needs at least 100/);
  assert.equal((await clean({}, whole)).outs.spans!.checks.few_filled!.passed, true);
});

Deno.test("clean_prices by the service rule keeps a ticker that stopped trading flat", async () => {
  const { closes, dropped } = await clean({ rule: "service" });
  assert.equal(closes.GONE, "1 2 3 4 5 5* 5* 5* 5* 5*");
  assert.deepEqual(Object.keys(dropped), ["LATE"]);
});

Deno.test("clean_prices by the research rule keeps complete tickers only, as they are", async () => {
  const { closes, dropped } = await clean({ rule: "research" });
  assert.deepEqual(closes, { WHOLE: "1 2 3 4 5 6 7 8 9 10" });
  assert.equal(dropped.GAP, "It lacks 2 of 10 closes.");
  assert.equal(dropped.LATE, "It lacks 1 of 10 closes.");
});

Deno.test("clean_prices takes the sessions of all tickers together", async () => {
  const { closes } = await clean({ maxFilledShare: 0.5 }, [...bars("A", [1, null, 3]), ...bars("B", [1, 2, 3])]);
  assert.deepEqual(closes, { A: "1 2* 3", B: "1 2 3" });
});

Deno.test("clean_prices is not in order when no ticker is left", async () => {
  const { rows, checks } = await clean({ rule: "research" }, [...bars("A", [1, null]), ...bars("B", [null, 1])]);
  assert.deepEqual([rows, checks.not_empty!.passed], [[], false]);
});

Deno.test("clean_prices takes one ticker in one session", async () => {
  assert.deepEqual((await clean({}, bars("A", [7]))).closes, { A: "7" });
});

Deno.test("carriedPrices() carries thousands of tickers on: more closes than a call has arguments", async () => {
  const [tickers, dates] = [Array.from({ length: 6_000 }, (_, i) => `T${1_000 + i}`), weekdays(61)];
  const [known, next] = [dates.slice(0, 60), dates[60]!];
  const again = known.slice(-25);
  const input = (columns: Record<string, ArrayLike<unknown>>) =>
    ({ where: () => ({ columns: () => Promise.resolve(columns) }) }) as unknown as Input<never>;
  const carried = await carriedPrices({
    bars: input({
      ticker: tickers,
      session: tickers.map(() => next),
      close: new Float64Array(tickers.length).fill(2),
    }),
    sessions: dates.map((session) => ({ session, complete: true })),
    rows: input({
      ticker: tickers.flatMap((ticker) => again.map(() => ticker)),
      session: tickers.flatMap(() => again),
      close: new Float64Array(tickers.length * again.length).fill(1),
      filled: tickers.flatMap(() => again.map(() => false)),
    }),
    spans: tickers.map((ticker) => ({
      ticker,
      first_session: known[0]!,
      last_session: known[59]!,
      last_close: 1,
      sessions: 60,
      closes: 60,
      dropped: null,
    })),
    changedFrom: next,
  }, { rule: "tradable" });
  assert.equal(carried!.from, again[0]);
  assert.equal(carried!.rows.close.length, 26 * tickers.length);
  assert.equal(carried!.rows.close.reduce((sum, close) => sum + close), 27 * tickers.length);
});
