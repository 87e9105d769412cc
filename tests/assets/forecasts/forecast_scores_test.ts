import assert from "node:assert/strict";
import { forecastScores } from "../../../assets/forecasts/forecast_scores.ts";
import { spreadForecasts } from "../../../assets/forecasts/spread_forecasts.ts";
import type { RowOf } from "../../../engine/mod.ts";
import { dieboldMariano } from "../../../quant/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { weekdays } from "../../support/bars.ts";
import { forecastChain } from "../../support/forecast_chain.ts";

const sessions = weekdays(20);
type Forecast = RowOf<typeof spreadForecasts>;

/** One forecast as a test states it: from `scaled_spread` to `actual`. */
function forecast(session: number, more: Partial<Forecast> = {}): Forecast {
  return {
    as_of: sessions[session]!,
    ticker_1: "A",
    ticker_2: "B",
    model: "arima",
    horizon: 1,
    window: 1,
    scaled_spread: 0,
    forecast: 1,
    lower: 0,
    upper: 2,
    target_session: sessions[session + 1]!,
    actual: 1,
    ...more,
  };
}
const score = (forecasts: readonly object[]) => runAsset(forecastScores, { inputs: { forecasts } });

Deno.test("forecast_scores sets errors beside those of the last value", async () => {
  const { rows: [row] } = await score([
    forecast(0, { actual: 3, forecast: 2 }),
    forecast(1, { actual: -1, forecast: 1 }),
    forecast(2, { actual: 1, forecast: 0 }),
    forecast(3, { actual: 0, forecast: 1 }),
    forecast(4, { actual: null, target_session: null }),
  ]);
  const { mse, baseline_mse, mae, baseline_mae, forecasts, sessions: count, first_as_of, last_as_of } = row!;
  assert.deepEqual([mse, baseline_mse, mae, baseline_mae], [7 / 4, 11 / 4, 5 / 4, 5 / 4]);
  assert.deepEqual([forecasts, count, first_as_of, last_as_of], [4, 4, sessions[0], sessions[3]]);
  assert.deepEqual([row!.directional_accuracy, row!.baseline_directional_accuracy], [1 / 4, 1 / 4]);
  assert.deepEqual([row!.calls, row!.accuracy_of_calls, row!.interval_coverage], [3, 1 / 3, 2 / 4]);
});

Deno.test("forecast_scores tests the mean loss of each session, since pairs of a session move together", async () => {
  const errors = [0.4, -0.9, 0.2, 1.1, -0.6, 0.3, 0.8, -0.2];
  const single = errors.map((error, t) => forecast(t, { actual: 1.5, forecast: 1.5 + error }));
  const { rows: [alone] } = await score(single);
  const expected = dieboldMariano(Float64Array.from(errors), new Float64Array(8).fill(1.5));
  assert.ok(Math.abs(alone!.diebold_mariano! - expected.statistic) < 1e-9);
  assert.ok(Math.abs(alone!.diebold_mariano_p_value! - expected.pValue) < 1e-9);
  // The same pair under other names says nothing new.
  const copies = ["C", "D", "E"].flatMap((ticker_1) => single.map((row) => ({ ...row, ticker_1 })));
  const { rows: [many] } = await score([...single, ...copies]);
  assert.deepEqual([many!.forecasts, many!.sessions, many!.pairs, many!.pairs_better], [32, 8, 4, 4]);
  assert.ok(Math.abs(many!.diebold_mariano! - expected.statistic) < 1e-9);
});

Deno.test("forecast_scores counts a pair whose spread broke once among the pairs", async () => {
  const good = ["A", "C", "D"].flatMap((ticker_1) => [0, 1, 2].map((t) => forecast(t, { ticker_1 })));
  const broken = [0, 1, 2].map((t) => forecast(t, { ticker_1: "E", scaled_spread: 100, actual: 100 }));
  const { rows: [row] } = await score([...good, ...broken]);
  assert.ok(row!.mse > 1000 * row!.baseline_mse);
  assert.deepEqual([row!.pairs, row!.pairs_better], [4, 3]);
});

Deno.test("forecast_scores finds the last value as good as itself", async () => {
  const { rows: [row] } = await score(
    [1, 2, 3, 4].map((t) => forecast(t, { model: "last_value", forecast: 0, actual: t })),
  );
  assert.deepEqual([row!.diebold_mariano, row!.diebold_mariano_p_value], [0, 1]);
  assert.deepEqual([row!.mse, row!.calls, row!.accuracy_of_calls], [row!.baseline_mse, 0, null]);
});

Deno.test("forecast_scores tests nothing on as few sessions as steps, and says nothing of fewer than three forecasts", async () => {
  const far = (count: number) => Array.from({ length: count }, (_, t) => forecast(t, { horizon: 5, actual: 1 + t }));
  assert.deepEqual((await score(far(5))).rows.map((row) => row.diebold_mariano), [null]);
  assert.notEqual((await score(far(6))).rows[0]!.diebold_mariano, null);
  const { rows, checks } = await score(far(2));
  assert.deepEqual([rows, checks.not_empty!.passed], [[], false]);
});

Deno.test("forecast_scores has a row for each model and horizon of the chain", async () => {
  const tables = await forecastChain({}, { target: forecastScores });
  const forecasts = tables.rows(spreadForecasts).filter(({ actual }) => actual !== null);
  const expected = Map.groupBy(forecasts, (row) => `${row.model} ${row.horizon}`);
  const scores = tables.rows(forecastScores);
  assert.equal(scores.length, 7 * 3);
  for (const { model, horizon, forecasts: count, mse } of scores) {
    const own = expected.get(`${model} ${horizon}`)!;
    assert.equal(count, own.length);
    const squares = own.reduce((sum, row) => sum + (row.actual! - row.forecast) ** 2, 0);
    assert.ok(Math.abs(mse - squares / own.length) < 1e-9);
  }
});
