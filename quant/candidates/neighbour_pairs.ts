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
 * (scipy's `cKDTree`). Cost: O(N² · (dimension + k)) at worst.
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
  const nearest = new Int32Array(Math.max(0, Math.min(k, n - 1)));
  const distances = new Float64Array(nearest.length);
  for (let i = 0; i < n; i++) {
    // The nearest so far, ascending: with few neighbours, insertion beats sorting all others.
    let count = 0;
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      const distance = distanceOf(coordinates[i]!, coordinates[j]!);
      if (count === nearest.length && distance >= distances[count - 1]!) continue;
      if (count < nearest.length) count++;
      let slot = count - 1;
      for (; slot > 0 && distances[slot - 1]! > distance; slot--) {
        nearest[slot] = nearest[slot - 1]!;
        distances[slot] = distances[slot - 1]!;
      }
      nearest[slot] = j;
      distances[slot] = distance;
    }
    for (let slot = 0; slot < count; slot++) {
      const [first, second] = [Math.min(i, nearest[slot]!), Math.max(i, nearest[slot]!)];
      found.set(first * n + second, { pair: [tickers[first]!, tickers[second]!], distance: distances[slot]! });
    }
  }
  return [...found].sort(([a, one], [b, other]) => one.distance - other.distance || a - b).map(([, pair]) => pair);
}

function distanceOf(a: Float64Array, b: Float64Array): number {
  let squares = 0;
  for (let d = 0; d < a.length; d++) squares += (a[d]! - b[d]!) ** 2;
  return Math.sqrt(squares);
}
