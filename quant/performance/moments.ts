import { largestMagnitude, powerOfTwoScale } from "../centring.ts";

/** Range in which the fourth power of a value neither overflows nor underflows. */
const SAFE_RANGE = [1e-70, 1e70] as const;

/** Whether values of this largest magnitude have powers that neither overflow nor underflow. */
export function isInSafeRange(largest: number): boolean {
  return largest > SAFE_RANGE[0] && largest < SAFE_RANGE[1];
}

/**
 * Mean, population central moments and whether all values are equal. Equal values have moments of exactly 0: the rounding of
 * their mean must not count as risk.
 *
 * All of them in units of `unit`, which is 1 unless the values are so large or small that their powers leave the range of
 * doubles; it is a power of two, so that ratios of the moments keep every digit.
 */
export function centralMoments(values: Float64Array) {
  const n = values.length;
  if (values.every((value) => value === values[0])) {
    return { unit: 1, mean: values[0] ?? 0, second: 0, third: 0, fourth: 0 };
  }
  const largest = largestMagnitude(values);
  const unit = isInSafeRange(largest) ? 1 : powerOfTwoScale(largest);
  let sum = 0;
  for (let t = 0; t < n; t++) sum += values[t]! / unit;
  const mean = sum / n;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let t = 0; t < n; t++) {
    const deviation = values[t]! / unit - mean;
    const square = deviation * deviation;
    second += square;
    third += square * deviation;
    fourth += square * square;
  }
  return { unit, mean, second: second / n, third: third / n, fourth: fourth / n };
}
