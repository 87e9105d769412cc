import { requireFinite, requireInteger, requireSameLength } from "../../validate.ts";
import { RandomNumbers } from "../random_numbers.ts";
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
 * Thresholds are midpoints between neighbouring feature values of the sample. Among equal splits the smallest threshold of a
 * random feature wins, so that rounded values do not favour one feature. Features and leaf values are rounded to single
 * precision.
 *
 * @param columns One array per feature, at most 127, each of length n ≥ 1, finite.
 * @param target Values to predict, length n, finite; of order 1, such as values scaled to 0 … 1.
 * @throws {RangeError} If lengths differ, a value is not finite, or an option is out of its range.
 *
 * Source: Breiman (2001), Random Forests, Machine Learning 45. Verified: tests/quant/forecast/fixtures/trees.json
 * (scikit-learn, by errors over seeds). Cost: O(trees · features · n · depth), after a sort.
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
  const random = new RandomNumbers(seed);
  const grower = new DepthGrower(features, target, minLeafRows, random);
  const weights = new Int32Array(n);
  const outOfBag: Int32Array[] = [];
  for (let tree = 0; tree < count; tree++) {
    weights.fill(0);
    for (let draw = 0; draw < n; draw++) weights[random.below(n)]!++;
    grower.grow(weights);
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

/**
 * Grows trees node by node. The sampled rows of a node are a range of one array per feature, in the order of that feature's values:
 * a split partitions each array in place and keeps the order, so that nothing is sorted again.
 */
class DepthGrower {
  readonly builder = new TreeBuilder();
  readonly #features: readonly Float32Array[];
  readonly #target: Float64Array;
  readonly #minLeafRows: number;
  readonly #sorted: readonly Int32Array[];
  readonly #rows: readonly Int32Array[];
  readonly #right: Int32Array;
  readonly #goesLeft: Uint8Array;
  readonly #random: RandomNumbers;
  /** The features in the order in which a node tries them. */
  readonly #tried: Int32Array;

  constructor(
    features: readonly Float32Array[],
    target: Float64Array,
    minLeafRows: number,
    random: RandomNumbers,
  ) {
    const n = target.length;
    this.#features = features;
    this.#target = target;
    this.#minLeafRows = minLeafRows;
    this.#random = random;
    this.#tried = Int32Array.from(features.keys());
    this.#sorted = features.map((values) =>
      Int32Array.from({ length: n }, (_, row) => row).sort((a, b) => values[a]! - values[b]! || a - b)
    );
    this.#rows = features.map(() => new Int32Array(n));
    this.#right = new Int32Array(n);
    this.#goesLeft = new Uint8Array(n);
  }

  /** Grows a tree on rows with the multiplicities `weights`. */
  grow(weights: Int32Array): void {
    let size = 0;
    this.#sorted.forEach((order, feature) => {
      size = 0;
      for (const row of order) if (weights[row]! > 0) this.#rows[feature]![size++] = row;
    });
    const waiting = [{ node: this.builder.addRoot(), start: 0, end: size }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { node, start, end } = next;
      const middle = this.#split(node, start, end, weights);
      if (middle === null) continue;
      waiting.push({ node: middle.left + 1, start: middle.at, end }, { node: middle.left, start, end: middle.at });
    }
  }

  /** Splits the rows of a node; makes it a leaf and returns null if no split helps. */
  #split(node: number, start: number, end: number, weights: Int32Array): { left: number; at: number } | null {
    const target = this.#target;
    const rows = this.#rows[0]!;
    let total = 0;
    let count = 0;
    let differ = false;
    for (let place = start; place < end; place++) {
      const row = rows[place]!;
      total += weights[row]! * target[row]!;
      count += weights[row]!;
      if (target[row] !== target[rows[start]!]) differ = true;
    }
    const best = differ && end - start >= 2 * this.#minLeafRows
      ? this.#search(start, end, weights, total, count)
      : null;
    if (best === null) {
      this.builder.setLeaf(node, differ ? total / count : target[rows[start]!]!);
      return null;
    }
    return { left: this.builder.split(node, best.feature, best.threshold), at: this.#part(best, start, end) };
  }

  #search(
    start: number,
    end: number,
    weights: Int32Array,
    total: number,
    count: number,
  ): { feature: number; threshold: number } | null {
    const target = this.#target;
    const minLeafRows = this.#minLeafRows;
    let bestGain = -Infinity;
    let bestFeature = -1;
    let bestPlace = -1;
    for (let turn = 0; turn < this.#tried.length; turn++) {
      const drawn = turn + this.#random.below(this.#tried.length - turn);
      const feature = this.#tried[drawn]!;
      this.#tried[drawn] = this.#tried[turn]!;
      this.#tried[turn] = feature;
      const values = this.#features[feature]!;
      const rows = this.#rows[feature]!;
      let below = 0;
      let belowCount = 0;
      let value = values[rows[start]!]!;
      for (let place = start; place + 1 < end; place++) {
        const row = rows[place]!;
        below += weights[row]! * target[row]!;
        belowCount += weights[row]!;
        const next = values[rows[place + 1]!]!;
        if (next !== value) {
          if (place + 1 - start >= minLeafRows && end - place - 1 >= minLeafRows) {
            const above = total - below;
            const aboveCount = count - belowCount;
            // The squared error decreases by this less total² / count, which is the same for all splits.
            const gain = below * below / belowCount + above * above / aboveCount;
            if (gain > bestGain) {
              bestGain = gain;
              bestFeature = feature;
              bestPlace = place;
            }
          }
          value = next;
        }
      }
    }
    if (bestFeature < 0) return null;
    const values = this.#features[bestFeature]!;
    const rows = this.#rows[bestFeature]!;
    const [low, high] = [values[rows[bestPlace]!]!, values[rows[bestPlace + 1]!]!];
    const middle = Math.fround((low + high) / 2);
    // There may be no single-precision value between neighbours.
    return { feature: bestFeature, threshold: middle > low ? middle : high };
  }

  /** Partitions the range of every feature in two and returns the start of the second part. */
  #part({ feature, threshold }: { feature: number; threshold: number }, start: number, end: number): number {
    const values = this.#features[feature]!;
    const goesLeft = this.#goesLeft;
    const right = this.#right;
    for (let place = start; place < end; place++) {
      const row = this.#rows[feature]![place]!;
      goesLeft[row] = values[row]! < threshold ? 1 : 0;
    }
    let at = start;
    for (const rows of this.#rows) {
      at = start;
      let count = 0;
      for (let place = start; place < end; place++) {
        const row = rows[place]!;
        if (goesLeft[row] === 1) rows[at++] = row;
        else right[count++] = row;
      }
      rows.set(right.subarray(0, count), at);
    }
    return at;
  }
}
