/**
 * Arithmetic mean, corrected by the mean of what a first pass leaves, so that it is exact to the last bit or so however
 * long the series is and however far from zero it lies. Equal values give exactly that value.
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

/** A series and the mean that was taken from it. */
export interface CentredSeries {
  /** Values less their mean; their own mean is zero to rounding of the deviations, not of the values. */
  deviations: Float64Array;
  mean: number;
}

/**
 * Subtracts the mean, twice: the first subtraction is exact where values are close to their mean, the second removes
 * what the rounding of the first mean left, so that prices of 1e6 with moves of 1e-3 keep all the digits they have.
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
 * The power of two just below a positive number. Dividing by it changes no digit, so that sums of squares of scaled
 * values neither overflow nor vanish and results do not depend on a unit of account that differs by a power of two.
 */
export function powerOfTwoScale(magnitude: number): number {
  // The quotient of subnormals and the largest doubles would itself leave the range of doubles.
  return 2 ** Math.min(1000, Math.max(-1000, Math.floor(Math.log2(magnitude))));
}
