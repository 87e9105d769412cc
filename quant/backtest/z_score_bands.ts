import { regressCentred } from "../linear_regression.ts";
import { BandRule, type Bands } from "./band_rule.ts";
import type { Strategy } from "./strategy.ts";

/** The bands of the traditional rule, which has no stop, with a stop. */
const DEFAULTS: Bands = { entryZ: 1, exitZ: 0.5, stopZ: 4 };

/**
 * The traditional rule, fitted on the formation alone: hedge ratio and intercept by least squares, bands in standard deviations
 * of the formation's residuals.
 *
 * It differs from {@linkcode traditionalBands} in two points: a spread that jumps over the exit band is closed too, and a stop
 * closes a diverging position. Fitting throws a `RangeError` if the legs are collinear or leg 1 is constant.
 *
 * @param parameters Any of the bands; by default entry at 1, exit at 0.5, stop at 4.
 * @throws {RangeError} If not 0 ≤ exitZ < entryZ < stopZ.
 *
 * @example
 * ```ts
 * import { zScoreBands } from "./z_score_bands.ts";
 *
 * const fitted = zScoreBands().fit({ price1: Float64Array.of(10, 10, 20, 20), price2: Float64Array.of(11, 9, 21, 19) });
 * console.assert(fitted.decide(10, 12).target === -1); // two deviations above the mean
 * console.assert(fitted.decide(10, 10).signal === "exit");
 * ```
 *
 * Source: Gatev, Goetzmann & Rouwenhorst (2006), Review of Financial Studies 19. Verified:
 * tests/quant/backtest/strategies_test.ts.
 */
export function zScoreBands(parameters: Partial<Bands> = {}): Strategy {
  return lineBands("z_score_bands", { ...DEFAULTS, ...parameters }, fitSpread);
}

/** A hedge line and the spread that it leaves of a formation. */
export interface HedgeLine {
  /** Shares of leg 1 against one of leg 2. */
  slope: number;
  intercept: number;
  /** Deviation of the spread from 0 in the formation. */
  std: number;
}

/**
 * Bands on the spread leg 2 − (slope · leg 1 + intercept), in the deviations of a line that is fitted on the formation.
 *
 * @throws {RangeError} If not 0 ≤ exitZ < entryZ < stopZ.
 */
export function lineBands(
  name: string,
  bands: Bands,
  fitLine: (price1: Float64Array, price2: Float64Array) => HedgeLine,
): Strategy {
  new BandRule(bands);
  return {
    name,
    parameters: { ...bands },
    fit({ price1, price2 }) {
      const { slope, intercept, std } = fitLine(price1, price2);
      const rule = new BandRule(bands);
      return {
        estimates: { hedgeRatio: slope, intercept, std },
        levels: { ...bands, stopZ: bands.stopZ === Infinity ? NaN : bands.stopZ },
        decide(price1, price2) {
          const score = (price2 - (slope * price1 + intercept)) / std;
          return { ...rule.next(score), hedgeRatio: slope, score, z: score };
        },
      };
    },
  };
}

/** The line of leg 2 on leg 1, its residuals, and their population standard deviation (their mean is 0). */
export function fitSpread(
  price1: Float64Array,
  price2: Float64Array,
): { slope: number; intercept: number; residuals: Float64Array; std: number } {
  const { slope, intercept, residuals } = regressCentred(price1, price2);
  let squares = 0;
  let magnitude = 0;
  for (let t = 0; t < residuals.length; t++) {
    squares += residuals[t]! * residuals[t]!;
    magnitude = Math.max(magnitude, Math.abs(price2[t]!), Math.abs(slope * price1[t]!));
  }
  const std = Math.sqrt(squares / residuals.length);
  // Residuals of the size of the prices' rounding give no scale for a spread.
  if (std <= 16 * Number.EPSILON * magnitude) {
    throw new RangeError("The legs are collinear in the formation: their spread has no deviation to trade on.");
  }
  return { slope, intercept, residuals, std };
}
