import { z } from "zod";
import { keepVersions } from "../../engine/mod.ts";
import { assetOut } from "../resources.ts";

const sum = (of: string) => z.number().min(0).describe(`Sum of ${of} up to the end of the window, oldest first`);
const packed = (of: string) =>
  z.string().describe(
    `Root mean square of ${of} in each of these sessions: 64-bit floating-point numbers, little-endian, in base64`,
  );

export const ForecastTally = z.object({
  window_first_as_of: z.iso.date().describe("First as-of session with a forecast of the trading window"),
  model: z.string().min(1).describe("Name of the forecaster"),
  horizon: z.int().min(1).describe("Sessions ahead"),
  squared_errors: sum("squared errors"),
  absolute_errors: sum("absolute errors"),
  baseline_squared_errors: sum("squared errors of the last value as forecast"),
  baseline_absolute_errors: sum("absolute errors of the last value as forecast"),
  forecasts: z.int().min(1).describe("Forecasts of the window with a realized value"),
  right: z.int().min(0).describe("Those with the correct direction"),
  calls: z.int().min(0).describe("Those of a change"),
  right_calls: z.int().min(0).describe("Those of a change with the correct direction"),
  baseline_right: z.int().min(0).describe("Those with no change"),
  covered: z.int().min(0).describe("Those whose realized value is inside the interval"),
  pairs: z.int().min(1).describe("Pairs with such a forecast"),
  pairs_better: z.int().min(0).describe(
    "Those of them in which the model's squared errors sum up to less than the last value's",
  ),
  sessions: z.int().min(1).describe("As-of sessions of these forecasts"),
  first_as_of: z.iso.date().describe("First of these sessions"),
  last_as_of: z.iso.date().describe("Last of these sessions"),
  losses: packed("errors"),
  baseline_losses: packed("errors of the last value as forecast"),
});

/** What `forecast_scores` adds up, by trading window: windows with unchanged forecasts are not read again. */
export const forecastTallies = assetOut({
  key: "forecast_tallies",
  module: import.meta,
  group: "forecasts",
  layer: "gold",
  description: "Errors of each forecaster and horizon in each trading window: what forecast_scores adds up.",
  row: ForecastTally,
  primaryKey: ["window_first_as_of", "model", "horizon"],
  partitionedBy: { date: "window_first_as_of" },
  retention: keepVersions(1),
  carriedOn: true,
});
