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

/**
 * t-SNE: a map in the plane that preserves neighbourhoods. Directions, and distances between groups, have no meaning.
 *
 * Exact, with all pairs in each step. It starts from the first two coordinates of the points instead of random numbers; these
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
 * Source: van der Maaten & Hinton (2008), Journal of Machine Learning Research 9, as DruidJS computes it. Verified:
 * tests/quant/t_sne_test.ts (neighbourhoods kept, divergence beside scikit-learn's). Cost: O(n² · iterations); 460 points take
 * about
 * two seconds.
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
  // Half a megabyte that only maps need, so it is loaded on first use.
  const { Matrix, TSNE } = await import("@saehrimnir/druidjs");
  const tsne = new TSNE([...points], { perplexity: Math.min(perplexity, (n - 1) / 3), epsilon: learningRate, seed: 1 });
  tsne.Y = new Matrix(n, 2, (i: number, axis: number) => startSize * (points[i]![axis] ?? 0));
  for (const _ of tsne.generator(iterations)) await afterStep?.();
  return Array.from({ length: n }, (_, i) => Float64Array.of(tsne.Y.entry(i, 0), tsne.Y.entry(i, 1)));
}
