import { arima } from "./arima/arima.ts";
import { drift } from "./drift.ts";
import type { ForecastModel } from "./forecaster.ts";
import { lastValue } from "./last_value.ts";
import { lstm } from "./lstm/lstm.ts";
import { meanReversion } from "./mean_reversion.ts";
import { prophet } from "./prophet/prophet.ts";
import { boostedTrees } from "./trees/boosted_trees.ts";
import { randomForest } from "./trees/random_forest.ts";
import { trendLine } from "./trend_line.ts";

/** All forecasters by method. */
export const forecasters = {
  last_value: lastValue,
  mean_reversion: meanReversion,
  drift,
  rolling_trend: trendLine,
  arima,
  boosted_trees: boostedTrees,
  random_forest: randomForest,
  lstm,
  prophet,
} as const;

/** Name of a forecaster. */
export type ForecastMethod = keyof typeof forecasters;

/**
 * Restores a model of any method from the result of its `toJSON`.
 *
 * @throws {RangeError} If the method is unknown or the data are not those of a model.
 *
 * @example
 * ```ts
 * import { forecasters, restoreForecastModel } from "./forecasters.ts";
 * const model = forecasters.drift.fit(Float64Array.of(1, 2, 3));
 * restoreForecastModel(JSON.parse(JSON.stringify(model))).predict(1).mean; // [4]
 * ```
 */
export function restoreForecastModel(json: unknown): ForecastModel {
  const method = (json as { method?: unknown } | null | undefined)?.method;
  if (typeof method !== "string" || !Object.hasOwn(forecasters, method)) {
    const known = Object.keys(forecasters).join(", ");
    throw new RangeError(`A stored model's method must be one of ${known}, got ${JSON.stringify(method)}.`);
  }
  return forecasters[method as ForecastMethod].restore(json);
}
