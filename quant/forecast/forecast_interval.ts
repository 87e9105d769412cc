import { normalQuantile } from "../normal_quantile.ts";
import type { Forecast, PredictOptions } from "./forecaster.ts";

/**
 * A forecast with its normal interval: mean ± z · standard deviation.
 *
 * @throws {RangeError} If `coverage` does not lie in 0 < coverage < 1.
 */
export function withInterval(
  mean: Float64Array,
  standardDeviation: Float64Array,
  options: PredictOptions = {},
): Forecast {
  const { coverage = 0.95 } = options;
  if (!(coverage > 0 && coverage < 1)) {
    throw new RangeError(`coverage must lie in 0 < coverage < 1, got ${coverage}.`);
  }
  const z = -normalQuantile((1 - coverage) / 2);
  return {
    mean,
    standardDeviation,
    lower: mean.map((value, step) => value - z * standardDeviation[step]!),
    upper: mean.map((value, step) => value + z * standardDeviation[step]!),
  };
}
