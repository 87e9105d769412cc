import { requireFinite, requireInteger, requireSameLength } from "../../validate.ts";
import { MersenneTwister } from "./mersenne_twister.ts";
import { leafValue, MAX_FEATURES, type RegressionTrees, TreeBuilder } from "./regression_trees.ts";

/** Growth of a forest; defaults are those of scikit-learn. */
export interface ForestOptions {
  /** Number of trees. Default 100. */
  trees?: number;
  /** Minimum number of sampled rows in a leaf, each counted once however often it was drawn. Default 1. */
  minLeafRows?: number;
  /** Seed of the bootstrap samples and of the order of features, an integer from 0 to 2³² − 1. Default 42. */
  seed?: number;
}

/** Bound of the integers that seed trees and the order of features. */
const MOST_INTEGERS = 2 ** 31 - 1;
/** Feature values that are not further apart count as equal; single precision. */
const SAME_VALUE = Math.fround(1e-7);

/** A grown forest, with its error on rows outside the trees' samples. */
export interface Forest {
  trees: RegressionTrees;
  /**
   * Mean squared error over the rows outside some tree's sample, each predicted by the trees without it; NaN if every tree's
   * sample has every row.
   */
  outOfBagError: number;
}

/**
 * Random forest for regression: each tree is grown on a bootstrap sample, without a limit of depth, by the splits among all
 * features that reduce the squared error most.
 *
 * The trees are scikit-learn's, for the same seed: thresholds are midpoints between neighbouring feature values of the sample, values
 * that differ by 1e-7 or less count as equal, and samples and the order in which a node tries features are drawn from the same random
 * numbers. Splits that reduce the error equally differ by rounding alone, so that sums are taken in scikit-learn's order; where feature
 * values repeat, that order is not specified and a tree may differ. Features and leaf values are rounded to single precision.
 *
 * @param columns One array per feature, at most 127, each of length n ≥ 1, finite.
 * @param target Values to predict, length n, finite; of order 1, such as values scaled to 0 … 1.
 * @throws {RangeError} If lengths differ, a value is not finite, or an option is out of its range.
 *
 * Source: Breiman (2001), Random Forests, Machine Learning 45; scikit-learn's RandomForestRegressor. Verified:
 * tests/quant/forecast/fixtures/trees.json (scikit-learn: nodes and predictions for seeds, errors over 30 seeds). Cost:
 * O(trees · features · n · depth), after a sort.
 */
export function growForest(
  columns: readonly Float64Array[],
  target: Float64Array,
  options: ForestOptions = {},
): Forest {
  const { trees: count = 100, minLeafRows = 1, seed = 42 } = options;
  requireInteger(count, "trees", 1);
  requireInteger(minLeafRows, "minLeafRows", 1);
  requireInteger(columns.length, "The number of features", 1, MAX_FEATURES);
  requireFinite(target, "target", 1);
  for (const column of columns) {
    requireSameLength(column, target, "A feature and target");
    requireFinite(column, "A feature", 1);
  }

  const n = target.length;
  const features = columns.map((column) => Float32Array.from(column));
  const seeds = new MersenneTwister(seed);
  const grower = new DepthGrower(features, target, minLeafRows);
  const weights = new Int32Array(n);
  const outOfBag: Int32Array[] = [];
  for (let tree = 0; tree < count; tree++) {
    weights.fill(0);
    const ofTree = seeds.below(MOST_INTEGERS);
    const sampled = new MersenneTwister(ofTree);
    for (let draw = 0; draw < n; draw++) weights[sampled.below(n)]!++;
    grower.grow(weights, new MersenneTwister(ofTree).below(MOST_INTEGERS));
    outOfBag.push(Int32Array.from(weights.keys().filter((row) => weights[row] === 0)));
  }
  const trees = grower.builder.trees();
  return { trees, outOfBagError: errorOutOfBag(trees, outOfBag, features, target) };
}

/** Mean of the trees' values for a row of features, each rounded to single precision. */
export function predictForest(trees: RegressionTrees, row: Float32Array): number {
  let sum = 0;
  for (const root of trees.roots) sum += leafValue(trees, root, row);
  return sum / trees.roots.length;
}

function errorOutOfBag(
  trees: RegressionTrees,
  outOfBag: readonly Int32Array[],
  features: readonly Float32Array[],
  target: Float64Array,
): number {
  const sums = new Float64Array(target.length);
  const counts = new Int32Array(target.length);
  const values = new Float32Array(features.length);
  outOfBag.forEach((rows, tree) => {
    for (const row of rows) {
      for (let feature = 0; feature < features.length; feature++) values[feature] = features[feature]![row]!;
      sums[row]! += leafValue(trees, trees.roots[tree]!, values);
      counts[row]!++;
    }
  });
  let squares = 0;
  let seen = 0;
  for (let row = 0; row < target.length; row++) {
    if (counts[row] === 0) continue;
    squares += (sums[row]! / counts[row]! - target[row]!) ** 2;
    seen++;
  }
  return squares / seen;
}

/** A node to be split or left as a leaf. */
interface WaitingNode {
  node: number;
  /** Its sampled rows: places [start, end). */
  start: number;
  end: number;
  /** Variance of their targets; `null` for a root, whose variance is not known yet. */
  impurity: number | null;
  /** Number of features, at the start of the order, that have one value in the node. */
  constants: number;
}

/** Targets of a node's sampled rows, by multiplicity. */
interface NodeSums {
  total: number;
  squares: number;
  count: number;
}

/** A split of a node's rows: those go left whose value lies below the threshold. */
interface Split {
  feature: number;
  threshold: number;
}

/**
 * Grows trees node by node. The sampled rows of a node are a range of one array per feature, in the order of that feature's values:
 * a split partitions each array in place and keeps the order, so that nothing is sorted again. A further array has them in the order in
 * which scikit-learn adds their targets.
 */
class DepthGrower {
  readonly builder = new TreeBuilder();
  readonly #features: readonly Float32Array[];
  readonly #target: Float64Array;
  readonly #minLeafRows: number;
  /** Of a node that may be split. */
  readonly #fewestRows: number;
  readonly #sorted: readonly Int32Array[];
  readonly #rows: readonly Int32Array[];
  readonly #samples: Int32Array;
  /** Target of each row by its multiplicity. */
  readonly #weighted: Float64Array;
  readonly #right: Int32Array;
  readonly #goesLeft: Uint8Array;
  /** The features in the order in which a node draws them, those with one value first. */
  readonly #order: Int32Array;
  /** Features with one value in a node and all nodes above it, in the order in which they were found. */
  readonly #constant: Int32Array;
  #weights: Int32Array = new Int32Array(0);
  #sampled = 0;
  #random = 0;

  constructor(features: readonly Float32Array[], target: Float64Array, minLeafRows: number) {
    const n = target.length;
    this.#features = features;
    this.#target = target;
    this.#minLeafRows = minLeafRows;
    this.#fewestRows = Math.max(2, 2 * minLeafRows);
    this.#order = new Int32Array(features.length);
    this.#constant = new Int32Array(features.length);
    this.#sorted = features.map((values) =>
      Int32Array.from({ length: n }, (_, row) => row).sort((a, b) => values[a]! - values[b]! || a - b)
    );
    this.#rows = features.map(() => new Int32Array(n));
    this.#samples = new Int32Array(n);
    this.#weighted = new Float64Array(n);
    this.#right = new Int32Array(n);
    this.#goesLeft = new Uint8Array(n);
  }

  /** Grows a tree on rows with the multiplicities `weights`; `seed` decides the order of features. */
  grow(weights: Int32Array, seed: number): void {
    this.#weights = weights;
    this.#random = seed;
    this.#order.forEach((_, i, order) => order[i] = i);
    let size = 0;
    this.#sampled = 0;
    for (let row = 0; row < weights.length; row++) {
      this.#sampled += weights[row]!;
      this.#weighted[row] = weights[row]! * this.#target[row]!;
      if (weights[row]! > 0) this.#samples[size++] = row;
    }
    this.#sorted.forEach((order, feature) => {
      let place = 0;
      for (const row of order) if (weights[row]! > 0) this.#rows[feature]![place++] = row;
    });
    const waiting: WaitingNode[] = [
      { node: this.builder.addRoot(), start: 0, end: size, impurity: null, constants: 0 },
    ];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const parts = this.#split(next);
      if (parts) waiting.push(parts.right, parts.left);
    }
  }

  /** Splits the rows of a node; makes it a leaf and returns null if no split helps. */
  #split(of: WaitingNode): { left: WaitingNode; right: WaitingNode } | null {
    const { node, start, end } = of;
    const sums = this.#sumsOf(start, end);
    const impurity = of.impurity ?? varianceOf(sums);
    const mayPart = end - start >= this.#fewestRows && impurity > Number.EPSILON;
    const found = mayPart ? this.#search(of, sums) : null;
    if (found?.split) {
      const { split, constants } = found;
      const at = this.#part(split, start, end);
      const left = this.#sumsOf(start, at);
      // Added from the nearer end, as in the search.
      if (at - start > end - at) left.total = this.#less(sums.total, at, end);
      const right = {
        total: sums.total - left.total,
        squares: sums.squares - left.squares,
        count: sums.count - left.count,
      };
      const [leftImpurity, rightImpurity] = [varianceOf(left), varianceOf(right)];
      const gain = sums.count / this.#sampled *
        (impurity - right.count / sums.count * rightImpurity - left.count / sums.count * leftImpurity);
      // Rounding may turn no gain into a loss.
      if (gain + Number.EPSILON >= 0) {
        const child = this.builder.split(node, split.feature, split.threshold);
        return {
          left: { node: child, start, end: at, impurity: leftImpurity, constants },
          right: { node: child + 1, start: at, end, impurity: rightImpurity, constants },
        };
      }
    }
    this.builder.setLeaf(node, sums.total / sums.count);
    return null;
  }

  #sumsOf(start: number, end: number): NodeSums {
    let [total, squares, count] = [0, 0, 0];
    for (let place = start; place < end; place++) {
      const row = this.#samples[place]!;
      const weighted = this.#weighted[row]!;
      total += weighted;
      squares += weighted * this.#target[row]!;
      count += this.#weights[row]!;
    }
    return { total, squares, count };
  }

  /** A total less the targets of the rows of [start, end), the last one first. */
  #less(total: number, start: number, end: number): number {
    for (let place = end - 1; place >= start; place--) total -= this.#weighted[this.#samples[place]!]!;
    return total;
  }

  /** The best split of a node's rows, if there is one, and the number of features that have one value in it. */
  #search(of: WaitingNode, { total, count }: NodeSums): { split: Split | null; constants: number } {
    const { start, end } = of;
    const [order, weights, weighted] = [this.#order, this.#weights, this.#weighted];
    const minLeafRows = this.#minLeafRows;
    let bestGain = -Infinity;
    let bestFeature = -1;
    let bestPlace = -1;
    let lastSorted = -1;
    // Features before `known` have one value in the node above, and those before `constants` in this one.
    const known = of.constants;
    let constants = known;
    let drawnConstants = 0;
    for (let open = order.length; open > constants;) {
      let drawn = drawnConstants + this.#nextRandom() % (open - (constants - known) - drawnConstants);
      if (drawn < known) {
        swap(order, drawnConstants++, drawn);
        continue;
      }
      drawn += constants - known;
      const feature = order[drawn]!;
      const values = this.#features[feature]!;
      const rows = this.#rows[feature]!;
      lastSorted = feature;
      if (values[rows[end - 1]!]! <= Math.fround(values[rows[start]!]! + SAME_VALUE)) {
        swap(order, drawn, constants++);
        continue;
      }
      swap(order, drawn, --open);
      let left = 0;
      let leftCount = 0;
      let at = start;
      let value = values[rows[start]!]!;
      for (let place = start + 1; place < end; place++) {
        const before = value;
        value = values[rows[place]!]!;
        if (value <= Math.fround(before + SAME_VALUE)) continue;
        if (place - start < minLeafRows || end - place < minLeafRows) continue;
        if (place - at <= end - place) {
          for (; at < place; at++) {
            const row = rows[at]!;
            left += weighted[row]!;
            leftCount += weights[row]!;
          }
        } else {
          left = total;
          leftCount = count;
          for (at = end; at > place;) {
            const row = rows[--at]!;
            left -= weighted[row]!;
            leftCount -= weights[row]!;
          }
        }
        const right = total - left;
        // The squared error decreases by this less total² / count, which is the same for all splits.
        const gain = left * left / leftCount + right * right / (count - leftCount);
        if (gain > bestGain) {
          bestGain = gain;
          bestFeature = feature;
          bestPlace = place;
        }
      }
    }
    order.set(this.#constant.subarray(0, known));
    this.#constant.set(order.subarray(known, constants), known);
    if (lastSorted >= 0) this.#samples.set(this.#rows[lastSorted]!.subarray(start, end), start);
    if (bestFeature < 0) return { split: null, constants };
    const values = this.#features[bestFeature]!;
    const rows = this.#rows[bestFeature]!;
    const middle = values[rows[bestPlace - 1]!]! / 2 + values[rows[bestPlace]!]! / 2;
    return { split: { feature: bestFeature, threshold: nextSingleAbove(middle) }, constants };
  }

  /** An integer from 0 to 2³¹ − 1. */
  #nextRandom(): number {
    let state = this.#random === 0 ? 1 : this.#random;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#random = state;
    return state & 0x7fffffff;
  }

  /** Partitions a node's range of every array in two and returns the start of the second part. */
  #part({ feature, threshold }: Split, start: number, end: number): number {
    const values = this.#features[feature]!;
    const goesLeft = this.#goesLeft;
    const right = this.#right;
    for (let place = start; place < end; place++) {
      const row = this.#samples[place]!;
      goesLeft[row] = values[row]! < threshold ? 1 : 0;
    }
    const samples = this.#samples;
    let middle = start;
    for (let next = end; middle < next;) {
      if (goesLeft[samples[middle]!] === 1) middle++;
      else swap(samples, middle, --next);
    }
    // Only a part that may be split again needs the other orders; the rows of the feature itself are in order.
    if (Math.max(middle - start, end - middle) < this.#fewestRows) return middle;
    for (const [other, rows] of this.#rows.entries()) {
      if (other === feature) continue;
      let at = start;
      let count = 0;
      for (let place = start; place < end; place++) {
        const row = rows[place]!;
        if (goesLeft[row] === 1) rows[at++] = row;
        else right[count++] = row;
      }
      for (let place = 0; place < count; place++) rows[at + place] = right[place]!;
    }
    return middle;
  }
}

function varianceOf({ total, squares, count }: NodeSums): number {
  return squares / count - (total / count) ** 2;
}

function swap(values: Int32Array, i: number, j: number): void {
  const value = values[i]!;
  values[i] = values[j]!;
  values[j] = value;
}

const single = new Float32Array(1);
const bits = new Int32Array(single.buffer);

/** The smallest single-precision number above a finite one: single-precision values lie below it if they are at most that number. */
function nextSingleAbove(value: number): number {
  single[0] = value;
  if (single[0] > value) return single[0];
  if (single[0] === 0) bits[0] = 1;
  else bits[0]! += single[0] > 0 ? 1 : -1;
  return single[0];
}
