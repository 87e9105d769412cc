/**
 * Coefficients of a stationary autoregression from unbounded numbers, so that a search needs no bounds.
 *
 * Each number x becomes the partial autocorrelation x / √(1 + x²); Durbin and Levinson's recursion turns these into coefficients.
 * With opposite sign they are those of an invertible moving average.
 *
 * @param unbounded One number per lag.
 * @param coefficients Receives the coefficients, of the same length.
 *
 * Source: Monahan (1984), Biometrika 71; Jones (1980), Technometrics 22.
 */
export function stationaryCoefficients(unbounded: Float64Array, coefficients: Float64Array): void {
  for (let k = 0; k < unbounded.length; k++) {
    const partial = unbounded[k]! / Math.sqrt(1 + unbounded[k]! * unbounded[k]!);
    for (let i = 0, j = k - 1; i <= j; i++, j--) {
      const [low, high] = [coefficients[i]!, coefficients[j]!];
      coefficients[i] = low - partial * high;
      coefficients[j] = high - partial * low;
    }
    coefficients[k] = partial;
  }
}

/**
 * The unbounded numbers of stationary coefficients: the inverse of {@link stationaryCoefficients}; `null` if the autoregression
 * is not stationary.
 */
export function unboundedNumbers(coefficients: Float64Array): Float64Array | null {
  const rest = coefficients.slice();
  const unbounded = new Float64Array(rest.length);
  for (let k = rest.length - 1; k >= 0; k--) {
    const partial = rest[k]!;
    if (!(Math.abs(partial) < 1)) return null;
    const share = 1 - partial * partial;
    unbounded[k] = partial / Math.sqrt(share);
    const before = rest.slice(0, k);
    for (let i = 0; i < k; i++) rest[i] = (before[i]! + partial * before[k - 1 - i]!) / share;
  }
  return unbounded;
}
