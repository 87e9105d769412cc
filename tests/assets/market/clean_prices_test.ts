import assert from "node:assert/strict";
import { cleanPrices } from "../../../assets/market/clean_prices.ts";
import { weekdays } from "../../support/bars.ts";
import { runAsset } from "../../support/run_asset.ts";

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

async function clean(config: Record<string, unknown>, rows = market) {
  const run = await runAsset(cleanPrices, { inputs: { bars: rows }, config });
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

Deno.test("clean_prices by the tradable rule drops what came late or stopped, and fills the rest", async () => {
  const { closes, dropped, facts } = await clean({});
  assert.deepEqual(closes, {
    GAP: "1 2* 3* 4 5 6 7 8 9 10",
    PAUSED: "1 2 3 4 5 6 6* 6* 6* 6*",
    WHOLE: "1 2 3 4 5 6 7 8 9 10",
  });
  assert.deepEqual(Object.keys(dropped), ["GONE", "LATE"]);
  assert.match(dropped.GONE!, /^It stopped trading: its last close is of 2024-01-05, 5 sessions before the end/);
  assert.match(dropped.LATE!, /^It has no close in the first session, 2024-01-01; its first is of 2024-01-02/);
  assert.deepEqual([facts.rule, facts.tickers, facts.sessions], ["tradable", 3, 10]);
  assert.deepEqual([facts.filled_cells, facts.dropped_tickers], [6, 2]);
});

Deno.test("clean_prices by the tradable rule takes the number of stale sessions that it is told", async () => {
  assert.deepEqual(Object.keys((await clean({ maxStaleSessions: 6 })).closes), ["GAP", "GONE", "PAUSED", "WHOLE"]);
  assert.deepEqual(Object.keys((await clean({ maxStaleSessions: 4 })).closes), ["GAP", "WHOLE"]);
  await assert.rejects(clean({ maxStaleSessions: 0 }));
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
  const { closes } = await clean({}, [...bars("A", [1, null, 3]), ...bars("B", [1, 2, 3])]);
  assert.deepEqual(closes, { A: "1 2* 3", B: "1 2 3" });
});

Deno.test("clean_prices is not in order when no ticker is left", async () => {
  const { rows, checks } = await clean({ rule: "research" }, [...bars("A", [1, null]), ...bars("B", [null, 1])]);
  assert.deepEqual([rows, checks.not_empty!.passed], [[], false]);
});

Deno.test("clean_prices takes one ticker in one session", async () => {
  assert.deepEqual((await clean({}, bars("A", [7]))).closes, { A: "7" });
});
