/**
 * Root mean squared errors of forecasts 1 … `horizon` steps ahead, over every origin in a stretch of a series.
 *
 * Origin t has seen values 0 … t; each step is scored over the origins whose target is within the series.
 *
 * @param series Values, oldest first, finite.
 * @param first The first origin; `series.length − first` must exceed `horizon`, so that every step has a score.
 * @param predict Writes the forecasts of an origin into `forecasts`, of length `horizon`.
 */
export function horizonErrors(
  series: Float64Array,
  first: number,
  horizon: number,
  predict: (origin: number, forecasts: Float64Array) => void,
): Float64Array {
  const squares = new Float64Array(horizon);
  const counts = new Float64Array(horizon);
  const forecasts = new Float64Array(horizon);
  for (let origin = first; origin < series.length - 1; origin++) {
    predict(origin, forecasts);
    for (let step = 0; step < horizon && origin + step + 1 < series.length; step++) {
      squares[step]! += (series[origin + step + 1]! - forecasts[step]!) ** 2;
      counts[step]!++;
    }
  }
  return squares.map((sum, step) => Math.sqrt(sum / counts[step]!));
}
