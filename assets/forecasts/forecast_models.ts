import { createHash } from "node:crypto";
import { z } from "zod";
import { cutBy, eager, identity, keepAll, notEmpty, reads, table } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { formationSpreads } from "./formation_spreads.ts";
import { longestHorizon as mostSessions } from "./longest_horizon.ts";
import { takingTurns } from "../../resources/turns.ts";
import { dayOf, fitModel, loadModels, ModelName, ModelOptions, optionsOf } from "./model_options.ts";

const FittedModel = z.object({
  trading_first_session: z.iso.date().describe(
    "First session of the updates and forecasts of the model: that of its window, or of a refit inside it",
  ),
  window: z.int().min(1).describe("Number of the window"),
  ticker_1: z.string().min(1),
  ticker_2: z.string().min(1),
  model: ModelName.describe("Name of the forecaster"),
  formation_first_session: z.iso.date().describe("First session of its fit"),
  formation_last_session: z.iso.date().describe("Last session of its fit: it uses no later data"),
  sessions: z.int().min(0).describe("Number of values in its fit: sessions in which both legs have a close"),
  slope: z.number().describe("Hedge ratio of ticker 2 on ticker 1, in shares of the formation's end"),
  intercept: z.number().describe("USD, of the same line"),
  spread_mean: z.number().describe("USD, of the formation's spread"),
  spread_deviation: z.number().describe("USD, of the formation's spread: the unit of the model's values"),
  options: z.record(z.string(), z.unknown()).describe("Settings of its fit"),
  seed: z.int().nullable().describe("Of its random numbers; null for a model without any"),
  data_version: z.string().describe("SHA-256 of the values of its fit, as little-endian doubles"),
  fitted: z.record(z.string(), z.unknown()).nullable().describe(
    "The model for restoreForecastModel(); it forecasts (close 2 − slope · close 1 − intercept − spread_mean) / spread_deviation",
  ),
  problem: z.string().nullable().describe("Error of the fit; null if it succeeded"),
});

/** Settings of `forecast_models`. */
export const ForecastModelsConfig = z.strictObject({
  models: z.array(ModelName).min(1).default([
    "last_value",
    "mean_reversion",
    "drift",
    "rolling_trend",
    "arima",
    "boosted_trees",
    "random_forest",
  ]).describe("Models to fit; lstm and prophet take about ten times as long as any other"),
  longestHorizon: z.int().min(1).max(mostSessions).default(10).describe(
    "Longest forecast horizon in sessions; up to it the errors of trees, trend and network are measured",
  ),
  options: ModelOptions.prefault({}).describe("Settings by model"),
}).refine(({ models }) => new Set(models).size === models.length, { path: ["models"], error: "names a model twice" });

/**
 * Forecasters of the spread of each walk-forward pair, fitted on its formation only.
 *
 * A partition is a fit, made once, when the window begins; it is remade only if its values change. In between, `spread_forecasts`
 * updates the models with each close. With `refitSessions` of `formation_spreads` a window has further fits, each on the values
 * before it. Random numbers are seeded, so that equal formations and settings give equal models.
 */
export const forecastModels = asset({
  key: "forecast_models",
  module: import.meta,
  group: "forecasts",
  layer: "gold",
  description:
    "Forecasters of the spread of each walk-forward pair, fitted only on its formation or on the values before a refit.",
  deps: { formations: reads(formationSpreads, identity) },
  automation: eager(),
  config: ForecastModelsConfig,
  row: FittedModel,
  primaryKey: ["trading_first_session", "ticker_1", "ticker_2", "model"],
  partitionedBy: { date: "trading_first_session" },
  partitionsDef: {
    wanted: ({ upstream: { formations } }) => ({ dates: formations.space.dates }),
    // Fits may take minutes a window, so each window is published when it is done.
    chunks: cutBy({ dates: 1 }),
  },
  retention: keepAll,
  codeVersion: "3",
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, config, signal, progress }) {
    const formations = await inputs.formations.rows();
    const total = formations.length * config.models.length;
    const rows: z.output<typeof FittedModel>[] = [];
    const turn = takingTurns();
    await loadModels(config.models);
    for (const { scaled_spread, dates, ...formation } of formations) {
      const window = Float64Array.from(scaled_spread);
      const days = dates.map(dayOf);
      const data_version = createHash("sha256").update(new Uint8Array(window.buffer)).digest("hex");
      for (const model of config.models) {
        const options = optionsOf(model, config.options, config.longestHorizon);
        rows.push({
          ...formation,
          model,
          sessions: window.length,
          options,
          seed: typeof options.seed === "number" ? options.seed : null,
          data_version,
          ...fitted(() => fitModel(model, window, { options, days })),
        });
        await turn();
        signal.throwIfAborted();
        progress(rows.length, total);
      }
    }
    const problems = rows.filter(({ problem }) => problem !== null);
    return {
      rows,
      metadata: {
        pairs: formations.length,
        fitted: rows.length - problems.length,
        ...(problems.length > 0 && {
          not_fitted: table(
            ["pair", "model", "why"],
            problems.slice(0, 100).map(({ ticker_1, ticker_2, model, problem }) => [
              `${ticker_1} ${ticker_2}`,
              model,
              problem!,
            ]),
          ),
        }),
      },
    };
  },
});

/** If a window does not allow a model, only that model is omitted. */
function fitted(fit: () => { toJSON(): object }): Pick<z.output<typeof FittedModel>, "fitted" | "problem"> {
  try {
    return { fitted: fit().toJSON() as Record<string, unknown>, problem: null };
  } catch (error) {
    if (error instanceof RangeError) return { fitted: null, problem: error.message };
    throw error;
  }
}
