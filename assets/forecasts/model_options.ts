import { z } from "zod";
import { type Forecaster, forecasters, type ForecastMethod, type ForecastModel } from "../../quant/mod.ts";

/** Names of the available models. */
export const ModelName = z.enum(Object.keys(forecasters) as [ForecastMethod, ...ForecastMethod[]]);

const seed = z.int().min(0).max(2 ** 32 - 1).default(42).describe("Seed of the random numbers");
const lags = z.int().min(1).max(127).default(5).describe("Number of preceding values used as predictors");
const sessions = (what: string) => z.int().min(1).max(250).describe(what);
const order = z.int().min(0).max(5);

/**
 * Settings of models.
 *
 * ARIMA, trees and LSTM are smaller than the defaults of their forecasters, which come from the research or its libraries, so
 * that the pairs of a window are fitted in about a second.
 */
export const ModelOptions = z.strictObject({
  rolling_trend: z.strictObject({
    lookback: z.int().min(3).max(250).default(10).describe("Number of values of the line fit"),
    minRSquared: z.number().min(0).max(1).default(0.6).describe("Share of the variance that a trend must explain"),
  }).prefault({}),
  arima: z.strictObject({
    orders: z.array(z.tuple([order, z.int().min(0).max(1), order])).min(1).max(72).default([
      [1, 0, 0],
      [1, 0, 1],
      [2, 0, 0],
      [0, 1, 0],
      [0, 1, 1],
      [1, 1, 1],
    ]).describe("Orders (p, d, q) to choose from by AIC; the research has p 0 … 2, d 0 … 1, q 0 … 2"),
  }).prefault({}),
  boosted_trees: z.strictObject({
    lags,
    method: z.enum(["exact", "hist"]).default("exact").describe("How thresholds are found; hist is the research's"),
    trees: z.int().min(1).max(2000).default(30).describe("100 are the research's"),
    maxDepth: z.int().min(1).max(30).default(3).describe("6 is the research's"),
    learningRate: z.number().gt(0).max(1).default(0.1).describe("0.3 is the research's"),
  }).prefault({}),
  random_forest: z.strictObject({
    lags,
    trees: z.int().min(1).max(2000).default(20).describe("100 are the research's"),
    minLeafRows: z.int().min(1).max(1000).default(10).describe("1 is the research's"),
    seed,
  }).prefault({}),
  lstm: z.strictObject({
    inputSteps: sessions("Number of input values of a forecast").default(10),
    outputSteps: sessions("Number of output values of the network").default(3),
    units: z.int().min(1).max(256).default(8).describe("Units of each layer; 50 are the research's"),
    layers: z.int().min(1).max(8).default(1).describe("Layers of the encoder, and of the decoder"),
    activation: z.enum(["tanh", "relu"]).default("tanh").describe("Function of the candidate and of the output"),
    dropout: z.number().min(0).lt(1).default(0.2).describe("Share of outputs dropped while training"),
    epochs: z.int().min(1).max(1000).default(40).describe("Most passes over the training windows"),
    patience: z.int().min(1).max(1000).default(5).describe("Passes without a smaller error after which training ends"),
    batch: z.int().min(1).max(1000).default(16).describe("Windows a step"),
    learningRate: z.number().gt(0).max(1).default(0.005).describe("Step size of Adam"),
    seed,
  }).prefault({}),
});

type Options = z.output<typeof ModelOptions>;

/** Settings for fitting a model, including the longest horizon of its error estimates. */
export function optionsOf(model: ForecastMethod, options: Options, longest: number): Record<string, unknown> {
  switch (model) {
    case "last_value":
    case "mean_reversion":
    case "drift":
    case "prophet":
      return {};
    case "arima":
      return options.arima;
    default:
      return { ...options[model], horizon: longest };
  }
}

/** Loads what fits of the models require. */
export async function loadModels(models: readonly ForecastMethod[]): Promise<void> {
  for (const model of models) await (forecasters[model] as Forecaster).load?.();
}

/** A date as days since 1970-01-01. */
export function dayOf(date: string): number {
  return Date.parse(date) / 86_400_000;
}

/**
 * Fits a model.
 *
 * @param input.days Day of each value, for models that use dates.
 * @throws {RangeError} If the window is too short for the model, or constant.
 */
export function fitModel(
  model: ForecastMethod,
  window: Float64Array,
  { options, days }: { options: Record<string, unknown>; days: readonly number[] },
): ForecastModel {
  const forecaster = forecasters[model] as Forecaster<Record<string, unknown>>;
  return forecaster.fit(window, model === "prophet" ? { ...options, days } : options);
}
