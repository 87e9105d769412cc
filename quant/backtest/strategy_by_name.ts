import { forecastBand } from "./forecast_band.ts";
import { forecastTrend } from "./forecast_trend.ts";
import { distanceBands, johansenBands, totalLeastSquaresBands } from "./hedge_lines.ts";
import { kalmanHedge, kalmanLikelihood } from "./kalman_hedge.ts";
import { ouThresholds } from "./ou_thresholds.ts";
import { rollingTrendStrategy } from "./rolling_trend_strategy.ts";
import type { Strategy } from "./strategy.ts";
import { zScoreBands } from "./z_score_bands.ts";

/** Strategies that are compared unless the configuration names others: each more is another trial that luck may favour. */
export const defaultStrategyNames = [
  "rolling_trend",
  "z_score_bands",
  "kalman_hedge",
  "ou_thresholds",
  "forecast_trend",
  "forecast_band",
] as const;

/** Names of all strategies that the configuration can choose. */
export const strategyNames = [
  ...defaultStrategyNames,
  "total_least_squares_bands",
  "johansen_bands",
  "kalman_likelihood",
  "distance_bands",
] as const;

/** The name of a strategy. */
export type StrategyName = typeof strategyNames[number];

const makers: Record<StrategyName, (parameters: Record<string, number>) => Strategy> = {
  rolling_trend: rollingTrendStrategy,
  z_score_bands: zScoreBands,
  kalman_hedge: kalmanHedge,
  ou_thresholds: ouThresholds,
  forecast_trend: forecastTrend,
  forecast_band: forecastBand,
  total_least_squares_bands: totalLeastSquaresBands,
  johansen_bands: johansenBands,
  kalman_likelihood: kalmanLikelihood,
  distance_bands: distanceBands,
};

/**
 * The strategy with a name, by default with its default parameters.
 *
 * @throws {RangeError} If the name is unknown, or a parameter is unknown to the strategy or out of its range.
 *
 * @example
 * ```ts
 * import { strategyByName } from "./strategy_by_name.ts";
 *
 * console.assert(strategyByName("z_score_bands", { entryZ: 2 }).parameters.entryZ === 2);
 * ```
 */
export function strategyByName(name: string, parameters: Record<string, number> = {}): Strategy {
  if (!Object.hasOwn(makers, name)) {
    throw new RangeError(`There is no strategy "${name}": choose one of ${strategyNames.join(", ")}.`);
  }
  const make = makers[name as StrategyName];
  const known = Object.keys(make({}).parameters);
  for (const parameter of Object.keys(parameters)) {
    if (!known.includes(parameter)) {
      throw new RangeError(`${name} has no parameter "${parameter}": it has ${known.join(", ")}.`);
    }
  }
  return make(parameters);
}
