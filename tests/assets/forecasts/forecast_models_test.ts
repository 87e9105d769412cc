import assert from "node:assert/strict";
import { forecastModels, ForecastModelsConfig } from "../../../assets/forecasts/forecast_models.ts";
import { formationSpreads } from "../../../assets/forecasts/formation_spreads.ts";
import { forecasters, restoreForecastModel } from "../../../quant/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { forecastChain } from "../../support/forecast_chain.ts";

const tables = await forecastChain({}, { target: forecastModels });
const models = tables.rows(forecastModels);
const formations = tables.rows(formationSpreads);
const [formation] = formations as [typeof formations[number]];
const fit = (config: Record<string, unknown>, rows: readonly object[] = [formation], signal?: AbortSignal) =>
  runAsset(forecastModels, {
    inputs: { formations: rows },
    config,
    partitions: { dates: [...new Set(formations.map((row) => row.trading_first_session))] },
    signal,
  });

Deno.test("forecast_models fits each model once for each pair of each window", () => {
  const { models: names } = ForecastModelsConfig.parse({});
  assert.equal(models.length, names.length * formations.length);
  assert.ok(models.every(({ fitted, problem }) => fitted !== null && problem === null));
  assert.equal(new Set(models.map((row) => row.window)).size, 4);
});

Deno.test("forecast_models keeps the data from which restoreForecastModel restores the same model", () => {
  const direct = forecasters.random_forest.fit(Float64Array.from(formation.scaled_spread), {
    lags: 5,
    trees: 20,
    minLeafRows: 10,
    seed: 42,
    horizon: 10,
  });
  const row = models.find((one) =>
    one.model === "random_forest" && one.window === formation.window && one.ticker_1 === formation.ticker_1
  )!;
  assert.deepEqual([row.seed, row.sessions], [42, formation.scaled_spread.length]);
  const restored = restoreForecastModel(JSON.parse(JSON.stringify(row.fitted)));
  assert.deepEqual(restored.update(0.3).predict(10), direct.update(0.3).predict(10));
});

Deno.test("forecast_models names the data version of a model's fit", async () => {
  const own = models.filter((row) => row.ticker_1 === formation.ticker_1 && row.window === formation.window);
  assert.equal(new Set(own.map((row) => row.data_version)).size, 1);
  assert.equal(new Set(models.map((row) => row.data_version)).size, formations.length);
  const scaled_spread = formation.scaled_spread.with(3, formation.scaled_spread[3]! + 1e-15);
  const { rows } = await fit({ models: ["drift"] }, [{ ...formation, scaled_spread }]);
  assert.notEqual(rows[0]!.data_version, own[0]!.data_version);
});

Deno.test("forecast_models fits Prophet to the dates of the formation", async () => {
  const { rows: [row] } = await fit({ models: ["prophet"] });
  assert.deepEqual([row!.problem, row!.options, row!.seed], [null, {}, null]);
  const days = formation.dates.map((date) => Date.parse(date) / 86_400_000);
  const direct = forecasters.prophet.fit(Float64Array.from(formation.scaled_spread), { days });
  assert.deepEqual(restoreForecastModel(row!.fitted).predict(5), direct.predict(5));
  const { start, day } = row!.fitted as { start: number; day: number };
  assert.deepEqual([start, day], [days[0], days.at(-1)]);
});

Deno.test("forecast_models fits an LSTM with the settings given, the same for the same seed", async () => {
  const options = { lstm: { units: 3, epochs: 2, inputSteps: 4, seed: 5 } };
  const [first, second] = [await fit({ models: ["lstm"], options }), await fit({ models: ["lstm"], options })];
  assert.deepEqual(first.rows, second.rows);
  assert.deepEqual([first.rows[0]!.seed, first.rows[0]!.options.units, first.rows[0]!.problem], [5, 3, null]);
  const other = await fit({ models: ["lstm"], options: { lstm: { ...options.lstm, seed: 6 } } });
  assert.notDeepEqual(other.rows[0]!.fitted, first.rows[0]!.fitted);
});

Deno.test("forecast_models says why a formation does not allow a model, and fits the others", async () => {
  const scaled_spread = formation.scaled_spread.slice(0, 15);
  const { rows, metadata } = await fit({ models: ["last_value", "random_forest"] }, [{ ...formation, scaled_spread }]);
  const byModel = new Map(rows.map((row) => [row.model, row]));
  assert.equal(byModel.get("last_value")!.problem, null);
  assert.equal(byModel.get("random_forest")!.fitted, null);
  assert.match(byModel.get("random_forest")!.problem!, /window/);
  assert.match(JSON.stringify(metadata.not_fitted), /random_forest/);
});

for (
  const [what, config] of Object.entries({
    "an unknown model": { models: ["nbeats"] },
    "a model twice": { models: ["drift", "drift"] },
    "no model": { models: [] },
    "a horizon beyond a month": { longestHorizon: 22 },
    "an order of ARIMA that differences twice": { options: { arima: { orders: [[1, 2, 0]] } } },
    "a negative seed": { options: { random_forest: { seed: -1 } } },
    "a dropout of everything": { options: { lstm: { dropout: 1 } } },
    "an option that the model has not": { options: { drift: { lags: 3 } } },
  })
) {
  Deno.test(`forecast_models refuses ${what}`, () => {
    assert.equal(ForecastModelsConfig.safeParse(config).success, false);
  });
}

Deno.test("forecast_models reports its progress model by model, and stops when it is cancelled", async () => {
  assert.deepEqual((await fit({ models: ["drift", "last_value"] })).progress, [[1, 2], [2, 2]]);
  const cancelled = fit({}, [formation], AbortSignal.abort(new Error("no longer wanted")));
  await assert.rejects(cancelled, /no longer wanted/);
});
