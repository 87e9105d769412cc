/**
 * Coefficients of a stationary autoregression from its partial autocorrelations, by Durbin and Levinson's recursion. With opposite
 * sign they are those of an invertible moving average.
 *
 * @param partials One number per lag: inside −1 … 1 for a stationary autoregression, −1 or 1 for a unit root.
 * @param coefficients Receives the coefficients, of the same length.
 * @param jacobian Receives the derivative of coefficient i by partial autocorrelation j at i · length + j, if given.
 *
 * Source: Monahan (1984), Biometrika 71; Jones (1980), Technometrics 22.
 */
export function stationaryCoefficients(
  partials: Float64Array,
  coefficients: Float64Array,
  jacobian?: Float64Array,
): void {
  const size = partials.length;
  jacobian?.fill(0);
  for (let k = 0; k < size; k++) {
    const partial = partials[k]!;
    if (jacobian !== undefined) {
      for (let column = 0; column < k; column++) {
        for (let i = 0, j = k - 1; i <= j; i++, j--) {
          const [low, high] = [jacobian[i * size + column]!, jacobian[j * size + column]!];
          jacobian[i * size + column] = low - partial * high;
          jacobian[j * size + column] = high - partial * low;
        }
      }
      for (let i = 0; i < k; i++) jacobian[i * size + k] = -coefficients[k - 1 - i]!;
      jacobian[k * size + k] = 1;
    }
    for (let i = 0, j = k - 1; i <= j; i++, j--) {
      const [low, high] = [coefficients[i]!, coefficients[j]!];
      coefficients[i] = low - partial * high;
      coefficients[j] = high - partial * low;
    }
    coefficients[k] = partial;
  }
}

/**
 * The partial autocorrelations of stationary coefficients: the inverse of {@link stationaryCoefficients}; `null` if the
 * autoregression is not stationary.
 */
export function partialAutocorrelations(coefficients: Float64Array): Float64Array | null {
  const rest = coefficients.slice();
  const partials = new Float64Array(rest.length);
  for (let k = rest.length - 1; k >= 0; k--) {
    const partial = rest[k]!;
    if (!(Math.abs(partial) < 1)) return null;
    partials[k] = partial;
    const before = rest.slice(0, k);
    for (let i = 0; i < k; i++) rest[i] = (before[i]! + partial * before[k - 1 - i]!) / (1 - partial * partial);
  }
  return partials;
}
