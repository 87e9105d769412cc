import { linearRegression } from "../linear_regression.ts";
import { requireInteger } from "../validate.ts";
import type { Side, Strategy, StrategySignal } from "./strategy.ts";
import { fitSpread } from "./z_score_bands.ts";

/** Settings of {@linkcode rollingTrendStrategy}. */
export interface RollingTrendParameters {
  /** Number of sessions before the current one that the trend line covers. */
  trendSessions: number;
  /** A trend with an r² up to this value counts as none. */
  minRSquared: number;
  /** Width of the bands, in standard deviations of the formation's scaled spread. */
  bandZ: number;
}

const DEFAULTS: RollingTrendParameters = { trendSessions: 10, minRSquared: 0.6, bandZ: 1 };

/**
 * The original's model made causal: hedge ratio, scale and bands from the formation, the trend from the sessions before.
 *
 * The spread is scaled by the formation's minimum and maximum; its mean and population standard deviation there give the bands.
 * Outside the bands a position towards the mean is entered, unless the trend still leads away from it; inside them a position is
 * closed when the trend turns against it. The trend covers the sessions before the current one (at the start of the trading
 * window, those of the formation), never the current one, as in the original. Constant values have no trend. Scores are the
 * scaled spread.
 *
 * @throws {RangeError} If trendSessions is not an integer of at least 3, bandZ is not positive, or minRSquared not in [0, 1);
 * on fitting, if the legs are collinear, leg 1 is constant or the formation is shorter than the trend.
 *
 * @example
 * ```ts
 * import { rollingTrendStrategy } from "./rolling_trend_strategy.ts";
 *
 * console.assert(rollingTrendStrategy({ bandZ: 1.5 }).parameters.bandZ === 1.5);
 * ```
 *
 * Source: pairs-trading-with-ml, without its look-ahead. Verified: tests/quant/backtest/strategies_test.ts.
 */
export function rollingTrendStrategy(parameters: Partial<RollingTrendParameters> = {}): Strategy {
  const { trendSessions, minRSquared, bandZ } = { ...DEFAULTS, ...parameters };
  requireInteger(trendSessions, "trendSessions", 3);
  if (!(bandZ > 0)) throw new RangeError(`bandZ must be positive, got ${bandZ}.`);
  if (!(minRSquared >= 0 && minRSquared < 1)) {
    throw new RangeError(`minRSquared must be in [0, 1), got ${minRSquared}.`);
  }
  const steps = Float64Array.from({ length: trendSessions }, (_, k) => k);

  /** −1, 0 or 1: direction of the values. */
  function trendOf(values: Float64Array): number {
    const line = linearRegression(steps, values);
    return line.rSquared > minRSquared ? Math.sign(line.slope) : 0;
  }

  return {
    name: "rolling_trend",
    parameters: { trendSessions, minRSquared, bandZ },
    fit({ price1, price2 }) {
      const { slope, intercept, residuals, std } = fitSpread(price1, price2);
      if (residuals.length < trendSessions) {
        throw new RangeError(`The formation has ${residuals.length} sessions, the trend needs ${trendSessions}.`);
      }
      const min = residuals.reduce((least, value) => Math.min(least, value), Infinity);
      const max = residuals.reduce((most, value) => Math.max(most, value), -Infinity);
      const range = max - min;
      const scaled = (spread: number) => (spread - min) / range;
      const mean = scaled(0);
      const halfWidth = bandZ * std / range;
      // An array as a queue: shifting ten numbers is cheap.
      const recent = residuals.slice(-trendSessions).map(scaled);
      let target: Side = 0;

      function signalOf(d: number, trend: number): StrategySignal {
        if (d > mean + halfWidth) return trend === 1 || target === -1 ? "hold" : "enter_short";
        if (d < mean - halfWidth) return trend === -1 || target === 1 ? "hold" : "enter_long";
        return target !== 0 && trend === -target ? "exit" : "hold";
      }

      return {
        estimates: { hedgeRatio: slope, intercept, std, min, max },
        // A position is closed when the trend turns, at no level.
        levels: { entryZ: bandZ, exitZ: NaN, stopZ: NaN },
        decide(price1, price2) {
          const spread = price2 - (slope * price1 + intercept);
          const score = scaled(spread);
          const signal = signalOf(score, trendOf(recent));
          if (signal === "enter_long") target = 1;
          else if (signal === "enter_short") target = -1;
          else if (signal === "exit") target = 0;
          recent.copyWithin(0, 1);
          recent[trendSessions - 1] = score;
          return { target, signal, hedgeRatio: slope, score, z: spread / std };
        },
      };
    },
  };
}
