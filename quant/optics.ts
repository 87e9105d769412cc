import { extractXiClusters } from "./xi_clusters.ts";

/** Neighbourhood, density and bounds of clusters. */
export interface OpticsOptions {
  /** Minimum number of points within reach of a core point, the point itself included: a whole number ≥ 2. Default 5. */
  minSamples?: number;
  /** Maximum distance between neighbours, > 0; default ∞. */
  maxEps?: number;
  /** Relative drop of reachability that bounds a cluster, 0 ≤ xi < 1; default 0.05. */
  xi?: number;
}

/** Clusters, and the reachability graph in which they were found. */
export interface OpticsResult {
  /** Cluster of each point, numbered from 0; −1 for noise. */
  labels: Int32Array;
  /** Points in the order in which they were reached. */
  ordering: Int32Array;
  /** Reachability distance of each point (by point, not by order); ∞ at the start of a new region. */
  reachability: Float64Array;
  /** Distance of each point to its `minSamples`-th nearest point, itself included; ∞ if that exceeds `maxEps`. */
  coreDistances: Float64Array;
  /** The point from which each point was reached; −1 at the start of a new region. */
  predecessor: Int32Array;
  /** Clusters as [first, last] positions in `ordering`, both included; a cluster comes after those it contains. */
  hierarchy: [number, number][];
}

/**
 * Rounds to fifteen decimals, half to even, like `numpy.around`: distances that differ only by rounding become equal, and the
 * lowest index decides.
 */
function roundTo15Decimals(distance: number): number {
  const scaled = distance * 1e15;
  // From 2⁵² on a double has no fraction; below, adding and subtracting 2⁵² rounds it.
  if (!(scaled < 4503599627370496)) return scaled < Infinity ? scaled / 1e15 : distance;
  return (scaled + 4503599627370496 - 4503599627370496) / 1e15;
}

/** Square of the distance, summed in the order of coordinates: the same double from either end. */
function squaredDistance(coordinates: Float64Array, width: number, a: number, b: number): number {
  let sum = 0;
  let i = a * width;
  let j = b * width;
  for (let c = 0; c < width; c++, i++, j++) {
    const difference = coordinates[i]! - coordinates[j]!;
    sum += difference * difference;
  }
  return sum;
}

function coreDistance(
  coordinates: Float64Array,
  width: number,
  n: number,
  point: number,
  nearest: Float64Array,
): number {
  // The smallest squares so far, ascending: with few samples, insertion beats any selection algorithm.
  nearest.fill(Infinity);
  const last = nearest.length - 1;
  for (let other = 0; other < n; other++) {
    const square = squaredDistance(coordinates, width, point, other);
    if (square >= nearest[last]!) continue;
    let slot = last;
    while (slot > 0 && nearest[slot - 1]! > square) {
      nearest[slot] = nearest[slot - 1]!;
      slot--;
    }
    nearest[slot] = square;
  }
  return roundTo15Decimals(Math.sqrt(nearest[last]!));
}

/**
 * Density-based clusters of points: OPTICS with ξ extraction and predecessor correction.
 *
 * Distances are Euclidean, symmetric to the bit and rounded to 15 decimals, and the lowest index wins ties, so that noise in the
 * last bits of the input does not change the labels. Clusters have at least `minSamples` points. With fewer points than
 * `minSamples` none is a core point and all are noise; no points give empty arrays. Points that coincide are at distance 0. A
 * distance that overflows exceeds every finite `maxEps`.
 *
 * @param points n points of equal dimension, finite; standardize first if the coordinates' units differ.
 * @throws {RangeError} If dimensions differ, a coordinate is NaN or ±∞, `minSamples` is not a whole number ≥ 2, `maxEps` is not
 * above 0, or `xi` is outside [0, 1).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { optics } from "./optics.ts";
 *
 * const points = [0, 0.1, 0.2, 5, 5.1, 5.2, 99].map((x) => Float64Array.of(x));
 * assert(optics(points, { minSamples: 3, maxEps: 1 }).labels.join() === "0,0,0,1,1,1,-1");
 * ```
 *
 * Source: Ankerst, Breunig, Kriegel & Sander (1999); Schubert & Gertz (2018) for the predecessor correction; scikit-learn ≥ 1.3
 * for the details of extraction. Verified: tests/quant/fixtures/multivariate.json, tests/golden/clusters_test.ts.
 * Cost: O(n²·d) time, O(n·d) memory.
 */
export function optics(points: readonly Float64Array[], options: OpticsOptions = {}): OpticsResult {
  const { minSamples = 5, maxEps = Infinity, xi = 0.05 } = options;
  if (!Number.isInteger(minSamples) || minSamples < 2) {
    throw new RangeError(`minSamples must be a whole number of at least 2, not ${minSamples}.`);
  }
  if (!(maxEps > 0)) throw new RangeError(`maxEps must be above 0, not ${maxEps}.`);
  if (!(xi >= 0 && xi < 1)) throw new RangeError(`xi must be at least 0 and below 1, not ${xi}.`);
  const n = points.length;
  const width = points[0]?.length ?? 0;
  const coordinates = new Float64Array(n * width);
  points.forEach((point, index) => {
    if (point.length !== width) {
      throw new RangeError(
        `All points need the same dimension: point 0 has ${width}, point ${index} has ${point.length}.`,
      );
    }
    for (const value of point) {
      if (!Number.isFinite(value)) {
        throw new RangeError(`Point ${index} holds ${value}; its coordinates must be finite.`);
      }
    }
    coordinates.set(point, index * width);
  });

  const coreDistances = new Float64Array(n).fill(Infinity);
  if (minSamples <= n) {
    const nearest = new Float64Array(minSamples);
    for (let point = 0; point < n; point++) {
      const distance = coreDistance(coordinates, width, n, point, nearest);
      if (distance <= maxEps) coreDistances[point] = distance;
    }
  }

  const reachability = new Float64Array(n).fill(Infinity);
  const predecessor = new Int32Array(n).fill(-1);
  const ordering = new Int32Array(n);
  // Points not reached yet, ascending: among equal minima the lowest index comes first.
  const waiting = Int32Array.from({ length: n }, (_, i) => i);
  let next = 0;
  for (let step = 0, left = n; step < n; step++) {
    const point = waiting[next]!;
    ordering[step] = point;
    waiting.copyWithin(next, next + 1, left);
    left--;
    const core = coreDistances[point]!;
    let least = Infinity;
    next = 0;
    for (let slot = 0; slot < left; slot++) {
      const other = waiting[slot]!;
      let reach = reachability[other]!;
      // Reachability is at least the core distance, so a smaller value cannot improve.
      if (core < reach) {
        const distance = roundTo15Decimals(Math.sqrt(squaredDistance(coordinates, width, point, other)));
        const reached = Math.max(distance, core);
        if (distance <= maxEps && reached < reach) {
          reach = reached;
          reachability[other] = reached;
          predecessor[other] = point;
        }
      }
      if (reach < least) {
        least = reach;
        next = slot;
      }
    }
  }

  const { hierarchy, labels } = extractXiClusters({ reachability, predecessor, ordering }, { minSamples, xi });
  return { labels, ordering, reachability, coreDistances, predecessor, hierarchy };
}
