import { z } from "zod";
import {
  cutBy,
  eager,
  keepAll,
  lastSessions,
  notEmpty,
  type PartitionMapping,
  reads,
  type RowOf,
} from "../../engine/mod.ts";
import { restoreForecastModel } from "../../quant/mod.ts";
import { asset } from "../resources.ts";
import { takingTurns } from "../../resources/turns.ts";
import { forecastModels } from "./forecast_models.ts";
import { longestHorizon } from "./longest_horizon.ts";
import { dayOf, ModelName } from "./model_options.ts";
import { tradingSpreads } from "./trading_spreads.ts";
import { nameOf } from "./pair_spread.ts";

const deviations = (what: string) => z.number().describe(`${what}, in standard deviations of the formation's spread`);

const SpreadForecast = z.object({
  as_of: z.iso.date().describe("The session after whose close the forecast was made, from no later data"),
  ticker_1: z.string().min(1),
  ticker_2: z.string().min(1),
  model: ModelName.describe("Name of the forecaster, fitted in forecast_models"),
  horizon: z.int().min(1).max(longestHorizon).describe("Sessions ahead"),
  window: z.int().min(1).describe("Number of the window in whose formation the model was fitted"),
  scaled_spread: deviations("The spread at the close of the as-of session, which is the last-value forecast"),
  forecast: deviations("Expected spread"),
  lower: deviations("Lower end of the interval"),
  upper: deviations("Upper end of the interval"),
  target_session: z.iso.date().nullable().describe("The target session; null while it is in the future"),
  actual: z.number().nullable().describe(
    "The realized value, in the same unit; null while the session is in the future, and if a leg has no close in it",
  ),
});
type SpreadForecast = z.output<typeof SpreadForecast>;

/** Settings of `spread_forecasts`. */
export const SpreadForecastsConfig = z.strictObject({
  horizons: z.array(z.int().min(1).max(longestHorizon)).min(1).max(longestHorizon).default([1, 5, 10]).describe(
    "Forecast horizons in sessions, at most longestHorizon of forecast_models",
  ),
  coverage: z.number().gt(0).lt(1).default(0.95).describe("Target coverage of the interval"),
}).refine(({ horizons }) => new Set(horizons).size === horizons.length, {
  path: ["horizons"],
  error: "names a horizon twice",
});

/** All earlier sessions, for updating the models, and later ones up to the longest horizon, for realized values. */
function untilTarget({ horizons }: z.output<typeof SpreadForecastsConfig>): PartitionMapping {
  return { names: { kind: "all" }, dates: { kind: "window", back: Infinity, forward: Math.max(...horizons) } };
}

/**
 * Forecasts of the spread of each walk-forward pair at each close of its trading window, with realized values.
 *
 * A partition is an as-of session. It reads the models of the last fit begun by then, and updates them with the spreads since
 * without refitting. A new session makes its own partition, and remakes the earlier ones whose target it is.
 */
export const spreadForecasts = asset({
  key: "spread_forecasts",
  module: import.meta,
  group: "forecasts",
  layer: "gold",
  description: "Forecasts of each walk-forward pair's spread at each close, with interval and realized value.",
  deps: { models: reads(forecastModels, lastSessions(1)), spreads: reads(tradingSpreads, untilTarget) },
  automation: eager(),
  config: SpreadForecastsConfig,
  row: SpreadForecast,
  primaryKey: ["as_of", "ticker_1", "ticker_2", "model", "horizon"],
  partitionedBy: { date: "as_of" },
  partitionsDef: {
    wanted: ({ upstream: { spreads } }) => ({ dates: spreads.space.dates }),
    chunks: cutBy({ dates: 126 }),
  },
  retention: keepAll,
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, partitions, config, signal, progress }) {
    const [models, spreads] = await Promise.all([inputs.models.rows(), inputs.spreads.rows()]);
    const asOf = new Set(partitions.dates);
    const sessions = [...new Set(spreads.map(({ session }) => session))].sort();
    const seriesOf = Map.groupBy(spreads, nameOf);
    const fits = [...new Set(models.map((model) => model.trading_first_session))].sort();
    const rows: SpreadForecast[] = [];
    const turn = takingTurns();
    for (const [i, model] of models.entries()) {
      const first = model.trading_first_session;
      const next = fits[fits.indexOf(first) + 1];
      const series = (seriesOf.get(nameOf(model)) ?? []).filter(({ session }) => session >= first);
      requireHorizons(config.horizons, model.options.horizon);
      if (model.fitted !== null) rows.push(...forecastsOf(model, { series, sessions, asOf, next }, config));
      await turn();
      signal.throwIfAborted();
      progress(i + 1, models.length);
    }
    return { rows, metadata: { sessions: asOf.size, coverage: config.coverage } };
  },
});

type Spread = RowOf<typeof tradingSpreads>;

/** @throws {RangeError} If a horizon exceeds the one that a model was fitted for. Some models have no such limit. */
function requireHorizons(horizons: readonly number[], longest: unknown): void {
  const beyond = horizons.find((horizon) => typeof longest === "number" && horizon > longest);
  if (beyond === undefined) return;
  throw new RangeError(
    `A forecast of ${beyond} sessions is configured, but models were fitted for ${longest}. Raise longestHorizon of forecast_models, or lower horizons of spread_forecasts.`,
  );
}

/** Forecasts of one model as of the wanted sessions from its fit until the next one. */
function forecastsOf(
  { window, ticker_1, ticker_2, model, fitted }: RowOf<typeof forecastModels>,
  { series, sessions, asOf, next }: {
    /** Spreads of the model's pair and window since its fit, ascending. */
    series: readonly Spread[];
    /** All sessions read, ascending. */
    sessions: readonly string[];
    asOf: ReadonlySet<string>;
    /** First session of the next fit; `undefined` for none. */
    next: string | undefined;
  },
  { horizons, coverage }: z.output<typeof SpreadForecastsConfig>,
): SpreadForecast[] {
  const last = series.findLastIndex(({ session, in_window }) =>
    in_window && asOf.has(session) && (next === undefined || session < next)
  );
  if (last < 0) return [];
  const place = new Map(sessions.map((session, t) => [session, t]));
  const actual = new Map(series.map(({ session, scaled_spread }) => [session, scaled_spread]));
  const rows: SpreadForecast[] = [];
  let current = restoreForecastModel(fitted);
  for (const { session, scaled_spread } of series.slice(0, last + 1)) {
    current = current.update(scaled_spread, dayOf(session));
    if (!asOf.has(session)) continue;
    const { mean, lower, upper } = current.predict(Math.max(...horizons), { coverage });
    for (const horizon of horizons) {
      const target = sessions[place.get(session)! + horizon];
      rows.push({
        as_of: session,
        ticker_1,
        ticker_2,
        model,
        horizon,
        window,
        scaled_spread,
        forecast: mean[horizon - 1]!,
        lower: lower[horizon - 1]!,
        upper: upper[horizon - 1]!,
        target_session: target ?? null,
        actual: target === undefined ? null : actual.get(target) ?? null,
      });
    }
  }
  return rows;
}
