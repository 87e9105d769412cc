import assert from "node:assert/strict";
import { forecastModels } from "../../../assets/forecasts/forecast_models.ts";
import { formationSpreads } from "../../../assets/forecasts/formation_spreads.ts";
import { spreadForecasts, SpreadForecastsConfig } from "../../../assets/forecasts/spread_forecasts.ts";
import { tradingSpreads } from "../../../assets/forecasts/trading_spreads.ts";
import { forecasters } from "../../../quant/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { weekdays } from "../../support/bars.ts";
import { forecastChain } from "../../support/forecast_chain.ts";

const tables = await forecastChain();
const forecasts = tables.rows(spreadForecasts);
const spreads = tables.rows(tradingSpreads);
const sessions = weekdays(260);

Deno.test("spread_forecasts are those of a model that is fitted on the formation and updated close by close", () => {
  const [formation] = tables.rows(formationSpreads) as [ReturnType<typeof tables.rows<typeof formationSpreads>>[0]];
  const ofPair = <Row extends { window: number; ticker_1: string; ticker_2: string }>(row: Row) =>
    row.window === formation.window && row.ticker_1 === formation.ticker_1 && row.ticker_2 === formation.ticker_2;
  const series = spreads.filter((row) => ofPair(row));
  const scaled = Float64Array.from(formation.scaled_spread);
  for (const method of ["mean_reversion", "arima"] as const) {
    const own = forecasts.filter((row) => ofPair(row) && row.model === method);
    const options = tables.rows(forecastModels).find((row) => row.model === method)!.options;
    let model = forecasters[method].fit(scaled, options);
    let compared = 0;
    for (const { session, scaled_spread } of series.filter((row) => row.in_window)) {
      model = model.update(scaled_spread);
      const { mean, lower, upper } = model.predict(10);
      for (const row of own.filter(({ as_of }) => as_of === session)) {
        const step = row.horizon - 1;
        assert.deepEqual([row.forecast, row.lower, row.upper], [mean[step], lower[step], upper[step]]);
        assert.equal(row.scaled_spread, scaled_spread);
        compared++;
      }
    }
    assert.equal(compared, own.length);
    assert.ok(compared > 100, `${compared} forecasts`);
  }
});

Deno.test("spread_forecasts after a refit are those of the model fitted again, and before it those of the formation's", async () => {
  const config = {
    formation_spreads: { refitSessions: 15 },
    forecast_models: { models: ["mean_reversion", "boosted_trees"] },
  };
  const refitted = await forecastChain(config);
  const rows = refitted.rows(spreadForecasts);
  const key = (row: typeof rows[number]) => `${row.as_of} ${row.ticker_1} ${row.ticker_2} ${row.model} ${row.horizon}`;
  const once = new Map(forecasts.map((row) => [key(row), row]));
  const sinceStart = (row: typeof rows[number]) => (sessions.indexOf(row.as_of) - 120) % 40;
  assert.equal(rows.length, forecasts.filter((row) => config.forecast_models.models.includes(row.model)).length);
  for (const row of rows.filter((one) => sinceStart(one) < 15)) assert.deepEqual(row, once.get(key(row)));
  const later = rows.filter((one) => sinceStart(one) >= 15);
  assert.ok(later.filter((row) => row.forecast !== once.get(key(row))!.forecast).length > 0.9 * later.length);

  const fit = refitted.rows(formationSpreads).find((row) => row.trading_first_session === sessions[175])!;
  const isPair = (row: { window: number; ticker_1: string; ticker_2: string }) =>
    row.window === fit.window && row.ticker_1 === fit.ticker_1 && row.ticker_2 === fit.ticker_2;
  let model = forecasters.mean_reversion.fit(Float64Array.from(fit.scaled_spread));
  let compared = 0;
  for (const { session, scaled_spread } of spreads.filter(isPair)) {
    if (session < sessions[175]! || session >= sessions[190]!) continue;
    model = model.update(scaled_spread);
    const { mean, lower } = model.predict(10);
    for (const row of rows.filter((one) => isPair(one) && one.as_of === session && one.model === "mean_reversion")) {
      assert.deepEqual([row.forecast, row.lower], [mean[row.horizon - 1], lower[row.horizon - 1]]);
      compared++;
    }
  }
  assert.equal(compared, 3 * 15);
});

Deno.test("spread_forecasts have the realized value once the session has passed", () => {
  const actual = new Map(
    spreads.map((row) => [`${row.window} ${row.ticker_1} ${row.ticker_2} ${row.session}`, row.scaled_spread] as const),
  );
  const waiting = new Set<number>();
  for (const row of forecasts) {
    const target = sessions[sessions.indexOf(row.as_of) + row.horizon];
    assert.equal(row.target_session, target ?? null);
    const expected = actual.get(`${row.window} ${row.ticker_1} ${row.ticker_2} ${target}`) ?? null;
    assert.equal(row.actual, expected);
    if (target === undefined) waiting.add(row.horizon);
  }
  assert.deepEqual(waiting, new Set([1, 5, 10]));
});

Deno.test("spread_forecasts follow a window's forecasts beyond its end", () => {
  const last = forecasts.filter((row) => row.as_of === sessions[159] && row.horizon === 10);
  assert.ok(last.length > 0);
  assert.ok(last.every((row) => row.window === 1 && row.target_session === sessions[169]));
  assert.ok(last.some((row) => row.actual !== null));
});

Deno.test("spread_forecasts have one window at each close, and none where a leg has no close", () => {
  for (const [as_of, rows] of Map.groupBy(forecasts, (row) => row.as_of)) {
    assert.deepEqual(
      new Set(rows.map((row) => row.window)),
      new Set([Math.floor((sessions.indexOf(as_of) - 80) / 40)]),
    );
  }
  const gap = sessions[37 * 4 + 5]!;
  assert.ok(forecasts.some((row) => row.as_of === gap));
  assert.ok(!forecasts.some((row) => row.as_of === gap && [row.ticker_1, row.ticker_2].includes("A2")));
});

Deno.test("spread_forecasts leave out a model that could not be fitted", async () => {
  const models = tables.rows(forecastModels).filter((row) => row.window === 1).map((row) =>
    row.model === "arima" ? { ...row, fitted: null, problem: "The window is constant." } : row
  );
  const { rows } = await runAsset(spreadForecasts, {
    inputs: { models, spreads },
    partitions: { dates: sessions.slice(120, 160) },
  });
  const full = new Set(forecasts.map((row) => row.model));
  assert.deepEqual(new Set(rows.map((row) => row.model)), full.difference(new Set(["arima"])));
});

Deno.test("spread_forecasts name the setting to change if a horizon exceeds the models' longest one", async () => {
  const config = { forecast_models: { longestHorizon: 3 }, spread_forecasts: { horizons: [1, 3] } };
  const { rows } = await forecastChain(config).then((made) => ({ rows: made.rows(spreadForecasts) }));
  assert.deepEqual(new Set(rows.map((row) => row.horizon)), new Set([1, 3]));
  await assert.rejects(
    forecastChain({ ...config, spread_forecasts: { horizons: [4] } }),
    /Raise longestHorizon of forecast_models/,
  );
});

for (
  const [what, config] of Object.entries({
    "a horizon of no session": { horizons: [0] },
    "a horizon beyond a month": { horizons: [22] },
    "a horizon twice": { horizons: [1, 1] },
    "no horizon": { horizons: [] },
    "an interval that covers everything": { coverage: 1 },
  })
) {
  Deno.test(`spread_forecasts refuses ${what}`, () => {
    assert.equal(SpreadForecastsConfig.safeParse(config).success, false);
  });
}

Deno.test("spread_forecasts stop when they are cancelled", async () => {
  const cancelled = runAsset(spreadForecasts, {
    inputs: { models: tables.rows(forecastModels), spreads },
    partitions: { dates: sessions.slice(120) },
    signal: AbortSignal.abort(new Error("no longer wanted")),
  });
  await assert.rejects(cancelled, /no longer wanted/);
});
