import { mean } from "../centring.ts";
import { kalmanHedgeRatio, type KalmanHedgeRatioOptions } from "../kalman_hedge_ratio.ts";
import { kalmanNoise } from "../kalman_noise.ts";
import { BandRule, type Bands } from "./band_rule.ts";
import type { FittedStrategy, Strategy } from "./strategy.ts";
import { fitSpread } from "./z_score_bands.ts";

/** Settings of {@linkcode kalmanHedge}. */
export interface KalmanHedgeParameters extends Bands {
  /** Approximate number of sessions in which the filter follows a change of the relation. */
  adaptationSessions: number;
}

const BANDS: Bands = { entryZ: 1, exitZ: 0.5, stopZ: 4 };
const DEFAULTS: KalmanHedgeParameters = { ...BANDS, adaptationSessions: 60 };

/**
 * A drifting hedge ratio: bands on the innovations of a Kalman filter, in the deviations that the filter predicts.
 *
 * The filter starts at the least squares of the formation and runs on through the trading sessions, filtered state only. Both
 * legs are divided by their mean of the formation, so that the result does not depend on units; the observation variance is that
 * of the formation's residuals, and the variance of the coefficients' steps is observation variance / (2 · adaptationSessions²),
 * so that the gain rises from 0 to about 1 / adaptationSessions. A position keeps the shares of its entry.
 *
 * @throws {RangeError} If the bands are not 0 ≤ exitZ < entryZ < stopZ or adaptationSessions is not at least 1; on fitting, if the
 * legs are collinear or leg 1 is constant.
 *
 * @example
 * ```ts
 * import { kalmanHedge } from "./kalman_hedge.ts";
 *
 * console.assert(kalmanHedge({ adaptationSessions: 20 }).parameters.adaptationSessions === 20);
 * ```
 *
 * Source: Chan, Algorithmic Trading (2013), ch. 3; Durbin & Koopman, Time Series Analysis by State Space Methods (2012), §2.11
 * for the gain. Verified: tests/quant/backtest/strategies_test.ts. Cost: O(n) per session, since the filter cannot be resumed and
 * runs again over the window's sessions up to that one.
 */
export function kalmanHedge(parameters: Partial<KalmanHedgeParameters> = {}): Strategy {
  const settings = { ...DEFAULTS, ...parameters };
  const { adaptationSessions } = settings;
  new BandRule(settings);
  if (!(adaptationSessions >= 1 && adaptationSessions < Infinity)) {
    throw new RangeError(`adaptationSessions must be at least 1, got ${adaptationSessions}.`);
  }
  return {
    name: "kalman_hedge",
    parameters: { ...settings },
    fit({ price1, price2 }) {
      const { slope, intercept, std } = fitSpread(price1, price2);
      const [unit1, unit2] = [mean(price1), mean(price2)];
      const observationVariance = (std / unit2) ** 2;
      const stepVariance = observationVariance / (2 * adaptationSessions ** 2);
      return followed(settings, {
        estimates: { hedgeRatio: slope, intercept, observationVariance, stepVariance },
        units: [unit1, unit2],
        before: [[], []],
        options: {
          observationVariance,
          delta: stepVariance / (1 + stepVariance),
          initialState: [slope * unit1 / unit2, intercept / unit2],
        },
      });
    },
  };
}

/**
 * {@linkcode kalmanHedge} with both variances of the model estimated on the formation by maximum likelihood ({@linkcode kalmanNoise}).
 * The filter runs over the formation and on through the trading sessions, filtered state only.
 *
 * Where a fixed line is most likely, the hedge ratio stays nearly fixed. The more it drifts, the more of the spread the filter follows,
 * and the less is left to trade.
 *
 * @param parameters Any of the bands; by default entry at 1, exit at 0.5, stop at 4.
 * @throws {RangeError} If the bands are not 0 ≤ exitZ < entryZ < stopZ; on fitting, as `kalmanNoise`, or if the legs are collinear.
 *
 * @example
 * ```ts
 * import { kalmanLikelihood } from "./kalman_hedge.ts";
 *
 * console.assert(kalmanLikelihood({ entryZ: 1.5 }).parameters.entryZ === 1.5);
 * ```
 *
 * Source: Harvey (1989), Forecasting, Structural Time Series Models and the Kalman Filter, §3.4. Verified:
 * tests/quant/backtest/hedge_lines_test.ts (statsmodels' state space). Cost: about 90 filters of O(n) to fit, O(n) per session.
 */
export function kalmanLikelihood(parameters: Partial<Bands> = {}): Strategy {
  const bands = { ...BANDS, ...parameters };
  new BandRule(bands);
  return {
    name: "kalman_likelihood",
    parameters: { ...bands },
    fit({ price1, price2 }) {
      // Refuses legs without a spread.
      const { slope, intercept } = fitSpread(price1, price2);
      const [unit1, unit2] = [mean(price1), mean(price2)];
      const scaled1 = price1.map((price) => price / unit1);
      const scaled2 = price2.map((price) => price / unit2);
      const { observationVariance, initialVariances, ...noise } = kalmanNoise(scaled2, scaled1);
      const stepVariance = observationVariance * rounded(noise.stepVariance / observationVariance);
      return followed(bands, {
        estimates: { hedgeRatio: slope, intercept, observationVariance, stepVariance },
        units: [unit1, unit2],
        before: [[...scaled1], [...scaled2]],
        options: { observationVariance, initialVariances, delta: stepVariance / (1 + stepVariance) },
      });
    },
  };
}

/**
 * A ratio of variances to a thousandth of a power of ten. Below that rounding decides which one is most likely, and the same prices in
 * another unit would have another hedge ratio.
 */
function rounded(ratio: number): number {
  return ratio > 0 ? 10 ** (Math.round(1000 * Math.log10(ratio)) / 1000) : 0;
}

/** A filter with the sessions that it has seen before the trading window. */
interface FilterStart {
  estimates: Record<string, number>;
  /** Prices of the formation that count as 1. */
  units: readonly [leg1: number, leg2: number];
  /** Scaled prices that the filter runs over first. */
  before: readonly [leg1: number[], leg2: number[]];
  options: KalmanHedgeRatioOptions;
}

/** Bands on the innovations of a filter that follows the closes. */
function followed(
  { entryZ, exitZ, stopZ }: Bands,
  { estimates, units: [unit1, unit2], before: [seen1, seen2], options }: FilterStart,
): FittedStrategy {
  const rule = new BandRule({ entryZ, exitZ, stopZ });
  return {
    estimates,
    levels: { entryZ, exitZ, stopZ },
    decide(price1, price2) {
      seen1.push(price1 / unit1);
      seen2.push(price2 / unit2);
      const filter = kalmanHedgeRatio(Float64Array.from(seen2), Float64Array.from(seen1), options);
      const now = seen1.length - 1;
      const score = filter.innovations[now]! / Math.sqrt(filter.innovationVariances[now]!);
      return { ...rule.next(score), hedgeRatio: filter.slope[now]! * unit2 / unit1, score, z: score };
    },
  };
}
