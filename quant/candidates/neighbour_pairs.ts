import { requireFinite, requireInteger } from "../validate.ts";
import type { RankedPair } from "./candidate_pair.ts";

/**
 * Pairs of each ticker with its k nearest neighbours, by Euclidean distance between their points; nearest pairs first.
 *
 * A pair occurs once, even if each ticker is a neighbour of the other; so there are between N·k/2 and N·k pairs. Among equally
 * near neighbours the earlier ticker of the universe counts; with fewer than k other tickers all are neighbours.
 *
 * @param points The point of each ticker, all of the same dimension ≥ 1, finite: standardized loadings on principal components, say.
 * @param k Neighbours per ticker, a whole number ≥ 1.
 * @throws {RangeError} If `k` is not a whole number ≥ 1, a point has no coordinate, a different dimension than the first point, or a
 * coordinate that is not finite (the message names the ticker).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { neighbourPairs } from "./neighbour_pairs.ts";
 *
 * const points = new Map([["A", Float64Array.of(0)], ["B", Float64Array.of(1)], ["C", Float64Array.of(5)]]);
 * assert.deepEqual(neighbourPairs(points, 1).map(({ pair }) => pair.join()), ["A,B", "B,C"]);
 * ```
 *
 * Source: Fix & Hodges (1951); on loadings as Sarmento & Horta (2020) cluster them. Verified:
 * tests/quant/fixtures/candidates.json
 * (scipy's `cKDTree`). Cost: O(N² · (dimension + log N)).
 */
export function neighbourPairs(points: ReadonlyMap<string, Float64Array>, k: number): RankedPair[] {
  requireInteger(k, "k", 1);
  const tickers = [...points.keys()];
  const coordinates = [...points.values()];
  const dimension = coordinates[0]?.length ?? 0;
  coordinates.forEach((point, i) => {
    requireFinite(point, `The point of ${tickers[i]}`, 1);
    if (point.length !== dimension) {
      throw new RangeError(
        `The point of ${tickers[0]} has ${dimension} coordinates, that of ${tickers[i]} ${point.length}.`,
      );
    }
  });
  const n = tickers.length;
  const found = new Map<number, RankedPair>();
  for (let i = 0; i < n; i++) {
    const others = Array.from({ length: n }, (_, j) => ({ j, distance: distanceOf(coordinates[i]!, coordinates[j]!) }))
      .filter(({ j }) => j !== i)
      .sort((a, b) => a.distance - b.distance || a.j - b.j);
    for (const { j, distance } of others.slice(0, k)) {
      const first = Math.min(i, j);
      const second = Math.max(i, j);
      found.set(first * n + second, { pair: [tickers[first]!, tickers[second]!], distance });
    }
  }
  return [...found].sort(([a, one], [b, other]) => one.distance - other.distance || a - b).map(([, pair]) => pair);
}

function distanceOf(a: Float64Array, b: Float64Array): number {
  let squares = 0;
  for (let d = 0; d < a.length; d++) squares += (a[d]! - b[d]!) ** 2;
  return Math.sqrt(squares);
}
