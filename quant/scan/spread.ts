import type { PriceTable } from "./price_table.ts";

/** One leg of a pair: a row of the price table. */
export interface Leg {
  readonly centred: Float64Array;
  readonly mean: number;
  readonly sumOfSquares: number;
  readonly magnitude: number;
}

/** Row `index` of the table, without copying. */
export function legAt(table: PriceTable, index: number): Leg {
  return {
    centred: table.centred.subarray(index * table.sessions, (index + 1) * table.sessions),
    mean: table.means[index]!,
    sumOfSquares: table.sumsOfSquares[index]!,
    magnitude: table.magnitudes[index]!,
  };
}

/** Residuals below this share of y's variance are refined: the rounding of slope and product would be visible in them. */
export const NEAR_DUPLICATE = 1e-4;

/** Residuals below this share of y's standard deviation, or this many roundings of the prices, count as no spread. */
const COLLINEAR_SHARE = 1e-10;
const COLLINEAR_ROUNDINGS = 16;

/** Deviations of the spread's differences up to this many roundings of the prices count as rounding. */
const DEVIATION_ROUNDINGS = 4;

/** The line through a pair. */
export interface SpreadFit {
  readonly slope: number;
  /** Whether the legs are collinear up to the rounding of their prices, so that there is no spread. */
  readonly collinear: boolean;
}

/** Least squares of y on x with a constant: writes the residuals into `spread`. Neither leg may be constant. */
export function fitSpread(x: Leg, y: Leg, spread: Float64Array): SpreadFit {
  const n = spread.length;
  const slope = dot(x.centred, y.centred, n) / x.sumOfSquares;
  for (let t = 0; t < n; t++) spread[t] = y.centred[t]! - slope * x.centred[t]!;
  if (dot(spread, spread, n) >= NEAR_DUPLICATE * y.sumOfSquares) return { slope, collinear: false };

  const refined = slope + refine(x, y, slope, spread);
  const rounding = COLLINEAR_ROUNDINGS * roundingOf(refined, x, y);
  const floor = Math.max(n * rounding * rounding, COLLINEAR_SHARE * COLLINEAR_SHARE * y.sumOfSquares);
  return { slope: refined, collinear: dot(spread, spread, n) <= floor };
}

/** Deviation up to which differences of the spread are only rounding of the prices. */
export function deviationRounding(slope: number, x: Leg, y: Leg): number {
  return DEVIATION_ROUNDINGS * roundingOf(slope, x, y);
}

/** Effect on the spread of rounding the prices to doubles. */
function roundingOf(slope: number, x: Leg, y: Leg): number {
  return Number.EPSILON * (Math.abs(slope) * x.magnitude + y.magnitude);
}

/**
 * Recomputes the residuals of near-duplicate legs with exact products, then removes the remaining mean and slope on x. Returns
 * the correction of the slope.
 */
function refine(x: Leg, y: Leg, slope: number, spread: Float64Array): number {
  const n = spread.length;
  for (let t = 0; t < n; t++) {
    const product = slope * x.centred[t]!;
    spread[t] = (y.centred[t]! - product) - productError(slope, x.centred[t]!, product);
  }
  let correction = 0;
  // The first pass removes the rounding of the slope, the second that of the first pass.
  for (let pass = 0; pass < 2; pass++) {
    let sum = 0;
    for (let t = 0; t < n; t++) sum += spread[t]!;
    const mean = sum / n;
    for (let t = 0; t < n; t++) spread[t] = spread[t]! - mean;
    const slopeError = dot(x.centred, spread, n) / x.sumOfSquares;
    for (let t = 0; t < n; t++) spread[t] = spread[t]! - slopeError * x.centred[t]!;
    correction += slopeError;
  }
  return correction;
}

/** a·b − product, exactly (Dekker 1971, with Veltkamp's splitting); `product` is the rounded a·b. */
function productError(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a);
  const bHigh = upperHalf(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return aLow * bLow - (((product - aHigh * bHigh) - aLow * bHigh) - aHigh * bLow);
}

/** The upper 26 bits of a double. */
function upperHalf(value: number): number {
  const spread = 134217729 * value;
  return spread - (spread - value);
}

/**
 * Scalar product in four interleaved sums. The order of additions is part of the contract: the WebAssembly kernel uses the same
 * order, so that both implementations give the same bits.
 */
export function dot(a: Float64Array, b: Float64Array, length: number): number {
  let sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
  let t = 0;
  for (; t + 4 <= length; t += 4) {
    sum0 += a[t]! * b[t]!;
    sum1 += a[t + 1]! * b[t + 1]!;
    sum2 += a[t + 2]! * b[t + 2]!;
    sum3 += a[t + 3]! * b[t + 3]!;
  }
  for (; t < length; t++) sum0 += a[t]! * b[t]!;
  return (sum0 + sum1) + (sum2 + sum3);
}
