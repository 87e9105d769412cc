/**
 * Mean, population central moments and whether all values are equal. Equal values have moments of exactly 0: the rounding of
 * their mean must not pass for risk.
 */
export function centralMoments(values: Float64Array) {
  const n = values.length;
  if (values.every((value) => value === values[0])) return { mean: values[0] ?? 0, second: 0, third: 0, fourth: 0 };
  let sum = 0;
  for (let t = 0; t < n; t++) sum += values[t]!;
  const mean = sum / n;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let t = 0; t < n; t++) {
    const deviation = values[t]! - mean;
    const square = deviation * deviation;
    second += square;
    third += square * deviation;
    fourth += square * square;
  }
  return { mean, second: second / n, third: third / n, fourth: fourth / n };
}
