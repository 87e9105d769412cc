/** Bins of a feature: bin i holds the values below `cuts[i]` and not below the cut before it. */
export interface Bins {
  /** Ascending upper ends, the last above every value. */
  cuts: Float32Array;
  /** Bin of each value. */
  bins: Float32Array;
}

interface DistinctValues {
  /** Ascending. */
  values: number[];
  /** Number of values below each. */
  below: number[];
  /** Number of values up to each. */
  upTo: number[];
}

/**
 * Divides a feature into at most `most` bins with about equal numbers of values; few distinct values have a bin each.
 *
 * Cuts are values of the feature. They are those of xgboost's `hist` method for up to 2,048 values, up to which its sketch is
 * exact.
 *
 * @param values Single-precision values, n ≥ 1, finite.
 *
 * Source: Chen & Guestrin (2016), XGBoost: A Scalable Tree Boosting System, appendix (weighted quantile sketch, prune).
 * Verified: tests/quant/forecast/fixtures/trees.json (xgboost 2.1). Cost: O(n log n).
 */
export function quantileCuts(values: Float32Array, most: number): Bins {
  const distinct = distinctValues(values);
  const bins = Math.min(most, values.length);
  const kept = evenRanks(distinct, bins + 1);
  const cuts = kept.slice(1, Math.min(kept.length, bins)).map((at) => distinct.values[at]!);
  const largest = distinct.values.at(-1)!;
  cuts.push(Math.fround(largest + Math.fround(Math.abs(largest) + Math.fround(1e-5))));
  return { cuts: Float32Array.from(cuts), bins: values.map((value) => cutsUpTo(cuts, value)) };
}

function distinctValues(values: Float32Array): DistinctValues {
  const result: DistinctValues = { values: [], below: [], upTo: [] };
  values.toSorted().forEach((value, rank) => {
    const last = result.values.length - 1;
    if (last >= 0 && result.values[last] === value) {
      result.upTo[last] = rank + 1;
    } else {
      result.values.push(value);
      result.below.push(rank);
      result.upTo.push(rank + 1);
    }
  });
  return result;
}

/**
 * Indices of at most `most` distinct values: the first, the last, and those nearest to equally spaced ranks between the two.
 * Ranks are rounded to single precision, as in xgboost.
 */
function evenRanks({ below, upTo }: DistinctValues, most: number): number[] {
  const last = below.length - 1;
  if (below.length <= most) return [...below.keys()];
  const first = upTo[0]!;
  const ranks = below[last]! - first;
  const kept = [0];
  let at = 1;
  for (let target = 1; target < most - 1; target++) {
    const rank = Math.fround(2 * Math.fround(Math.fround(Math.fround(target * ranks) / (most - 1)) + first));
    while (at < last && rank >= upTo[at + 1]! + below[at + 1]!) at++;
    if (at === last) break;
    const nearest = rank < upTo[at]! + below[at + 1]! ? at : at + 1;
    if (kept.at(-1) !== nearest) kept.push(nearest);
  }
  if (kept.at(-1) !== last) kept.push(last);
  return kept;
}

/** Number of cuts up to a value, by bisection. */
function cutsUpTo(cuts: readonly number[], value: number): number {
  let [low, high] = [0, cuts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cuts[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
