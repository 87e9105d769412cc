import { mean } from "../centring.ts";
import { johansen } from "../johansen.ts";
import { totalLeastSquares } from "../total_least_squares.ts";
import type { Bands } from "./band_rule.ts";
import type { Strategy } from "./strategy.ts";
import { fitSpread, type HedgeLine, lineBands } from "./z_score_bands.ts";

/** As the bands of `zScoreBands`, so that a comparison of both is one of the lines alone. */
const DEFAULTS: Bands = { entryZ: 1, exitZ: 0.5, stopZ: 4 };
/** Two deviations and back to the crossing of the prices, without a stop. */
const DISTANCE: Bands = { entryZ: 2, exitZ: 0, stopZ: Infinity };

/**
 * {@linkcode zScoreBands} with a hedge ratio by total least squares: both legs carry errors, and the line does not depend on which
 * of them is leg 2. Legs are divided by their mean of the formation, which makes their errors comparable.
 *
 * @param parameters Any of the bands; by default entry at 1, exit at 0.5, stop at 4.
 * @throws {RangeError} If not 0 ≤ exitZ < entryZ < stopZ; on fitting, if a leg is constant, the legs are collinear or the hedge
 * ratio is not positive.
 *
 * @example
 * ```ts
 * import { totalLeastSquaresBands } from "./hedge_lines.ts";
 *
 * console.assert(totalLeastSquaresBands({ entryZ: 2 }).parameters.entryZ === 2);
 * ```
 *
 * Source: Teetor (2011), Better Hedge Ratios for Spread Trading. Verified: tests/quant/backtest/hedge_lines_test.ts (numpy's `svd`).
 */
export function totalLeastSquaresBands(parameters: Partial<Bands> = {}): Strategy {
  return lineBands("total_least_squares_bands", { ...DEFAULTS, ...parameters }, (price1, price2) => {
    const { unit1, unit2, scaled1, scaled2 } = scaledLegs(price1, price2);
    return lineThrough(price1, price2, totalLeastSquares(scaled1, scaled2).slope * unit2 / unit1);
  });
}

/**
 * {@linkcode zScoreBands} with the hedge ratio of Johansen's first cointegrating vector, which also accounts for the short-run moves of
 * both legs: a constant outside of the relation, one lagged difference.
 *
 * The vector is used without a test for cointegration: the choice of pairs has its own.
 *
 * @param parameters Any of the bands; by default entry at 1, exit at 0.5, stop at 4.
 * @throws {RangeError} If not 0 ≤ exitZ < entryZ < stopZ; on fitting, as `johansen`, or if the hedge ratio is not positive.
 *
 * @example
 * ```ts
 * import { johansenBands } from "./hedge_lines.ts";
 *
 * console.assert(johansenBands().name === "johansen_bands");
 * ```
 *
 * Source: Johansen (1988); Chan, Algorithmic Trading (2013), ch. 2. Verified: tests/quant/backtest/hedge_lines_test.ts
 * (statsmodels' `coint_johansen`).
 */
export function johansenBands(parameters: Partial<Bands> = {}): Strategy {
  return lineBands("johansen_bands", { ...DEFAULTS, ...parameters }, (price1, price2) => {
    const { unit1, unit2, scaled1, scaled2 } = scaledLegs(price1, price2);
    const [weight1, weight2] = johansen([scaled1, scaled2]).eigenvectors[0]!;
    return lineThrough(price1, price2, -weight1! / weight2! * unit2 / unit1);
  });
}

/**
 * The distance method: prices that both start the formation at 1; entered where they are more than two deviations of the formation
 * apart, closed where they cross. One dollar of leg 1 at the formation's start stands against one of leg 2.
 *
 * The pairs of the method are those nearest to each other in the formation, without a test: preset `distance`.
 *
 * @param parameters Any of the bands; by default entry at 2, exit at 0, no stop.
 * @throws {RangeError} If not 0 ≤ exitZ < entryZ < stopZ; on fitting, if a leg is constant or does not start above 0, or the legs are
 * collinear.
 *
 * @example
 * ```ts
 * import { distanceBands } from "./hedge_lines.ts";
 *
 * const fitted = distanceBands().fit({ price1: Float64Array.of(10, 11, 10), price2: Float64Array.of(20, 20, 21) });
 * console.assert(fitted.estimates.hedgeRatio === 2);
 * ```
 *
 * Source: Gatev, Goetzmann & Rouwenhorst (2006), Review of Financial Studies 19. Verified:
 * tests/quant/backtest/hedge_lines_test.ts (numpy).
 */
export function distanceBands(parameters: Partial<Bands> = {}): Strategy {
  return lineBands("distance_bands", { ...DISTANCE, ...parameters }, (price1, price2) => {
    // Refuses legs without a spread.
    fitSpread(price1, price2);
    const [first1, first2] = [price1[0]!, price2[0]!];
    if (!(first1 > 0 && first2 > 0)) throw new RangeError(`The legs start at ${first1} and ${first2}: not above 0.`);
    const slope = first2 / first1;
    const spread = price2.map((price, t) => price - slope * price1[t]!);
    return { slope, intercept: 0, std: deviation(spread, mean(spread)) };
  });
}

/** Legs of a formation in units of their means. */
function scaledLegs(price1: Float64Array, price2: Float64Array) {
  // Refuses legs without a spread, by the names of the legs.
  fitSpread(price1, price2);
  const [unit1, unit2] = [mean(price1), mean(price2)];
  return {
    unit1,
    unit2,
    scaled1: price1.map((price) => price / unit1),
    scaled2: price2.map((price) => price / unit2),
  };
}

/** The line of a slope through the means of both legs. */
function lineThrough(price1: Float64Array, price2: Float64Array, slope: number): HedgeLine {
  if (!(slope > 0 && slope < Infinity)) {
    throw new RangeError(`The hedge ratio is ${slope}, not positive: both legs would be on the same side.`);
  }
  const intercept = mean(price2) - slope * mean(price1);
  const residuals = price2.map((price, t) => price - (slope * price1[t]! + intercept));
  return { slope, intercept, std: deviation(residuals, 0) };
}

/** Population standard deviation around a level. */
function deviation(values: Float64Array, level: number): number {
  return Math.sqrt(values.reduce((sum, value) => sum + (value - level) ** 2, 0) / values.length);
}
