import { mean } from "../centring.ts";
import { requireFinite, requireInteger, requireOneOf, requireSameLength } from "../validate.ts";
import { studentTTwoSided } from "./student_t_distribution.ts";

/** Loss, horizon and alternative of the test. */
export interface DieboldMarianoOptions {
  /** Steps ahead of the forecasts; errors of h steps are correlated over h − 1 positions. Default 1. */
  horizon?: number;
  /** Loss of an error: its square or its absolute value. Default `"squared"`. */
  loss?: "squared" | "absolute";
  /** `"different"` (two-sided), `"better"` (the model's loss is smaller than the baseline's) or `"worse"`. Default `"different"`. */
  alternative?: "different" | "better" | "worse";
}

/** Outcome of a Diebold–Mariano test. */
export interface DieboldMarianoResult {
  /** Corrected statistic: negative if the model's loss is smaller than the baseline's; ±∞ if the difference is constant. */
  statistic: number;
  /** p-value by Student's t distribution with n − 1 degrees of freedom. */
  pValue: number;
  /** Mean loss of the model less mean loss of the baseline, in squared (or plain) units of the errors. */
  meanDifference: number;
  /** `"bartlett"` if the rectangular estimate of the long-run variance is not positive. */
  kernel: "rectangular" | "bartlett";
}

/**
 * Diebold–Mariano test with the small-sample correction of Harvey, Leybourne and Newbold. Null hypothesis: a model and a
 * baseline forecast **equally well**.
 *
 * The long-run variance of the loss difference sums its autocovariances up to lag h − 1 with equal weights; if that is not
 * positive, with Bartlett's. Equal losses at every position give statistic 0 and p-value 1.
 *
 * @param errors The model's forecast errors, oldest first, one per position without gaps, n > horizon, finite.
 * @param baselineErrors The baseline's errors at the same positions.
 * @throws {RangeError} If the lengths differ, n is at most the horizon or below 3, or a value is not finite.
 *
 * @example
 * ```ts
 * import { dieboldMariano } from "./diebold_mariano.ts";
 * const errors = Float64Array.from({ length: 50 }, (_, t) => Math.sin(t * t));
 * dieboldMariano(errors, errors.map((error) => 2 * error)).statistic < 0; // true
 * ```
 *
 * Source: Diebold & Mariano (1995), JBES 13; Harvey, Leybourne & Newbold (1997), IJF 13. Verified:
 * tests/quant/forecast/fixtures/scores.json (numpy and scipy). Cost: O(n · horizon).
 */
export function dieboldMariano(
  errors: Float64Array,
  baselineErrors: Float64Array,
  options: DieboldMarianoOptions = {},
): DieboldMarianoResult {
  const { horizon = 1, loss = "squared", alternative = "different" } = options;
  requireInteger(horizon, "horizon", 1);
  requireOneOf(loss, "loss", ["squared", "absolute"]);
  requireOneOf(alternative, "alternative", ["different", "better", "worse"]);
  requireSameLength(errors, baselineErrors, "errors and baselineErrors");
  requireFinite(errors, "errors", Math.max(3, horizon + 1));
  requireFinite(baselineErrors, "baselineErrors", 0);

  const n = errors.length;
  const lossOf = loss === "squared" ? (error: number) => error * error : Math.abs;
  const differences = errors.map((error, t) => lossOf(error) - lossOf(baselineErrors[t]!));
  const meanDifference = mean(differences);
  const covariances = Array.from({ length: horizon }, (_, lag) => {
    let sum = 0;
    for (let t = lag; t < n; t++) sum += (differences[t]! - meanDifference) * (differences[t - lag]! - meanDifference);
    return sum / n;
  });
  const longRun = (weight: (lag: number) => number) =>
    covariances.reduce((sum, covariance, lag) => sum + (lag === 0 ? 1 : 2 * weight(lag)) * covariance, 0);
  const rectangular = longRun(() => 1);
  const kernel = rectangular > 0 || covariances[0] === 0 ? "rectangular" : "bartlett";
  const variance = (kernel === "rectangular" ? rectangular : longRun((lag) => 1 - lag / horizon)) / n;

  const correction = Math.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n);
  const statistic = meanDifference === 0 ? 0 : correction * meanDifference / Math.sqrt(variance);
  const twoSided = studentTTwoSided(statistic, n - 1);
  const towards = alternative === "better" ? statistic <= 0 : statistic >= 0;
  const pValue = alternative === "different" ? twoSided : towards ? twoSided / 2 : 1 - twoSided / 2;
  return { statistic, pValue, meanDifference, kernel };
}
