/**
 * Arithmetic mean, corrected by the mean of the deviations from a first mean: exact to about the last bit for series of any
 * length and level. Equal values give exactly that value.
 *
 * Empty input gives NaN: callers check the length.
 */
export function mean(values: Float64Array): number {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  const first = sum / n;
  let rest = 0;
  for (let i = 0; i < n; i++) rest += values[i]! - first;
  return first + rest / n;
}

/** A series centred on its mean. */
export interface CentredSeries {
  /** Values less their mean; their own mean is zero to rounding of the deviations, not of the values. */
  deviations: Float64Array;
  mean: number;
}

/**
 * Subtracts the mean twice: the first subtraction is exact for values close to their mean, the second removes the rounding error
 * of the first mean. Prices of 1e6 with moves of 1e-3 keep all their digits.
 */
export function centre(values: Float64Array): CentredSeries {
  const n = values.length;
  const first = mean(values);
  const deviations = new Float64Array(n);
  for (let i = 0; i < n; i++) deviations[i] = values[i]! - first;
  const rest = mean(deviations);
  for (let i = 0; i < n; i++) deviations[i] = deviations[i]! - rest;
  return { deviations, mean: first + rest };
}

/** Largest absolute value; 0 for an empty array. */
export function largestMagnitude(values: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}

/**
 * The power of two just below a positive number. Dividing by it changes no digit, so that sums of squares of scaled values
 * neither overflow nor underflow, and results do not change with a unit of account that differs by a power of two.
 */
export function powerOfTwoScale(magnitude: number): number {
  // For subnormals and the largest doubles the scale is limited, because the quotient would leave the range of doubles.
  return 2 ** Math.min(1000, Math.max(-1000, Math.floor(Math.log2(magnitude))));
}
