import { requireFinite, requireInteger, requireOneOf, requireSameLength } from "../../validate.ts";
import { quantileCuts } from "./quantile_cuts.ts";
import { leafValue, MAX_FEATURES, type RegressionTrees, TreeBuilder } from "./regression_trees.ts";

/** Growth of boosted trees; defaults are those of xgboost except for the method. */
export interface BoostingOptions {
  /**
   * `"exact"` tries the midpoint between any two neighbouring values as a threshold, `"hist"` the bounds of at most 256 bins.
   * Default `"exact"`.
   */
  method?: "exact" | "hist";
  /** Number of trees. Default 100. */
  trees?: number;
  /** Maximum number of branches from the root to a leaf. Default 6. */
  maxDepth?: number;
  /** Share of each tree's leaf values that is added, 0 < rate ≤ 1. Default 0.3. */
  learningRate?: number;
  /** L2 penalty on leaf values. Default 1. */
  lambda?: number;
  /** Minimum number of rows in a leaf (their sum of second derivatives, which are 1). Default 1. */
  minChildWeight?: number;
}

/** Gradient-boosted regression trees. */
export interface BoostedTrees {
  /** Prediction before the first tree: the mean of the targets. */
  baseScore: number;
  trees: RegressionTrees;
}

/** A split must improve the objective by more than this. */
const LEAST_GAIN = 1e-6;

/**
 * Gradient boosting with squared error: each tree is grown, level by level, on the errors of the trees before it.
 *
 * The numbers are those of xgboost's method of the same name: features, gradients, gains and leaf values are rounded to single
 * precision where xgboost rounds them, sums of gradients are in double precision. With `hist` this holds for up to 2,048 rows.
 * Among equal gains the first feature wins, with its largest threshold if `exact`, its smallest if `hist`.
 *
 * @param columns One array per feature, at most 127, each of length n ≥ 1, finite.
 * @param target Values to predict, length n, finite.
 * @throws {RangeError} If lengths differ, a value is not finite, or an option is out of its range.
 *
 * Source: Chen & Guestrin (2016), XGBoost: A Scalable Tree Boosting System, §2 and algorithm 1. Verified:
 * tests/quant/forecast/fixtures/trees.json (xgboost 2.1). Cost: O(trees · maxDepth · features · n), after a sort.
 */
export function growBoostedTrees(
  columns: readonly Float64Array[],
  target: Float64Array,
  options: BoostingOptions = {},
): BoostedTrees {
  const { method = "exact", trees = 100, maxDepth = 6, learningRate = 0.3, lambda = 1, minChildWeight = 1 } = options;
  requireOneOf(method, "method", ["exact", "hist"]);
  requireInteger(trees, "trees", 1);
  requireInteger(maxDepth, "maxDepth", 1, 30);
  requireInteger(columns.length, "The number of features", 1, MAX_FEATURES);
  if (!(learningRate > 0 && learningRate <= 1)) {
    throw new RangeError(`learningRate must lie in 0 < rate ≤ 1, got ${learningRate}.`);
  }
  if (!(lambda >= 0 && lambda < Infinity)) throw new RangeError(`lambda must be 0 or more, got ${lambda}.`);
  if (!(minChildWeight >= 0 && minChildWeight < Infinity)) {
    throw new RangeError(`minChildWeight must be 0 or more, got ${minChildWeight}.`);
  }
  requireFinite(target, "target", 1);
  for (const column of columns) {
    requireSameLength(column, target, "A feature and target");
    requireFinite(column, "A feature", 1);
  }

  const n = target.length;
  const labels = Float32Array.from(target);
  const features = columns.map((column) => method === "exact" ? exactScan(column) : binnedScan(column));
  let sum = 0;
  for (const label of labels) sum += label;
  const baseScore = Math.fround(sum / n);

  const grower = new LevelGrower(features, {
    maxDepth,
    lambda: Math.fround(lambda),
    minChildWeight: Math.fround(minChildWeight),
    learningRate: Math.fround(learningRate),
  });
  const predictions = new Float32Array(n).fill(baseScore);
  const gradients = new Float32Array(n);
  for (let tree = 0; tree < trees; tree++) {
    for (let row = 0; row < n; row++) gradients[row] = predictions[row]! - labels[row]!;
    grower.grow(gradients, predictions);
  }
  return { baseScore, trees: grower.builder.trees() };
}

/** Prediction for a row of features, each rounded to single precision. */
export function predictBoosted({ baseScore, trees }: BoostedTrees, row: Float32Array): number {
  let prediction = baseScore;
  for (const root of trees.roots) prediction = Math.fround(prediction + leafValue(trees, root, row));
  return prediction;
}

/** The order in which the thresholds of a feature are tried. */
interface FeatureScan {
  values: Float32Array;
  /** Rows in the order of their keys. */
  order: Int32Array;
  /** Sort keys of rows: the values themselves, descending, or their bins, ascending. */
  keys: Float32Array;
  /** Upper bound of each bin; `null` if thresholds are midpoints between values. */
  cuts: Float32Array | null;
}

function exactScan(column: Float64Array): FeatureScan {
  const values = Float32Array.from(column);
  const order = Int32Array.from(values.keys()).sort((a, b) => values[b]! - values[a]! || b - a);
  return { values, order, keys: values, cuts: null };
}

/** Maximum number of bins of a feature. */
const MAX_BINS = 256;

function binnedScan(column: Float64Array): FeatureScan {
  const values = Float32Array.from(column);
  const { cuts, bins } = quantileCuts(values, MAX_BINS);
  const order = Int32Array.from(bins.keys()).sort((a, b) => bins[a]! - bins[b]! || a - b);
  return { values, order, keys: bins, cuts };
}

interface GrowthLimits {
  maxDepth: number;
  lambda: number;
  minChildWeight: number;
  learningRate: number;
}

/** Grows trees level by level; allocates all arrays once for all trees. */
class LevelGrower {
  readonly builder = new TreeBuilder();
  readonly #features: readonly FeatureScan[];
  readonly #limits: GrowthLimits;
  /** Slot of each row's node within the level; −1 in a finished leaf. */
  readonly #slot: Int32Array;
  /** Gradient and weight of all rows of a slot, and of those on the passed side of the threshold. */
  readonly #totals: Float64Array;
  readonly #counts: Float64Array;
  readonly #passed: Float64Array;
  readonly #passedCount: Float64Array;
  readonly #lastKey: Float32Array;
  /** Objective of a slot's node as a leaf. */
  readonly #ownGain: Float32Array;
  readonly #bestGain: Float32Array;
  readonly #bestFeature: Int32Array;
  readonly #bestThreshold: Float32Array;

  constructor(features: readonly FeatureScan[], limits: GrowthLimits) {
    this.#features = features;
    this.#limits = limits;
    const n = features[0]!.values.length;
    // A level has at most 2^depth nodes, none of them empty.
    const slots = Math.min(n, 2 ** limits.maxDepth) + 1;
    this.#slot = new Int32Array(n);
    this.#totals = new Float64Array(slots);
    this.#counts = new Float64Array(slots);
    this.#passed = new Float64Array(slots);
    this.#passedCount = new Float64Array(slots);
    this.#lastKey = new Float32Array(slots);
    this.#ownGain = new Float32Array(slots);
    this.#bestGain = new Float32Array(slots);
    this.#bestFeature = new Int32Array(slots);
    this.#bestThreshold = new Float32Array(slots);
  }

  /** Grows one tree on the gradients and adds its leaf values to the predictions. */
  grow(gradients: Float32Array, predictions: Float32Array): void {
    const { maxDepth } = this.#limits;
    const slot = this.#slot.fill(0);
    let nodes = [this.builder.addRoot()];
    for (let depth = 0; nodes.length > 0; depth++) {
      this.#sumSlots(nodes.length, gradients);
      if (depth < maxDepth) {
        this.#bestGain.fill(0, 0, nodes.length);
        for (let feature = 0; feature < this.#features.length; feature++) {
          this.#search(feature, nodes.length, gradients);
        }
      }
      const next: number[] = [];
      const children = new Int32Array(nodes.length).fill(-1);
      const values = new Float32Array(nodes.length);
      nodes.forEach((node, at) => {
        if (depth < maxDepth && this.#bestGain[at]! > LEAST_GAIN) {
          const left = this.builder.split(node, this.#bestFeature[at]!, this.#bestThreshold[at]!);
          children[at] = next.push(left, left + 1) - 2;
        } else {
          values[at] = this.#leaf(at);
          this.builder.setLeaf(node, values[at]!);
        }
      });
      for (let row = 0; row < slot.length; row++) {
        const at = slot[row]!;
        if (at < 0) continue;
        if (children[at]! < 0) {
          predictions[row]! += values[at]!;
          slot[row] = -1;
        } else {
          const goesLeft = this.#features[this.#bestFeature[at]!]!.values[row]! < this.#bestThreshold[at]!;
          slot[row] = goesLeft ? children[at]! : children[at]! + 1;
        }
      }
      nodes = next;
    }
  }

  #sumSlots(slots: number, gradients: Float32Array): void {
    this.#totals.fill(0, 0, slots);
    this.#counts.fill(0, 0, slots);
    for (let row = 0; row < gradients.length; row++) {
      const at = this.#slot[row]!;
      if (at < 0) continue;
      this.#totals[at]! += gradients[row]!;
      this.#counts[at]!++;
    }
    for (let at = 0; at < slots; at++) this.#ownGain[at] = this.#gain(this.#totals[at]!, this.#counts[at]!);
  }

  #leaf(at: number): number {
    const weight = Math.fround(-this.#totals[at]! / (this.#counts[at]! + this.#limits.lambda));
    return Math.fround(weight * this.#limits.learningRate);
  }

  #gain(gradient: number, weight: number): number {
    return Math.fround(gradient * gradient / (weight + this.#limits.lambda));
  }

  /** Tries every threshold of a feature in all nodes of the level. */
  #search(feature: number, slots: number, gradients: Float32Array): void {
    const { lambda, minChildWeight } = this.#limits;
    const { order, keys, cuts } = this.#features[feature]!;
    const slot = this.#slot;
    const [passed, passedCount, lastKey] = [this.#passed, this.#passedCount, this.#lastKey];
    const [totals, counts, ownGain] = [this.#totals, this.#counts, this.#ownGain];
    const [bestGain, bestFeature, bestThreshold] = [this.#bestGain, this.#bestFeature, this.#bestThreshold];
    passed.fill(0, 0, slots);
    passedCount.fill(0, 0, slots);
    for (let place = 0; place < order.length; place++) {
      const row = order[place]!;
      const at = slot[row]!;
      if (at < 0) continue;
      const key = keys[row]!;
      const last = lastKey[at]!;
      const count = passedCount[at]!;
      if (count > 0 && key !== last && count >= minChildWeight) {
        const restCount = counts[at]! - count;
        if (restCount >= minChildWeight) {
          const sum = passed[at]!;
          const rest = totals[at]! - sum;
          const both = Math.fround(
            Math.fround(rest * rest / (restCount + lambda)) + Math.fround(sum * sum / (count + lambda)),
          );
          const gain = Math.fround(both - ownGain[at]!);
          if (gain > bestGain[at]!) {
            bestGain[at] = gain;
            bestFeature[at] = feature;
            if (cuts === null) {
              const middle = Math.fround(Math.fround(key + last) * 0.5);
              bestThreshold[at] = middle === key ? last : middle;
            } else {
              bestThreshold[at] = cuts[last]!;
            }
          }
        }
      }
      passed[at]! += gradients[row]!;
      passedCount[at] = count + 1;
      lastKey[at] = key;
    }
  }
}
