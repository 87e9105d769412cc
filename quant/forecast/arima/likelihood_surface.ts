import { ArmaFilter, type ArmaLikelihood } from "./arma_filter.ts";
import { stationaryCoefficients } from "./stationary_coefficients.ts";

/**
 * Likelihood of a series under an autoregressive moving average, as a smooth function of p + q unbounded numbers, so that a search
 * needs no bounds.
 *
 * A number x stands for the partial autocorrelation x / √(1 + x²), inside −1 … 1. The likelihood falls to zero towards a unit root
 * of the autoregression, but is often largest at one of the moving average, which such numbers only approach. There the likelihood
 * is the same for a root and its reciprocal: with `reflecting`, a number of the moving average is a partial autocorrelation itself,
 * reflected at −1 and 1, and a maximum at a unit root is an ordinary one.
 */
export class LikelihoodSurface {
  /** Whether the numbers of the moving average are reflected. */
  reflecting = false;
  /** Partial autocorrelations of the last point, those of the autoregression first. */
  readonly partials: Float64Array;
  /** Autoregressive coefficients of the last point. */
  readonly ar: Float64Array;
  /** Moving-average coefficients of the last point, without the leading 1. */
  readonly ma: Float64Array;
  readonly #series: Float64Array;
  readonly #filter: ArmaFilter;
  /** Derivatives of the partial autocorrelations by the numbers. */
  readonly #stretch: Float64Array;
  readonly #arJacobian: Float64Array;
  readonly #maJacobian: Float64Array;
  /** Derivatives of the log-likelihood by the coefficients. */
  readonly #slopes: Float64Array;

  constructor(series: Float64Array, arOrder: number, maOrder: number, withConstant: boolean) {
    this.#series = series;
    this.#filter = new ArmaFilter(arOrder, maOrder, withConstant);
    this.partials = new Float64Array(arOrder + maOrder);
    this.ar = new Float64Array(arOrder);
    this.ma = new Float64Array(maOrder);
    this.#stretch = new Float64Array(arOrder + maOrder);
    this.#arJacobian = new Float64Array(arOrder * arOrder);
    this.#maJacobian = new Float64Array(maOrder * maOrder);
    this.#slopes = new Float64Array(arOrder + maOrder);
  }

  /** The point of partial autocorrelations. */
  point(partials: Float64Array): Float64Array {
    return partials.map((partial, i) => this.#squeezes(i) ? partial / Math.sqrt(1 - partial * partial) : partial);
  }

  /** Likelihood at a point; `gradient` receives the derivatives of the log-likelihood, if given. */
  likelihood(point: Float64Array, gradient?: Float64Array): ArmaLikelihood {
    const { ar, ma, partials } = this;
    const stretch = this.#stretch;
    const [p, q] = [ar.length, ma.length];
    for (let i = 0; i < p + q; i++) {
      const x = point[i]!;
      if (this.#squeezes(i)) {
        const share = 1 / Math.sqrt(1 + x * x);
        partials[i] = x * share;
        stretch[i] = share * share * share;
      } else {
        // Of period 4: rising from −1 to 1, then falling.
        const phase = x - 4 * Math.floor((x + 1) / 4);
        partials[i] = phase <= 1 ? phase : 2 - phase;
        stretch[i] = phase <= 1 ? 1 : -1;
      }
    }
    stationaryCoefficients(partials.subarray(0, p), ar, gradient && this.#arJacobian);
    stationaryCoefficients(partials.subarray(p), ma, gradient && this.#maJacobian);
    for (let i = 0; i < q; i++) ma[i] = 0 - ma[i]!;
    this.#filter.setCoefficients(ar, ma);
    if (gradient === undefined) return this.#filter.likelihood(this.#series);
    const slopes = this.#slopes;
    const likelihood = this.#filter.likelihood(this.#series, slopes);
    gradient.fill(0);
    for (let j = 0; j < p; j++) {
      for (let i = 0; i < p; i++) gradient[j]! += slopes[i]! * this.#arJacobian[i * p + j]! * stretch[j]!;
    }
    for (let j = p; j < p + q; j++) {
      for (let i = 0; i < q; i++) gradient[j]! -= slopes[p + i]! * this.#maJacobian[i * q + j - p]! * stretch[j]!;
    }
    return likelihood;
  }

  #squeezes(i: number): boolean {
    return i < this.ar.length || !this.reflecting;
  }
}
