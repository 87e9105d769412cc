import { mean } from "../centring.ts";
import { kalmanHedgeRatio } from "../kalman_hedge_ratio.ts";
import { BandRule, type Bands } from "./band_rule.ts";
import type { Strategy } from "./strategy.ts";
import { fitSpread } from "./z_score_bands.ts";

/** Settings of {@linkcode kalmanHedge}. */
export interface KalmanHedgeParameters extends Bands {
  /** Approximate number of sessions in which the filter follows a change of the relation. */
  adaptationSessions: number;
}

const DEFAULTS: KalmanHedgeParameters = { entryZ: 1, exitZ: 0.5, stopZ: 4, adaptationSessions: 60 };

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
      const unit1 = mean(price1);
      const unit2 = mean(price2);
      const observationVariance = (std / unit2) ** 2;
      const stepVariance = observationVariance / (2 * adaptationSessions ** 2);
      const options = {
        observationVariance,
        delta: stepVariance / (1 + stepVariance),
        initialState: [slope * unit1 / unit2, intercept / unit2] as const,
      };
      const seen1: number[] = [];
      const seen2: number[] = [];
      const rule = new BandRule(settings);
      return {
        estimates: { hedgeRatio: slope, intercept, observationVariance, stepVariance },
        levels: { entryZ: settings.entryZ, exitZ: settings.exitZ, stopZ: settings.stopZ },
        decide(price1, price2) {
          seen1.push(price1 / unit1);
          seen2.push(price2 / unit2);
          const filter = kalmanHedgeRatio(Float64Array.from(seen2), Float64Array.from(seen1), options);
          const now = seen1.length - 1;
          const score = filter.innovations[now]! / Math.sqrt(filter.innovationVariances[now]!);
          return { ...rule.next(score), hedgeRatio: filter.slope[now]! * unit2 / unit1, score, z: score };
        },
      };
    },
  };
}
