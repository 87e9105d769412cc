import { highestDensity } from "./highest_density.ts";
import { fourierTerms, type ProphetCurve, type Seasonality } from "./prophet_curve.ts";

/** Number of changepoints and prior scales, Prophet's defaults. */
const CHANGEPOINTS = 25;
const CHANGEPOINT_RANGE = 0.8;
const CHANGEPOINT_PRIOR_SCALE = 0.05;
const SEASONALITY_PRIOR_SCALE = 10;
const LEVEL_PRIOR_SCALE = 5;
const NOISE_PRIOR_SCALE = 0.5;
const MOST_ITERATIONS = 10_000;
/** Number of values from which Prophet searches by L-BFGS, not by Newton's method. */
const LBFGS_FROM = 100;
/** Days of history from which Prophet adds a seasonality by default. */
const YEARLY_FROM_DAYS = 730;
const WEEKLY_FROM_DAYS = 14;

type Optimizer = typeof import("@bsull/augurs-prophet-wasmstan").optimizer;
let optimizer: Optimizer | undefined;

/** Loads Prophet's Stan program, 2.3 MB of WebAssembly, required for fits. */
export async function loadStan(): Promise<void> {
  ({ optimizer } = await import("@bsull/augurs-prophet-wasmstan"));
}

/**
 * How to search for the maximum a posteriori curve.
 *
 * - `stan`: Prophet's Stan program. Its L-BFGS often ends at a kink of the prior, and the place depends on rounding.
 * - `highest`: the highest density, exactly.
 */
export type ProphetSearch = "stan" | "highest";

/** Prophet's own: below 100 values its Newton's method ends near the highest density. */
export function usualSearch(length: number): ProphetSearch {
  return length < LBFGS_FROM ? "highest" : "stan";
}

/**
 * The maximum a posteriori curve, with the standard deviation of values around it in its scale.
 *
 * @param window Values, oldest first.
 * @param days Day of each value, ascending, as days since 1970-01-01; two weeks at least.
 * @throws {RangeError} If the search ends without a result.
 */
export function fitProphet(
  window: Float64Array,
  days: Float64Array,
  by: ProphetSearch = usualSearch(window.length),
): { curve: ProphetCurve; sigma: number } {
  const n = window.length;
  const scale = window.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const [start, span] = [days[0]!, days[n - 1]! - days[0]!];
  const t = Array.from(days, (day) => (day - start) / span);
  const y = Array.from(window, (value) => value / scale);
  const changepoints = changepointsOf(t);
  const seasonalities: Seasonality[] = [
    ...span >= YEARLY_FROM_DAYS ? [{ period: 365.25, order: 10 }] : [],
    ...span >= WEEKLY_FROM_DAYS ? [{ period: 7, order: 3 }] : [],
  ];
  const curve = { scale, start, span, changepoints: Float64Array.from(changepoints), seasonalities };
  const terms = Array.from(days, (day) => fourierTerms(day, seasonalities));
  const count = terms[0]!.length;
  // As in Prophet: from the line through the first and the last value.
  const first = {
    k: y[n - 1]! - y[0]!,
    m: y[0]!,
    delta: new Float64Array(changepoints.length),
    beta: new Float64Array(count),
    sigmaObs: 1,
  };
  if (y.every((value) => value === y[0])) return { curve: { ...curve, ...withoutMinusZero(first) }, sigma: 1e-9 };
  const found = by === "highest" ? densestCurve({ t, y, changepoints, terms }) : stan(first, {
    T: n,
    y,
    t,
    cap: t.map(() => 0),
    S: changepoints.length,
    t_change: changepoints,
    trend_indicator: 0,
    K: count,
    s_a: new Array(count).fill(1),
    s_m: new Array(count).fill(0),
    X: terms,
    sigmas: new Array(count).fill(SEASONALITY_PRIOR_SCALE),
    tau: CHANGEPOINT_PRIOR_SCALE,
  });
  return { curve: { ...curve, ...withoutMinusZero(found) }, sigma: found.sigmaObs };
}

type StanParameters = Parameters<Optimizer["optimize"]>[0];

/** @param data The data block of Prophet's Stan program. */
function stan(first: StanParameters, data: Record<string, unknown>): StanParameters {
  if (!optimizer) throw new Error("Await prophet.load() before the first fit: it loads Prophet's Stan program.");
  try {
    const options = { algorithm: "lbfgs", iter: MOST_ITERATIONS, seed: 1 } as const;
    return optimizer.optimize(first, JSON.stringify(data), options).params;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Prophet's search ended without a result: ${said.trim()}`, { cause });
  }
}

interface Scaled {
  t: readonly number[];
  y: readonly number[];
  changepoints: readonly number[];
  terms: readonly number[][];
}

/** The parameters of the highest density: a change of growth at a changepoint bends the curve from there on. */
function densestCurve({ t, y, changepoints, terms }: Scaled): StanParameters {
  const [changes, count] = [changepoints.length, terms[0]!.length];
  const byCoefficient = (ofLine: number, ofChange: number, ofTerm: number) =>
    Float64Array.from({ length: 2 + changes + count }, (_, i) => i < 2 ? ofLine : i < 2 + changes ? ofChange : ofTerm);
  const { coefficients, sigma } = highestDensity({
    columns: [
      Float64Array.from(t),
      new Float64Array(t.length).fill(1),
      ...changepoints.map((change) => Float64Array.from(t, (time) => Math.max(0, time - change))),
      ...Array.from({ length: count }, (_, i) => Float64Array.from(terms, (ofDay) => ofDay[i]!)),
    ],
    y: Float64Array.from(y),
    precisions: byCoefficient(1 / LEVEL_PRIOR_SCALE ** 2, 0, 1 / SEASONALITY_PRIOR_SCALE ** 2),
    rates: byCoefficient(0, 1 / CHANGEPOINT_PRIOR_SCALE, 0),
    noisePrecision: 1 / NOISE_PRIOR_SCALE ** 2,
  });
  return {
    k: coefficients[0]!,
    m: coefficients[1]!,
    delta: coefficients.slice(2, 2 + changes),
    beta: coefficients.slice(2 + changes),
    sigmaObs: sigma,
  };
}

/** JSON has no −0. */
function withoutMinusZero({ k, m, delta, beta }: StanParameters): Pick<ProphetCurve, "k" | "m" | "delta" | "beta"> {
  const plus = (value: number) => value + 0;
  return { k: plus(k), m: plus(m), delta: delta.map(plus), beta: beta.map(plus) };
}

/** Evenly spread over the first four fifths of the values, except the first. */
function changepointsOf(t: readonly number[]): number[] {
  const last = Math.floor(CHANGEPOINT_RANGE * t.length) - 1;
  const count = Math.min(CHANGEPOINTS, last);
  return Array.from({ length: count }, (_, i) => t[halfToEven((i + 1) * last / count)]!);
}

function halfToEven(value: number): number {
  const below = Math.floor(value);
  return value - below === 0.5 ? below + below % 2 : Math.round(value);
}
