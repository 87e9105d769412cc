import { requireFinite, requireInteger } from "../validate.ts";
import type { RankedPair } from "./candidate_pair.ts";

/** Number of pairs, and their choice. */
export interface DistancePairsOptions {
  /** Maximum number of pairs, a whole number ≥ 1; all by default. */
  count?: number;
  /**
   * `"all"` (default) ranks every pair; `"partner"` ranks those in which one ticker is the nearest partner of the other, as Gatev,
   * Goetzmann and Rouwenhorst form them.
   */
  among?: "all" | "partner";
}

/**
 * Pairs by the distance method: the sum of squared deviations between two normalized prices, each starting at 1; smallest first.
 *
 * Pairs at equal distance stay in the order of the universe. Prices should be total-return prices: otherwise dividends count as
 * distance.
 *
 * @param prices Series by ticker, oldest first, aligned, all of the same length n ≥ 2, finite, positive.
 * @throws {RangeError} If a series is shorter than 2 or of another length than the first, a price is not finite or not positive (the
 * message names the ticker), or `count` is not a whole number ≥ 1.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { distancePairs } from "./distance_pairs.ts";
 *
 * const prices = new Map([
 *   ["A", Float64Array.of(10, 11, 12)],
 *   ["B", Float64Array.of(20, 22, 24)],
 *   ["C", Float64Array.of(5, 5, 4)],
 * ]);
 * assert.deepEqual(distancePairs(prices, { count: 1 }), [{ pair: ["A", "B"], distance: 0 }]);
 * ```
 *
 * Source: Gatev, Goetzmann & Rouwenhorst (2006), Review of Financial Studies 19. Verified:
 * tests/quant/fixtures/candidates.json (numpy). Cost: O(N² · n), N tickers.
 */
export function distancePairs(
  prices: ReadonlyMap<string, Float64Array>,
  options: DistancePairsOptions = {},
): RankedPair[] {
  const { count = Infinity, among = "all" } = options;
  if (count !== Infinity) requireInteger(count, "count", 1);
  const tickers = [...prices.keys()];
  const normalized = tickers.map((ticker) => normalize(ticker, prices.get(ticker)!));
  const length = normalized[0]?.length ?? 0;
  normalized.forEach((series, i) => {
    if (series.length !== length) {
      throw new RangeError(`${tickers[0]} has ${length} prices, ${tickers[i]} has ${series.length}: align them first.`);
    }
  });

  const ranked: RankedPair[] = [];
  const nearest = new Float64Array(tickers.length).fill(Infinity);
  const partner = new Int32Array(tickers.length).fill(-1);
  const places: [number, number][] = [];
  for (let i = 0; i < tickers.length; i++) {
    for (let j = i + 1; j < tickers.length; j++) {
      const distance = squaredDeviations(normalized[i]!, normalized[j]!);
      ranked.push({ pair: [tickers[i]!, tickers[j]!], distance });
      places.push([i, j]);
      for (const [one, other] of [[i, j], [j, i]] as const) {
        if (distance >= nearest[one]!) continue;
        nearest[one] = distance;
        partner[one] = other;
      }
    }
  }
  const wanted = among === "all"
    ? ranked
    : ranked.filter((_, k) => partner[places[k]![0]] === places[k]![1] || partner[places[k]![1]] === places[k]![0]);
  return wanted.sort((a, b) => a.distance - b.distance).slice(0, count);
}

function normalize(ticker: string, prices: Float64Array): Float64Array {
  requireFinite(prices, `The prices of ${ticker}`, 2);
  for (let t = 0; t < prices.length; t++) {
    if (!(prices[t]! > 0)) {
      throw new RangeError(`The prices of ${ticker} must be positive, but value ${t} is ${prices[t]}.`);
    }
  }
  return prices.map((price) => price / prices[0]!);
}

function squaredDeviations(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < a.length; t++) {
    const deviation = a[t]! - b[t]!;
    sum += deviation * deviation;
  }
  return sum;
}
