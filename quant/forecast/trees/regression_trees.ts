import { fromBase64, toBase64 } from "../base64_numbers.ts";

/**
 * Binary regression trees in flat arrays, one tree after the other.
 *
 * Node i of a branch sends a row to node `left[i]` if the row's feature `feature[i]` lies below `value[i]`, and to node
 * `left[i]` + 1 otherwise. A leaf has feature −1 and holds its value. A tree's first node is its root.
 */
export interface RegressionTrees {
  /** Node of each tree's root, ascending. */
  roots: Int32Array;
  feature: Int8Array;
  left: Int32Array;
  /** Threshold of a branch, value of a leaf; single precision, like the features compared with it. */
  value: Float32Array;
}

/** Marks a leaf in `feature`. */
export const LEAF = -1;

/** Maximum number of features. */
export const MAX_FEATURES = 127;

/** Value of a row's leaf in the tree with root node `root`. */
export function leafValue(trees: RegressionTrees, root: number, row: Float32Array): number {
  const { feature, left, value } = trees;
  let node = root;
  while (feature[node] !== LEAF) {
    node = row[feature[node]!]! < value[node]! ? left[node]! : left[node]! + 1;
  }
  return value[node]!;
}

/** Collects nodes as trees grow; full arrays double. */
export class TreeBuilder {
  #roots: number[] = [];
  #count = 0;
  #feature = new Int8Array(1024);
  #left = new Int32Array(1024);
  #value = new Float32Array(1024);

  /** Adds the root of a new tree, as a leaf without a value. */
  addRoot(): number {
    const root = this.#add();
    this.#roots.push(root);
    return root;
  }

  /** Turns a leaf into a branch; returns its left child, followed by the right one, both leaves. */
  split(node: number, feature: number, threshold: number): number {
    const left = this.#add();
    this.#add();
    this.#feature[node] = feature;
    this.#left[node] = left;
    this.#value[node] = threshold;
    return left;
  }

  /** Sets the value of a leaf. */
  setLeaf(node: number, value: number): void {
    this.#value[node] = value;
  }

  /** The trees so far. */
  trees(): RegressionTrees {
    return {
      roots: Int32Array.from(this.#roots),
      feature: this.#feature.slice(0, this.#count),
      left: this.#left.slice(0, this.#count),
      value: this.#value.slice(0, this.#count),
    };
  }

  #add(): number {
    if (this.#count === this.#feature.length) {
      const size = 2 * this.#count;
      const [feature, left, value] = [new Int8Array(size), new Int32Array(size), new Float32Array(size)];
      feature.set(this.#feature);
      left.set(this.#left);
      value.set(this.#value);
      [this.#feature, this.#left, this.#value] = [feature, left, value];
    }
    this.#feature[this.#count] = LEAF;
    return this.#count++;
  }
}

/** Trees as JSON: each array in base64. */
export interface StoredTrees {
  roots: string;
  feature: string;
  left: string;
  value: string;
}

/** Stores trees so that they are restored with the same bits. */
export function storeTrees(trees: RegressionTrees): StoredTrees {
  return {
    roots: toBase64(trees.roots),
    feature: toBase64(trees.feature),
    left: toBase64(trees.left),
    value: toBase64(trees.value),
  };
}

/**
 * Restores trees stored by {@link storeTrees}.
 *
 * @param features Number of features of the rows to predict.
 * @throws {RangeError} If an array is missing, lengths do not match, or a node leads backwards, out of the arrays or to a feature
 * beyond `features`: so every prediction terminates.
 */
export function restoreTrees(stored: unknown, features: number): RegressionTrees {
  const fields = (typeof stored === "object" && stored !== null ? stored : {}) as Partial<StoredTrees>;
  const bytes = (name: keyof StoredTrees, size: number) => {
    const buffer = fromBase64(fields[name], `trees.${name}`);
    if (buffer.byteLength % size !== 0) throw unusable();
    return buffer;
  };
  const roots = new Int32Array(bytes("roots", 4));
  const feature = new Int8Array(bytes("feature", 1));
  const left = new Int32Array(bytes("left", 4));
  const value = new Float32Array(bytes("value", 4));
  const count = feature.length;
  if (roots.length === 0 || left.length !== count || value.length !== count) throw unusable();
  if (!roots.every((root) => root >= 0 && root < count)) throw unusable();
  for (let node = 0; node < count; node++) {
    if (!Number.isFinite(value[node]!)) throw unusable();
    if (feature[node] === LEAF) continue;
    const inRange = feature[node]! >= 0 && feature[node]! < features;
    if (!inRange || left[node]! <= node || left[node]! + 1 >= count) throw unusable();
  }
  return { roots, feature, left, value };
}

function unusable(): RangeError {
  return new RangeError("trees of a stored model do not fit together. Fit the model again.");
}
