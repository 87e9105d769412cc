/** A column counts as a combination of those before it if less than this share of its length is linearly independent of them. */
const DEPENDENCE_TOLERANCE = 1e-12;

/** Squared residuals below this share of the squared dependent variable are rounding, not residuals. */
const PERFECT_FIT_TOLERANCE = 1e-26;

/**
 * Least squares of one dependent variable on a list of columns, and on every leading part of that list at once.
 *
 * Householder reflections turn the columns to upper triangular form one after the other. Because a reflection does not change the
 * span of the columns before it, the residual sum of squares of the first j columns is a partial sum of the squared effects: one
 * factorization serves all nested models. A column that depends on those before it is left out, as by a pseudo-inverse.
 *
 * If the model has a constant, the caller should centre columns and dependent variable instead of adding a column: this, and
 * avoiding cross products, keeps the digits of near-duplicate or far-from-zero series.
 *
 * Source: Golub & Van Loan, Matrix Computations (4th ed.), §5.2 and §5.3. Cost: O(n · k²) for n rows and k columns.
 */
export class NestedLeastSquares {
  /** Entry j: residual sum of squares on the first j columns; exactly 0 if it is nothing but rounding. */
  readonly residualSums: Float64Array;
  /** Entry j: number of independent columns among the first j. */
  readonly ranks: Int32Array;
  /** Number of rows of the regression. */
  readonly rows: number;

  /** Columns after the reflections: above the diagonal they hold the triangular factor. */
  readonly #columns: Float64Array[];
  /** Dependent variable after the reflections. */
  readonly #effects: Float64Array;
  /** Diagonal of the triangular factor by column, 0 for a column that was left out. */
  readonly #diagonal: Float64Array;

  /**
   * @param columns Columns of equal length n; they are copied.
   * @param dependent The dependent variable, length n; it is copied.
   * @param rounding Rounding error of one value of the dependent variable: residuals up to this size count as 0.
   */
  constructor(columns: readonly Float64Array[], dependent: Float64Array, rounding = 0) {
    this.rows = dependent.length;
    this.#columns = columns.map((column) => column.slice());
    this.#effects = dependent.slice();
    const { diagonal, ranks } = triangularize(this.#columns, [this.#effects]);
    this.#diagonal = diagonal;
    this.ranks = ranks;
    this.residualSums = new Float64Array(columns.length + 1);
    this.#sumResiduals(rounding);
  }

  #sumResiduals(rounding: number): void {
    const k = this.#columns.length;
    const sums = this.residualSums;
    // From the smallest sum to the largest: only positive terms are added, so no digit is lost.
    let sum = sumOfSquares(this.#effects, this.ranks[k]!, this.rows);
    for (let j = k; j >= 0; j--) {
      if (j < k && this.ranks[j + 1]! > this.ranks[j]!) sum += this.#effects[this.ranks[j]!]! ** 2;
      sums[j] = sum;
    }
    const negligible = Math.max(PERFECT_FIT_TOLERANCE * sums[0]!, this.rows * rounding * rounding);
    for (let j = 0; j <= k; j++) if (sums[j]! <= negligible) sums[j] = 0;
  }

  /** Whether column `j` depends on the columns before it. */
  isDependent(j: number): boolean {
    return this.#diagonal[j] === 0;
  }

  /**
   * t statistic of the last column's coefficient: its effect over the residual standard deviation, without any
   * triangular solve.
   *
   * @param absorbed Number of parameters used by the caller's centring, 1 for a constant.
   * @throws {RangeError} If the column depends on the others, no residual degree of freedom is left, or the fit is
   * perfect.
   */
  lastTStatistic(absorbed: number): number {
    const k = this.#columns.length;
    if (this.isDependent(k - 1)) {
      throw new RangeError("The regression has no unique solution: its last column is a combination of the others.");
    }
    const rank = this.ranks[k]!;
    const freedom = this.rows - rank - absorbed;
    if (freedom < 1) throw new RangeError("The regression leaves no residual degree of freedom.");
    if (this.residualSums[k] === 0) {
      throw new RangeError("The regression fits perfectly: its t statistics are not defined.");
    }
    return Math.sign(this.#diagonal[k - 1]!) * this.#effects[rank - 1]! / Math.sqrt(this.residualSums[k]! / freedom);
  }

  /** Coefficients on all columns, by back substitution; 0 for a column that depends on those before it. */
  coefficients(): Float64Array {
    const k = this.#columns.length;
    const solution = new Float64Array(k);
    for (let j = k - 1; j >= 0; j--) {
      if (this.isDependent(j)) continue;
      const row = this.ranks[j]!;
      let value = this.#effects[row]!;
      for (let m = j + 1; m < k; m++) {
        if (!this.isDependent(m)) value -= this.#columns[m]![row]! * solution[m]!;
      }
      solution[j] = value / this.#diagonal[j]!;
    }
    return solution;
  }
}

/** Result of {@link triangularize}. */
export interface Triangularization {
  /** Diagonal of the triangular factor by column; 0 for a column that depends on those before it and was left out. */
  diagonal: Float64Array;
  /** Entry j: number of independent columns among the first j, which is the row of column j's diagonal. */
  ranks: Int32Array;
}

/**
 * Transforms columns to upper triangular form in place by Householder reflections, and applies the same reflections to `others`.
 *
 * Afterwards a column has the triangular factor above its diagonal (the diagonal itself is returned); entries below are
 * meaningless.
 *
 * @param columns Columns of equal length, changed in place.
 * @param others Further columns of that length, changed in place but not factorized.
 */
export function triangularize(columns: readonly Float64Array[], others: readonly Float64Array[]): Triangularization {
  const diagonal = new Float64Array(columns.length);
  const ranks = new Int32Array(columns.length + 1);
  let row = 0;
  for (let j = 0; j < columns.length; j++) {
    const v = columns[j]!;
    const above = sumOfSquares(v, 0, row);
    const below = sumOfSquares(v, row, v.length);
    if (row < v.length && below > DEPENDENCE_TOLERANCE ** 2 * (above + below)) {
      // The sign that avoids cancellation in the pivot.
      const entry = v[row]! > 0 ? -Math.sqrt(below) : Math.sqrt(below);
      const pivot = v[row]! - entry;
      const factor = -1 / (entry * pivot);
      v[row] = pivot;
      for (let m = j + 1; m < columns.length; m++) reflect(columns[m]!, v, row, factor);
      for (const other of others) reflect(other, v, row, factor);
      diagonal[j] = entry;
      row++;
    }
    ranks[j + 1] = row;
  }
  return { diagonal, ranks };
}

function sumOfSquares(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]! * values[i]!;
  return sum;
}

/** Applies the reflection of `v` (rows from `from` on) to a column, with `factor` = 2 / |v|². */
function reflect(column: Float64Array, v: Float64Array, from: number, factor: number): void {
  const n = v.length;
  let product = 0;
  for (let i = from; i < n; i++) product += v[i]! * column[i]!;
  product *= factor;
  for (let i = from; i < n; i++) column[i] = column[i]! - product * v[i]!;
}
