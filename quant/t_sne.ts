import { requireFinite, requireInteger } from "./validate.ts";

/** Weight of neighbours, and number of steps. */
export interface TSneOptions {
  /** Approximate number of neighbours of each point, > 0; default 30, and at most a third of the other points. */
  perplexity?: number;
  /** Steps of gradient descent, a whole number ≥ 1. Default 1000. */
  iterations?: number;
  /** Awaited after each step: can yield to other work; an error thrown by it ends the descent. */
  afterStep?: () => void | Promise<void>;
}

/** Minimum number of points; fewer have no neighbourhoods to preserve. */
export const fewestMappedPoints = 5;

const defaults = { perplexity: 30, iterations: 1000 };
/** As large as scikit-learn's `"auto"` for up to 2,400 points. */
const learningRate = 50;
/** Size of the initial map: so small that all points are neighbours. */
const startSize = 1e-4;
/** Neighbourhoods count more in the first steps, so that groups form before they are far apart. */
const exaggeration = { factor: 4, steps: 99 };
/** Share of the last move that is repeated, until the map has settled and after. */
const momentum = { first: 0.5, later: 0.8, from: 250 };
/** Below this a probability counts as this, which keeps quotients finite. */
const leastProbability = 1e-100;

/**
 * t-SNE: a map in the plane that preserves neighbourhoods. Directions, and distances between groups, have no meaning.
 *
 * Exact, with all pairs in each step, and gains that adapt to each coordinate. It starts from the first two coordinates of the points instead of random numbers; these
 * should have most of the variance, as loadings on principal components do. The same points give the same map.
 *
 * @param points At least {@link fewestMappedPoints}, all of the same dimension ≥ 1, finite.
 * @returns Two coordinates per point, in the order of `points`, with a mean of 0.
 * @throws {RangeError} If there are too few points, they have no coordinate, dimensions differ, a value is not finite, or an option is
 * out of its range.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { tSne } from "./t_sne.ts";
 *
 * const points = [0, 1, 2, 50, 51, 52].map((x) => Float64Array.of(x, x % 3));
 * const map = await tSne(points, { iterations: 300 });
 * assert.deepEqual(map, await tSne(points, { iterations: 300 }));
 * ```
 *
 * Source: van der Maaten & Hinton (2008), Journal of Machine Learning Research 9; Jacobs (1988) for the gains. Verified:
 * tests/quant/t_sne_test.ts (neighbourhoods kept, divergence beside scikit-learn's). Cost: O(n² · iterations) time and 4·n² bytes:
 * 460 points take about one second, 5,000 two minutes and 100 MB.
 */
export async function tSne(points: readonly Float64Array[], options: TSneOptions = {}): Promise<Float64Array[]> {
  const { perplexity, iterations, afterStep } = { ...defaults, ...options };
  requireInteger(iterations, "iterations", 1);
  if (!(perplexity > 0 && perplexity < Infinity)) {
    throw new RangeError(`perplexity must be a positive number, got ${perplexity}.`);
  }
  const n = points.length;
  if (n < fewestMappedPoints) throw new RangeError(`A map needs at least ${fewestMappedPoints} points, got ${n}.`);
  const dimension = points[0]!.length;
  points.forEach((point, i) => {
    requireFinite(point, `Point ${i}`, 1);
    if (point.length !== dimension) {
      throw new RangeError(`Point 0 has ${dimension} coordinates, point ${i} has ${point.length}.`);
    }
  });
  const weights = jointProbabilities(points, Math.min(perplexity, (n - 1) / 3));
  const map = new Descent(points);
  for (let step = 1; step <= iterations; step++) {
    map.move(weights, {
      exaggeration: step <= exaggeration.steps ? exaggeration.factor : 1,
      momentum: step < momentum.from ? momentum.first : momentum.later,
    });
    await afterStep?.();
  }
  return Array.from(points, (_, i) => Float64Array.of(map.x.places[i]!, map.y.places[i]!));
}

/**
 * Probabilities that two points are neighbours, of each pair once: (0, 1), (0, 2), …, (1, 2), …
 *
 * Those of a point are Gaussian, as wide as its perplexity requires; the mean of both directions counts.
 */
function jointProbabilities(points: readonly Float64Array[], perplexity: number): Float64Array {
  const n = points.length;
  const joint = new Float64Array(n * (n - 1) / 2);
  const distances = new Float64Array(n);
  const row = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) distances[j] = squaredDistance(points[i]!, points[j]!);
    fillNeighbourhood(row, { distances, of: i, entropy: Math.log(perplexity) });
    // Pairs with an earlier point have the other direction already.
    for (let j = 0; j < i; j++) {
      const at = j * n - j * (j + 1) / 2 + i - j - 1;
      joint[at] = Math.max((joint[at]! + row[j]!) / (2 * n), leastProbability);
    }
    joint.set(row.subarray(i + 1), i * n - i * (i + 1) / 2);
  }
  return joint;
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d]! - b[d]!) ** 2;
  return sum;
}

/** Fills a row with the probabilities of one point's neighbours, by bisection of the precision of its Gaussian. */
function fillNeighbourhood(
  row: Float64Array,
  { distances, of, entropy: wanted }: { distances: Float64Array; of: number; entropy: number },
): void {
  let [low, precision, high] = [-Infinity, 1, Infinity];
  let total = 0;
  for (let attempt = 0; attempt < 50; attempt++) {
    total = 0;
    let weighted = 0;
    for (let j = 0; j < row.length; j++) {
      const weight = j === of ? 0 : Math.exp(-distances[j]! * precision);
      weighted += distances[j]! * weight;
      row[j] = weight;
      total += weight;
    }
    const entropy = total > 0 ? Math.log(total) + precision * weighted / total : 0;
    if (Math.abs(entropy - wanted) < 1e-4) break;
    if (entropy > wanted) {
      low = precision;
      precision = high === Infinity ? 2 * precision : (precision + high) / 2;
    } else {
      high = precision;
      precision = low === -Infinity ? precision / 2 : (precision + low) / 2;
    }
  }
  for (let j = 0; j < row.length; j++) row[j] = row[j]! / total;
}

/** One coordinate of all points. */
class Axis {
  readonly slopes: Float64Array;
  readonly moves: Float64Array;
  readonly gains: Float64Array;

  constructor(readonly places: Float64Array) {
    this.slopes = new Float64Array(places.length);
    this.moves = new Float64Array(places.length);
    this.gains = new Float64Array(places.length).fill(1);
  }
}

/** A map and its gradient descent. */
class Descent {
  readonly x: Axis;
  readonly y: Axis;

  constructor(points: readonly Float64Array[]) {
    const start = (axis: number) => new Axis(Float64Array.from(points, (point) => startSize * (point[axis] ?? 0)));
    this.x = start(0);
    this.y = start(1);
  }

  move(weights: Float64Array, { exaggeration, momentum }: { exaggeration: number; momentum: number }): void {
    this.#findSlopes(weights, exaggeration);
    for (const { places, slopes, moves, gains } of [this.x, this.y]) {
      let sum = 0;
      for (let i = 0; i < places.length; i++) {
        const slope = slopes[i]!;
        // A move against the slope goes on with more gain; one along it has overshot.
        const gain = Math.sign(slope) === Math.sign(moves[i]!) ? 0.8 * gains[i]! : gains[i]! + 0.2;
        gains[i] = Math.max(gain, 0.01);
        moves[i] = momentum * moves[i]! - learningRate * gains[i]! * slope;
        places[i] = places[i]! + moves[i]!;
        sum += places[i]!;
      }
      const mean = sum / places.length;
      for (let i = 0; i < places.length; i++) places[i] = places[i]! - mean;
    }
  }

  /**
   * Kernels are computed twice, for their sum and for the slopes: that is as fast as reading n² stored ones, which would take more
   * memory than all else.
   */
  #findSlopes(weights: Float64Array, exaggeration: number): void {
    const { places: x, slopes: slopesX } = this.x;
    const { places: y, slopes: slopesY } = this.y;
    const n = x.length;
    let total = 0;
    for (let i = 0; i < n; i++) {
      const [atX, atY] = [x[i]!, y[i]!];
      for (let j = i + 1; j < n; j++) {
        const [dx, dy] = [atX - x[j]!, atY - y[j]!];
        total += 2 * (1 / (1 + (dx * dx + dy * dy)));
      }
    }
    slopesX.fill(0);
    slopesY.fill(0);
    for (let i = 0, pair = 0; i < n; i++) {
      const [atX, atY] = [x[i]!, y[i]!];
      let [slopeX, slopeY] = [slopesX[i]!, slopesY[i]!];
      for (let j = i + 1; j < n; j++, pair++) {
        const [dx, dy] = [atX - x[j]!, atY - y[j]!];
        const kernel = 1 / (1 + (dx * dx + dy * dy));
        const probability = Math.max(kernel / total, leastProbability);
        const pull = 4 * (exaggeration * weights[pair]! - probability) * kernel;
        slopeX += pull * dx;
        slopeY += pull * dy;
        slopesX[j] = slopesX[j]! - pull * dx;
        slopesY[j] = slopesY[j]! - pull * dy;
      }
      slopesX[i] = slopeX;
      slopesY[i] = slopeY;
    }
  }
}
