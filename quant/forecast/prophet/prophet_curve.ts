/** Fourier series of one period. */
export interface Seasonality {
  /** In days. */
  period: number;
  /** Number of harmonics: sines and cosines of 1 … `order` times the frequency. */
  order: number;
}

/** Trend and seasonalities of a fitted model; times are scaled so that the window is 0 … 1, values by `scale`. */
export interface ProphetCurve {
  /** Largest absolute value of the window; 1 if all are 0. */
  scale: number;
  /** First day of the window, as days since 1970-01-01. */
  start: number;
  /** Days from the first to the last day of the window. */
  span: number;
  /** Ascending, scaled. */
  changepoints: Float64Array;
  seasonalities: readonly Seasonality[];
  /** Growth before the first changepoint. */
  k: number;
  /** Offset of the trend. */
  m: number;
  /** Change of the growth at each changepoint. */
  delta: Float64Array;
  /** Coefficients of the Fourier terms: sine and cosine by frequency, by seasonality. */
  beta: Float64Array;
}

/** The Fourier terms of a day, in the order of {@linkcode ProphetCurve.beta}. */
export function fourierTerms(day: number, seasonalities: readonly Seasonality[]): number[] {
  return seasonalities.flatMap(({ period, order }) =>
    Array.from({ length: order }, (_, i) => {
      const angle = (i + 1) / period * (2 * Math.PI * day);
      return [Math.sin(angle), Math.cos(angle)];
    }).flat()
  );
}

/** The value of a curve on a day. */
export function curveAt(curve: ProphetCurve, day: number): number {
  const { scale, start, span, changepoints, seasonalities, delta, beta } = curve;
  const t = (day - start) / span;
  let { k: growth, m: offset } = curve;
  for (let j = 0; j < changepoints.length && changepoints[j]! <= t; j++) {
    growth += delta[j]!;
    offset -= changepoints[j]! * delta[j]!;
  }
  const terms = fourierTerms(day, seasonalities);
  return scale * (growth * t + offset + terms.reduce((sum, term, i) => sum + term * beta[i]!, 0));
}
