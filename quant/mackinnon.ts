import {
  BODY_SCALING,
  CRITICAL_VALUE_SURFACES,
  type DeterministicTerms,
  P_VALUE_SURFACES,
  TAIL_SCALING,
} from "./mackinnon_tables.ts";
import { normalCdf } from "./normal_distribution.ts";
import { requireOneOf } from "./validate.ts";

export type { DeterministicTerms } from "./mackinnon_tables.ts";

/** Distribution of a Dickey–Fuller τ statistic. */
export interface MackinnonOptions {
  /** Deterministic terms of the regression. Default `"c"`. */
  regression?: DeterministicTerms;
  /** Number of I(1) variables: 1 for an observed series, 2 for the residual of a pair. Default 1. */
  variables?: number;
}

/** Critical values of a left-tailed test; a statistic below one rejects the null at that level. */
export interface CriticalValues {
  /** Rejects at 1 %. */
  "1%": number;
  /** Rejects at 5 %. */
  "5%": number;
  /** Rejects at 10 %. */
  "10%": number;
}

const REGRESSIONS: readonly DeterministicTerms[] = ["n", "c", "ct", "ctt"];

function checkVariables(variables: number, most: number, what: string): void {
  if (!Number.isInteger(variables) || variables < 1 || variables > most) {
    throw new RangeError(`${what} are tabulated for 1 to ${most} variables, got ${variables}.`);
  }
}

/** Horner's rule on coefficients with their printed scaling, lowest power first. */
function polynomial(coefficients: readonly number[], scaling: readonly number[] | null, x: number): number {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) {
    value = value * x + coefficients[i]! * (scaling === null ? 1 : scaling[i]!);
  }
  return value;
}

/**
 * Asymptotic p-value of a Dickey–Fuller or Engle–Granger τ statistic by MacKinnon's (1994) response surface.
 * Null hypothesis: a unit root (one variable), no cointegration (more).
 *
 * Beyond the range of the surface the p-value is exactly 0 (left) or 1 (right); −∞ gives 0 and +∞ gives 1.
 *
 * @param statistic The τ statistic.
 * @throws {RangeError} If the statistic is NaN or `variables` is not an integer from 1 to 6.
 *
 * @example
 * ```ts
 * import { mackinnonPValue } from "./mackinnon.ts";
 * mackinnonPValue(-2.86); // 0.0502…
 * ```
 *
 * Source: MacKinnon (1994), Journal of Business & Economic Statistics 12, 167–176. Verified:
 * tests/quant/fixtures/time_series.json (`mackinnonPValue`). Cost: O(1).
 */
export function mackinnonPValue(statistic: number, options: MackinnonOptions = {}): number {
  const { regression = "c", variables = 1 } = options;
  requireOneOf(regression, "regression", REGRESSIONS);
  if (Number.isNaN(statistic)) throw new RangeError("mackinnonPValue needs a statistic, got NaN.");
  const surface = P_VALUE_SURFACES[regression];
  checkVariables(variables, surface.tail.length, "MacKinnon's p-values");
  const row = variables - 1;
  // Without deterministic terms the surface has no upper limit, and the polynomial is not reliable at +∞.
  if (statistic === Infinity || statistic > surface.upperLimit[row]!) return 1;
  if (statistic < surface.lowerLimit[row]!) return 0;
  const z = statistic <= surface.tailBoundary[row]!
    ? polynomial(surface.tail[row]!, TAIL_SCALING, statistic)
    : polynomial(surface.body[row]!, BODY_SCALING, statistic);
  return normalCdf(z);
}

/**
 * Critical values of the Dickey–Fuller or Engle–Granger τ statistic for a sample of `nobs` rows (MacKinnon 2010).
 *
 * `nobs` of +∞, the default, gives the asymptotic values.
 *
 * @throws {RangeError} If `nobs` is not positive or `variables` is not tabulated: 1 to 12, and 1 only for regression
 * `"n"`.
 *
 * @example
 * ```ts
 * import { mackinnonCriticalValues } from "./mackinnon.ts";
 * mackinnonCriticalValues({ regression: "c", variables: 2 })["5%"]; // −3.33613
 * ```
 *
 * Source: MacKinnon (2010), Queen's Economics Department working paper 1227. Verified:
 * tests/quant/fixtures/time_series.json (`mackinnonCriticalValues`). Cost: O(1).
 */
export function mackinnonCriticalValues(options: MackinnonOptions & { nobs?: number } = {}): CriticalValues {
  const { regression = "c", variables = 1, nobs = Infinity } = options;
  requireOneOf(regression, "regression", REGRESSIONS);
  if (!(nobs > 0)) throw new RangeError(`Critical values need a positive number of observations, got ${nobs}.`);
  const surface = CRITICAL_VALUE_SURFACES[regression];
  checkVariables(variables, surface[0]!.length, `MacKinnon's critical values for regression "${regression}"`);
  const [one, five, ten] = surface.map((level) => polynomial(level[variables - 1]!, null, 1 / nobs));
  return { "1%": one!, "5%": five!, "10%": ten! };
}
