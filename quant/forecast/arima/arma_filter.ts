/** State of a filter after the last value: the prediction of the next one. */
export interface FilterState {
  /** Predicted state, length m; entry 0 is the prediction of the next value less the constant. */
  state: Float64Array;
  /** Covariance of that prediction in units of the innovation variance, m × m by rows. */
  covariance: Float64Array;
}

/** Likelihood of a series with the constant and the variance that make it largest. */
export interface ArmaLikelihood {
  /** Exact Gaussian log-likelihood; −∞ if the variance is not positive. */
  logLikelihood: number;
  /** The series' mean by generalized least squares; 0 without a constant. */
  constant: number;
  /** Innovation variance. */
  variance: number;
}

/** A covariance that changes by less than this share of itself has converged: half a unit in the last place. */
const CONVERGED = Number.EPSILON / 2;

/**
 * Kalman filter of an autoregressive moving average, in the companion form of max(p, q + 1) states.
 *
 * Values are observed without error, so that each makes the first state known: the covariance of the others does not depend on
 * the autoregression, and a step costs a few multiplications. Once the covariance has converged it is no longer computed.
 * Constant and variance are concentrated out: the filter is linear, so one pass over the series and over a column of ones gives
 * the constant by least squares of the innovations.
 *
 * Source: Harvey, Forecasting, Structural Time Series Models and the Kalman Filter (1989), §3.3 and §3.4; Gardner, Harvey &
 * Phillips (1980), algorithm AS 154. Verified: tests/quant/forecast/fixtures/arima.json (statsmodels). Cost: O(n · m²), O(n · m)
 * once the covariance has converged.
 */
export class ArmaFilter {
  /** Autoregressive coefficients φ, padded to m. */
  readonly ar: Float64Array;
  /** Response of the states to an innovation: 1, θ(1) … θ(m − 1). */
  readonly response: Float64Array;
  readonly #size: number;
  readonly #withConstant: boolean;
  readonly #state: Float64Array;
  readonly #constantState: Float64Array;
  readonly #gain: Float64Array;
  #covariance: Float64Array;
  #nextCovariance: Float64Array;
  readonly #system: Float64Array;

  constructor(arOrder: number, maOrder: number, withConstant: boolean) {
    const m = Math.max(arOrder, maOrder + 1);
    this.#size = m;
    this.#withConstant = withConstant;
    this.ar = new Float64Array(m);
    this.response = new Float64Array(m);
    this.response[0] = 1;
    this.#state = new Float64Array(m);
    this.#constantState = new Float64Array(m);
    this.#gain = new Float64Array(m);
    this.#covariance = new Float64Array(m * m);
    this.#nextCovariance = new Float64Array(m * m);
    const unknowns = m * (m + 1) / 2;
    this.#system = new Float64Array(unknowns * (unknowns + 1));
  }

  /** Sets the coefficients; `ma` without its leading 1. */
  setCoefficients(ar: Float64Array, ma: Float64Array): void {
    this.ar.set(ar);
    this.response.set(ma, 1);
  }

  /** Likelihood of a series under the current coefficients. */
  likelihood(series: Float64Array): ArmaLikelihood {
    const n = series.length;
    const m = this.#size;
    const { ar } = this;
    const [state, constantState, gain] = [this.#state.fill(0), this.#constantState.fill(0), this.#gain];
    const one = this.#withConstant ? 1 : 0;
    if (!this.#startCovariance()) return { logLikelihood: -Infinity, constant: 0, variance: NaN };

    let converged = false;
    let innovationVariance = 1;
    let logarithms = 0;
    // Sums of squares and products of the innovations of series and ones.
    let yy = 0;
    let yw = 0;
    let ww = 0;
    let logarithm = 0;
    for (let t = 0; t < n; t++) {
      if (!converged) {
        innovationVariance = this.#covariance[0]!;
        logarithm = Math.log(innovationVariance);
        converged = this.#stepCovariance();
      }
      const y = series[t]!;
      const innovation = y - state[0]!;
      yy += innovation * innovation / innovationVariance;
      logarithms += logarithm;
      for (let i = 0; i + 1 < m; i++) state[i] = ar[i]! * y + (state[i + 1]! + gain[i + 1]! * innovation);
      state[m - 1] = ar[m - 1]! * y;
      if (one === 0) continue;
      const ofOnes = 1 - constantState[0]!;
      yw += innovation * ofOnes / innovationVariance;
      ww += ofOnes * ofOnes / innovationVariance;
      for (let i = 0; i + 1 < m; i++) {
        constantState[i] = ar[i]! + (constantState[i + 1]! + gain[i + 1]! * ofOnes);
      }
      constantState[m - 1] = ar[m - 1]!;
    }
    const constant = one === 0 ? 0 : yw / ww;
    const variance = (yy - constant * yw) / n;
    const logLikelihood = variance > 0 ? -0.5 * (n * Math.log(2 * Math.PI * variance) + logarithms + n) : -Infinity;
    return { logLikelihood, constant, variance };
  }

  /** Filters a series, less a constant, to its end. */
  run(series: Float64Array, constant: number): FilterState {
    this.#startCovariance();
    this.#state.fill(0);
    for (let t = 0; t < series.length; t++) this.#step(series[t]! - constant);
    return { state: this.#state.slice(), covariance: this.#covariance.slice() };
  }

  /** The state after one more value, less the constant. */
  advance(from: FilterState, value: number): FilterState {
    this.#state.set(from.state);
    this.#covariance.set(from.covariance);
    this.#step(value);
    return { state: this.#state.slice(), covariance: this.#covariance.slice() };
  }

  #step(value: number): void {
    const m = this.#size;
    const state = this.#state;
    const innovation = value - state[0]!;
    this.#stepCovariance();
    for (let i = 0; i < m; i++) {
      state[i] = this.ar[i]! * value + (i + 1 < m ? state[i + 1]! + this.#gain[i + 1]! * innovation : 0);
    }
  }

  /** Processes one value: sets the gain and the covariance of the next prediction. Returns whether the covariance is unchanged. */
  #stepCovariance(): boolean {
    const m = this.#size;
    const [now, next, gain, response] = [this.#covariance, this.#nextCovariance, this.#gain, this.response];
    const variance = now[0]!;
    for (let i = 1; i < m; i++) gain[i] = now[i * m]! / variance;
    let change = 0;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j <= i; j++) {
        let value = response[i]! * response[j]!;
        if (i + 1 < m) value += now[(i + 1) * m + j + 1]! - gain[i + 1]! * now[(j + 1) * m]!;
        change = Math.max(change, Math.abs(value - now[i * m + j]!));
        next[i * m + j] = next[j * m + i] = value;
      }
    }
    this.#covariance = next;
    this.#nextCovariance = now;
    return change <= CONVERGED * variance;
  }

  /**
   * Sets the covariance of the stationary state: P = T·P·Tᵀ + R·Rᵀ, a linear system in the m·(m + 1)/2 entries of P. Returns
   * false if it has no solution.
   */
  #startCovariance(): boolean {
    const m = this.#size;
    const { ar, response } = this;
    const unknowns = m * (m + 1) / 2;
    const width = unknowns + 1;
    const system = this.#system.fill(0);
    const place = (i: number, j: number) => i >= j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j <= i; j++) {
        const row = place(i, j) * width;
        system[row + place(i, j)]! += 1;
        // (T·P·Tᵀ)[i][j], where row i of T is φ(i) in its first column and 1 right of the diagonal.
        system[row]! -= ar[i]! * ar[j]!;
        if (j + 1 < m) system[row + place(0, j + 1)]! -= ar[i]!;
        if (i + 1 < m) system[row + place(i + 1, 0)]! -= ar[j]!;
        if (i + 1 < m && j + 1 < m) system[row + place(i + 1, j + 1)]! -= 1;
        system[row + unknowns] = response[i]! * response[j]!;
      }
    }
    if (!solveInPlace(system, unknowns)) return false;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j <= i; j++) {
        this.#covariance[i * m + j] = this.#covariance[j * m + i] = system[place(i, j) * width + unknowns]!;
      }
    }
    return this.#covariance[0]! > 0;
  }
}

/** Gaussian elimination with row pivoting; `system` holds `size` rows of coefficients and their right-hand side. */
function solveInPlace(system: Float64Array, size: number): boolean {
  const width = size + 1;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(system[row * width + column]!) > Math.abs(system[pivot * width + column]!)) pivot = row;
    }
    if (!(Math.abs(system[pivot * width + column]!) > 0)) return false;
    if (pivot !== column) {
      for (let k = column; k < width; k++) {
        const kept = system[column * width + k]!;
        system[column * width + k] = system[pivot * width + k]!;
        system[pivot * width + k] = kept;
      }
    }
    for (let row = column + 1; row < size; row++) {
      const share = system[row * width + column]! / system[column * width + column]!;
      if (share === 0) continue;
      for (let k = column; k < width; k++) system[row * width + k]! -= share * system[column * width + k]!;
    }
  }
  for (let row = size - 1; row >= 0; row--) {
    let value = system[row * width + size]!;
    for (let k = row + 1; k < size; k++) value -= system[row * width + k]! * system[k * width + size]!;
    system[row * width + size] = value / system[row * width + row]!;
  }
  return true;
}
