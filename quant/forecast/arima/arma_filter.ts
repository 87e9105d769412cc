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
/** Likewise for its derivatives, whose rounding is larger. */
const SLOPES_CONVERGED = 1e-14;

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
  readonly #arOrder: number;
  readonly #maOrder: number;
  readonly #withConstant: boolean;
  readonly #state: Float64Array;
  readonly #constantState: Float64Array;
  readonly #gain: Float64Array;
  #covariance: Float64Array;
  #nextCovariance: Float64Array;
  readonly #system: Float64Array;
  /** Derivatives by one coefficient after another: of states, gains and covariances as above. */
  readonly #stateSlopes: Float64Array;
  readonly #constantStateSlopes: Float64Array;
  readonly #gainSlopes: Float64Array;
  #covarianceSlopes: Float64Array;
  #nextCovarianceSlopes: Float64Array;
  /** Derivatives of the innovation variance. */
  readonly #varianceSlopes: Float64Array;
  /** Derivatives of the sums of a likelihood: of innovations squared, times those of ones, those squared, of logarithms. */
  readonly #sums: Float64Array;

  constructor(arOrder: number, maOrder: number, withConstant: boolean) {
    const m = Math.max(arOrder, maOrder + 1);
    const parameters = arOrder + maOrder;
    this.#size = m;
    this.#arOrder = arOrder;
    this.#maOrder = maOrder;
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
    this.#system = new Float64Array(unknowns * (unknowns + Math.max(1, parameters)));
    this.#stateSlopes = new Float64Array(parameters * m);
    this.#constantStateSlopes = new Float64Array(parameters * m);
    this.#gainSlopes = new Float64Array(parameters * m);
    this.#covarianceSlopes = new Float64Array(parameters * m * m);
    this.#nextCovarianceSlopes = new Float64Array(parameters * m * m);
    this.#varianceSlopes = new Float64Array(parameters);
    this.#sums = new Float64Array(4 * parameters);
  }

  /** Sets the coefficients; `ma` without its leading 1. */
  setCoefficients(ar: Float64Array, ma: Float64Array): void {
    this.ar.set(ar);
    this.response.set(ma, 1);
  }

  /**
   * Likelihood of a series under the current coefficients.
   *
   * @param gradient Receives the derivatives of the log-likelihood by φ(1) … φ(p), θ(1) … θ(q), if given.
   */
  likelihood(series: Float64Array, gradient?: Float64Array): ArmaLikelihood {
    const n = series.length;
    const m = this.#size;
    const { ar } = this;
    const parameters = gradient === undefined ? 0 : this.#arOrder + this.#maOrder;
    const [state, constantState, gain] = [this.#state.fill(0), this.#constantState.fill(0), this.#gain];
    const one = this.#withConstant ? 1 : 0;
    if (!this.#startCovariance()) return { logLikelihood: -Infinity, constant: 0, variance: NaN };
    const [stateSlopes, constantStateSlopes] = [this.#stateSlopes, this.#constantStateSlopes];
    if (parameters > 0) {
      this.#startCovarianceSlopes();
      stateSlopes.fill(0);
      constantStateSlopes.fill(0);
      this.#sums.fill(0);
    }

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
        for (let k = 0; k < parameters; k++) this.#varianceSlopes[k] = this.#covarianceSlopes[k * m * m]!;
        // The slopes need the covariance before its step.
        const slopesConverged = parameters === 0 || this.#stepCovarianceSlopes();
        converged = this.#stepCovariance() && slopesConverged;
      }
      const y = series[t]!;
      const innovation = y - state[0]!;
      const ofOnes = 1 - constantState[0]!;
      yy += innovation * innovation / innovationVariance;
      logarithms += logarithm;
      if (one === 1) {
        yw += innovation * ofOnes / innovationVariance;
        ww += ofOnes * ofOnes / innovationVariance;
      }
      if (parameters > 0) this.#stepSlopes(y, innovation, ofOnes, innovationVariance);
      for (let i = 0; i + 1 < m; i++) state[i] = ar[i]! * y + (state[i + 1]! + gain[i + 1]! * innovation);
      state[m - 1] = ar[m - 1]! * y;
      if (one === 0) continue;
      for (let i = 0; i + 1 < m; i++) {
        constantState[i] = ar[i]! + (constantState[i + 1]! + gain[i + 1]! * ofOnes);
      }
      constantState[m - 1] = ar[m - 1]!;
    }
    const constant = one === 0 ? 0 : yw / ww;
    const variance = (yy - constant * yw) / n;
    for (let k = 0; k < parameters; k++) {
      const [ofYy, ofYw, ofWw, ofLogarithms] = this.#sums.subarray(4 * k, 4 * k + 4);
      gradient![k] = -0.5 * ((ofYy! - constant * (2 * ofYw! - constant * ofWw!)) / variance + ofLogarithms!);
    }
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

  /** Adds one value to the derivatives of states and sums, before the states themselves are moved. */
  #stepSlopes(y: number, innovation: number, ofOnes: number, variance: number): void {
    const m = this.#size;
    const [gain, gainSlopes, states, sums] = [this.#gain, this.#gainSlopes, this.#stateSlopes, this.#sums];
    const constantStates = this.#constantStateSlopes;
    const parameters = this.#varianceSlopes.length;
    const share = innovation / variance;
    const shareOfOnes = ofOnes / variance;
    for (let k = 0; k < parameters; k++) {
      const at = k * m;
      const ofVariance = this.#varianceSlopes[k]!;
      const ofInnovation = -states[at]!;
      sums[4 * k]! += share * (2 * ofInnovation - share * ofVariance);
      sums[4 * k + 3]! += ofVariance / variance;
      for (let i = 0; i + 1 < m; i++) {
        states[at + i] = states[at + i + 1]! + gainSlopes[at + i + 1]! * innovation + gain[i + 1]! * ofInnovation;
      }
      states[at + m - 1] = 0;
      if (k < this.#arOrder) states[at + k]! += y;
      if (!this.#withConstant) continue;
      const ofThose = -constantStates[at]!;
      sums[4 * k + 1]! += share * (ofThose - shareOfOnes * ofVariance) + shareOfOnes * ofInnovation;
      sums[4 * k + 2]! += shareOfOnes * (2 * ofThose - shareOfOnes * ofVariance);
      for (let i = 0; i + 1 < m; i++) {
        constantStates[at + i] = constantStates[at + i + 1]! + gainSlopes[at + i + 1]! * ofOnes +
          gain[i + 1]! * ofThose;
      }
      constantStates[at + m - 1] = 0;
      if (k < this.#arOrder) constantStates[at + k]! += 1;
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

  /** The derivatives of a step of the covariance, before that step. Returns whether they are unchanged. */
  #stepCovarianceSlopes(): boolean {
    const m = this.#size;
    const [now, response, slopes] = [this.#covariance, this.response, this.#gainSlopes];
    const [nowSlopes, nextSlopes] = [this.#covarianceSlopes, this.#nextCovarianceSlopes];
    const parameters = this.#varianceSlopes.length;
    const variance = now[0]!;
    let change = 0;
    for (let k = 0; k < parameters; k++) {
      const at = k * m * m;
      // The entry of the response that is this coefficient.
      const own = k < this.#arOrder ? -1 : k - this.#arOrder + 1;
      for (let i = 1; i < m; i++) {
        slopes[k * m + i] = (nowSlopes[at + i * m]! - now[i * m]! / variance * nowSlopes[at]!) / variance;
      }
      for (let i = 0; i < m; i++) {
        for (let j = 0; j <= i; j++) {
          let value = (i === own ? response[j]! : 0) + (j === own ? response[i]! : 0);
          if (i + 1 < m) {
            value += nowSlopes[at + (i + 1) * m + j + 1]! - slopes[k * m + i + 1]! * now[(j + 1) * m]! -
              now[(i + 1) * m]! / variance * nowSlopes[at + (j + 1) * m]!;
          }
          change = Math.max(change, Math.abs(value - nowSlopes[at + i * m + j]!));
          nextSlopes[at + i * m + j] = nextSlopes[at + j * m + i] = value;
        }
      }
    }
    this.#covarianceSlopes = nextSlopes;
    this.#nextCovarianceSlopes = nowSlopes;
    return change <= SLOPES_CONVERGED * variance;
  }

  /**
   * Sets the covariance of the stationary state: P = T·P·Tᵀ + R·Rᵀ, a linear system in the m·(m + 1)/2 entries of P. Returns
   * false if it has no solution.
   */
  #startCovariance(): boolean {
    const m = this.#size;
    const { response } = this;
    const { system, place, unknowns, width } = this.#stationarySystem(1);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j <= i; j++) system[place(i, j) * width + unknowns] = response[i]! * response[j]!;
    }
    if (!solveInPlace(system, unknowns, 1)) return false;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j <= i; j++) {
        this.#covariance[i * m + j] = this.#covariance[j * m + i] = system[place(i, j) * width + unknowns]!;
      }
    }
    return this.#covariance[0]! > 0;
  }

  /** Sets the derivatives of that covariance: D = T·D·Tᵀ + (dT·P·Tᵀ + T·P·dTᵀ + dR·Rᵀ + R·dRᵀ), for each coefficient. */
  #startCovarianceSlopes(): void {
    const m = this.#size;
    const { ar, response } = this;
    const [covariance, slopes] = [this.#covariance, this.#covarianceSlopes];
    const parameters = this.#varianceSlopes.length;
    const { system, place, unknowns, width } = this.#stationarySystem(parameters);
    for (let k = 0; k < parameters; k++) {
      const own = k < this.#arOrder ? k : k - this.#arOrder + 1;
      for (let i = 0; i < m; i++) {
        // dT·P·Tᵀ has the first row of P·Tᵀ in row `own`; dR·Rᵀ has Rᵀ there.
        const other = k >= this.#arOrder
          ? response[i]!
          : ar[i]! * covariance[0]! + (i + 1 < m ? covariance[i + 1]! : 0);
        system[place(own, i) * width + unknowns + k]! += i === own ? 2 * other : other;
      }
    }
    solveInPlace(system, unknowns, parameters);
    for (let k = 0; k < parameters; k++) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < m; j++) {
          slopes[(k * m + i) * m + j] = system[place(i, j) * width + unknowns + k]!;
        }
      }
    }
  }

  /** The coefficients of P − T·P·Tᵀ in the lower triangle of P, with empty right-hand sides. */
  #stationarySystem(rightHandSides: number) {
    const m = this.#size;
    const { ar } = this;
    const unknowns = m * (m + 1) / 2;
    const width = unknowns + rightHandSides;
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
      }
    }
    return { system, place, unknowns, width };
  }
}

/** Gaussian elimination with row pivoting; `system` holds `size` rows of coefficients and their right-hand sides, which become the solutions. */
function solveInPlace(system: Float64Array, size: number, rightHandSides: number): boolean {
  const width = size + rightHandSides;
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
  for (let side = size; side < width; side++) {
    for (let row = size - 1; row >= 0; row--) {
      let value = system[row * width + side]!;
      for (let k = row + 1; k < size; k++) value -= system[row * width + k]! * system[k * width + side]!;
      system[row * width + side] = value / system[row * width + row]!;
    }
  }
  return true;
}
