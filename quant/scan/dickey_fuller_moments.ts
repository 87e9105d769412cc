import type { ScanPlan } from "./scan_plan.ts";

/**
 * Share of a column's own square below which the factor has lost too many digits: the column is nearly a combination of the ones
 * before it. Each lost power of ten costs one digit of the statistic; four leave eleven.
 */
const PIVOT_SHARE = 1e-4;

/**
 * Limit on the unevenness of columns: neighbouring moments are derived from each other and inherit rounding errors. At 1e5 the
 * statistic was off by 2e-11 at most on real prices padded to a common length, at 1e7 by 3e-10.
 */
const UNEVENNESS = 1e5;

/** Candidates this close to the best cannot be distinguished by moments. */
const NEAR_TIE = 1 + 1e-10;

/** Sum and sum of squares of the lagged level over the rows of a regression. */
export interface LevelSums {
  readonly sum: number;
  readonly square: number;
}

/** Scratch for the moments of series with the plan's number of lags. */
export interface MomentScratch {
  /** Lower triangle, row-major, of the moments and then of their Cholesky factor. */
  readonly gram: Float64Array;
  /** Σ dₜ·dₜ₋ⱼ over the rows of the lag search; the refit adds its further rows. */
  readonly crossProducts: Float64Array;
  readonly columnSums: Float64Array;
  /** Uncentred squares of the columns, by row of the triangle. */
  readonly rawDiagonal: Float64Array;
  /** Residual sum times weight of each candidate lag: smallest where AIC is smallest. */
  readonly scores: Float64Array;
}

/** Scratch for `plan`. */
export function momentScratch(plan: ScanPlan): MomentScratch {
  const order = plan.maxLag + 2;
  return {
    gram: new Float64Array(order * order),
    crossProducts: new Float64Array(plan.maxLag + 1),
    columnSums: new Float64Array(plan.maxLag + 1),
    rawDiagonal: new Float64Array(order),
    scores: new Float64Array(plan.maxLag + 1),
  };
}

/**
 * Σ dₜ·dₜ₋ⱼ for j = 0 … maxLag over the rows of the lag search, t = maxLag + 1 … n − 1. Every other product of two lags follows
 * from these, so a scan spends most of its time in this loop.
 */
export function laggedProducts(differences: Float64Array, maxLag: number, products: Float64Array): void {
  const n = differences.length;
  const first = maxLag + 1;
  let lag = 0;
  // Four lags at a time keep the adders busy: a single sum would wait for its own last addition.
  for (; lag + 4 <= maxLag + 1; lag += 4) {
    let sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
    for (let t = first; t < n; t++) {
      const step = differences[t]!;
      sum0 += step * differences[t - lag]!;
      sum1 += step * differences[t - lag - 1]!;
      sum2 += step * differences[t - lag - 2]!;
      sum3 += step * differences[t - lag - 3]!;
    }
    products[lag] = sum0;
    products[lag + 1] = sum1;
    products[lag + 2] = sum2;
    products[lag + 3] = sum3;
  }
  for (; lag <= maxLag; lag++) {
    let sum = 0;
    for (let t = first; t < n; t++) sum += differences[t]! * differences[t - lag]!;
    products[lag] = sum;
  }
}

/** Statistic and lag of the augmented Dickey–Fuller test. */
export interface DickeyFuller {
  statistic: number;
  usedLag: number;
}

/**
 * Augmented Dickey–Fuller test, lag by AIC, from moments; `null` if the moments have too few digits; the caller then uses
 * `adfuller`.
 *
 * One Cholesky factor of the centred moments of (level, lags 1 … maxLag, difference) contains the residual sum of every candidate
 * lag: each further column subtracts the square of its entry in the last row.
 *
 * @param body Sums over the levels of sessions maxLag … n − 2.
 * @param regression `"c"` with a constant, `"n"` without deterministic terms.
 */
export function dickeyFullerFromMoments(
  levels: Float64Array,
  differences: Float64Array,
  body: LevelSums,
  plan: Pick<ScanPlan, "maxLag" | "lagWeights">,
  scratch: MomentScratch,
  regression: "c" | "n" = "c",
): DickeyFuller | null {
  const n = levels.length;
  const { maxLag, lagWeights } = plan;
  const { gram, crossProducts, scores } = scratch;
  const order = maxLag + 2;

  const centred = regression === "c";
  fillMoments(levels, differences, maxLag, { level: body, levelRow: 0, centred }, scratch);
  if (!factor(scratch, order, 0)) return null;
  const target = (order - 1) * order;
  // The factor's last pivot is the residual sum with every lag; adding entries back gives those with fewer lags, without
  // cancellation.
  let residual = gram[target + order - 1]! * gram[target + order - 1]!;
  let bestScore = Infinity;
  let usedLag = maxLag;
  for (let lag = maxLag; lag >= 0; lag--) {
    const score = residual * lagWeights[lag]!;
    if (score <= bestScore) {
      bestScore = score;
      usedLag = lag;
    }
    residual += gram[target + lag]! * gram[target + lag]!;
    scores[lag] = score;
  }
  for (let lag = 0; lag <= maxLag; lag++) {
    if (lag !== usedLag && scores[lag]! <= bestScore * NEAR_TIE) return null;
  }

  // The refit has more rows, because fewer lags lose fewer rows at the start.
  let levelSum = body.sum;
  let levelSquare = body.square;
  for (let t = usedLag; t < maxLag; t++) {
    levelSum += levels[t]!;
    levelSquare += levels[t]! * levels[t]!;
  }
  for (let lag = 0; lag <= usedLag; lag++) {
    let product = crossProducts[lag]!;
    for (let t = usedLag + 1; t <= maxLag; t++) product += differences[t]! * differences[t - lag]!;
    crossProducts[lag] = product;
  }
  const refit = { level: { sum: levelSum, square: levelSquare }, levelRow: usedLag, centred };
  fillMoments(levels, differences, usedLag, refit, scratch);
  const refitOrder = usedLag + 2;
  if (!factor(scratch, refitOrder, usedLag)) return null;
  // With the level as the last regressor, its t-value is its entry in the target's row over the residual deviation.
  const last = (refitOrder - 1) * refitOrder;
  const degreesOfFreedom = n - 1 - usedLag - (usedLag + (centred ? 2 : 1));
  return { statistic: gram[last + usedLag]! * Math.sqrt(degreesOfFreedom) / gram[last + usedLag + 1]!, usedLag };
}

/**
 * Fills the lower triangle with the moments of (level, lags 1 … lags, difference) over rows t = lags + 1 … n − 1, with the level
 * at row `levelRow`, 0 or `lags`, and the difference last; about the means if `centred`, else about 0.
 */
function fillMoments(
  levels: Float64Array,
  differences: Float64Array,
  lags: number,
  { level, levelRow, centred }: { level: LevelSums; levelRow: number; centred: boolean },
  scratch: MomentScratch,
): void {
  const { gram, crossProducts, columnSums, rawDiagonal } = scratch;
  const end = levels.length - 1;
  // Without centring: a mean over infinitely many rows is 0.
  const rows = centred ? end - lags : Infinity;
  const order = lags + 2;
  const rowOf = (lag: number) => lag === 0 ? order - 1 : levelRow === 0 ? lag : lag - 1;

  rawDiagonal[levelRow] = level.square;
  gram[levelRow * order + levelRow] = level.square - level.sum * level.sum / rows;
  for (let lag = 0; lag <= lags; lag++) columnSums[lag] = levels[end - lag]! - levels[lags - lag]!;

  let levelProduct = 0.5 * (levels[end]! * levels[end]! - levels[lags]! * levels[lags]! - crossProducts[0]!);
  for (let gap = 0; gap <= lags; gap++) {
    const levelPlace = Math.max(rowOf(gap), levelRow) * order + Math.min(rowOf(gap), levelRow);
    gram[levelPlace] = levelProduct - level.sum * columnSums[gap]! / rows;

    // From the moment of (lag, lag + gap) to that of (lag + 1, lag + 1 + gap) the window moves by one session: one product enters
    // at its start, one leaves at its end.
    let product = crossProducts[gap]!;
    for (let lag = 0;; lag++) {
      const far = lag + gap;
      const row = rowOf(lag);
      const column = rowOf(far);
      if (gap === 0) rawDiagonal[row] = product;
      gram[Math.max(row, column) * order + Math.min(row, column)] = product -
        columnSums[lag]! * columnSums[far]! / rows;
      if (far === lags) break;
      product = product + differences[lags - lag]! * differences[lags - far]! -
        differences[end - lag]! * differences[end - far]!;
      // The same step for the level, which is the previous level plus the first lag.
      if (lag === 0) {
        levelProduct = levelProduct + levels[lags - 1]! * differences[lags - gap]! -
          levels[end - 1]! * differences[end - gap]! + product;
      }
    }
  }
}

/** Replaces the triangle by its Cholesky factor; `false` if a column has lost too many digits. */
function factor(scratch: MomentScratch, order: number, levelRow: number): boolean {
  const { gram, rawDiagonal } = scratch;
  let largest = 0;
  let smallest = Infinity;
  for (let row = 0; row < order; row++) {
    if (row === levelRow) continue;
    largest = Math.max(largest, rawDiagonal[row]!);
    smallest = Math.min(smallest, rawDiagonal[row]!);
  }
  if (!(smallest * UNEVENNESS >= largest && smallest > 0)) return false;

  for (let column = 0; column < order; column++) {
    const columnAt = column * order;
    let pivot = gram[columnAt + column]!;
    for (let k = 0; k < column; k++) pivot -= gram[columnAt + k]! * gram[columnAt + k]!;
    if (!(pivot >= PIVOT_SHARE * rawDiagonal[column]!)) return false;
    const root = Math.sqrt(pivot);
    const scale = 1 / root;
    gram[columnAt + column] = root;
    for (let row = column + 1; row < order; row++) {
      const rowAt = row * order;
      let entry = gram[rowAt + column]!;
      for (let k = 0; k < column; k++) entry -= gram[rowAt + k]! * gram[columnAt + k]!;
      gram[rowAt + column] = entry * scale;
    }
  }
  return true;
}
