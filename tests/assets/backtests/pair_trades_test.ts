import assert from "node:assert/strict";
import { pairTrades } from "../../../assets/backtests/pair_trades.ts";
import { weekdays } from "../../support/bars.ts";
import { cleanPriceRows } from "../../support/closes.ts";
import { runAsset } from "../../../testing/run_asset.ts";

/** Rows of `pair_signals`, of which the backtest reads session and signal alone. */
function signalRows(ticker_1: string, ticker_2: string, signals: readonly string[]) {
  const sessions = weekdays(signals.length);
  return signals.map((signal, t) => ({
    ticker_1,
    ticker_2,
    session: sessions[t]!,
    spread: 0,
    scaled_spread: 0,
    mean: 0,
    standard_deviation: 0,
    r_squared: null,
    predicted_trend: null,
    signal,
  }));
}

const trade = (closes: Record<string, number[]>, signals: object[]) =>
  runAsset(pairTrades, { inputs: { prices: cleanPriceRows(closes), signals } });

const closes = { A: [10, 10, 11, 11, 11], B: [20, 22, 22, 33, 11], C: [5, 5, 5, 5, 5] };

Deno.test("pair_trades earns the difference of the legs' returns by the position of the session before", async () => {
  const { rows, progress } = await trade(closes, signalRows("A", "B", ["Long", "None", "Short", "Exit Short", "None"]));
  assert.deepEqual(rows.map((row) => row.position), [1, 1, -1, 0, 0]);
  // 100,000; B +10 % while long; A +10 % while long; B +50 % while short; flat.
  const expected = [100_000, 110_000, 99_000, 49_500, 49_500];
  rows.forEach((row, t) => assert.ok(Math.abs(row.budget - expected[t]!) < 1e-6, `${row.session}: ${row.budget}`));
  assert.equal(rows[0]!.daily_return, null);
  assert.ok(Math.abs(rows[3]!.daily_return! + 0.5) < 1e-12);
  assert.ok(Math.abs(rows[4]!.cumulative_return + 0.505) < 1e-12);
  assert.deepEqual(
    rows.map((row) => [row.ticker_1_price, row.ticker_2_price]),
    closes.A.map((a, t) => [a, closes.B[t]]),
  );
  assert.deepEqual(progress, [[1, 1]]);
});

Deno.test("pair_trades keeps an exit that does not match the side that is held", async () => {
  const { rows } = await trade(closes, signalRows("A", "B", ["Long", "Exit Short", "Exit Long", "Short", "Exit Long"]));
  assert.deepEqual(rows.map((row) => row.position), [1, 1, 0, -1, -1]);
});

Deno.test("pair_trades is empty, and so are its metrics, without signals", async () => {
  const { rows, outs } = await trade(closes, []);
  assert.deepEqual([rows, outs.metrics!.rows], [[], []]);
});

Deno.test("pair_trades refuses signals of other sessions than the prices", async () => {
  const moved = signalRows("A", "B", ["None", "None", "None", "None", "None", "None"]).slice(1);
  await assert.rejects(trade(closes, moved), /A and B are of other sessions.*Materialize pair_signals first/);
  await assert.rejects(trade(closes, signalRows("A", "B", ["None"])), /other sessions/);
});

Deno.test("pair_trades says which ticker has no prices any more", async () => {
  const signals = signalRows("A", "GONE", ["None", "None", "None", "None", "None"]);
  await assert.rejects(trade(closes, signals), /clean_prices no longer has GONE/);
});
