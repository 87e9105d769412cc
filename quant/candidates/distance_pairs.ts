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

  const nearest = new Float64Array(tickers.length).fill(Infinity);
  const partner = new Int32Array(tickers.length).fill(-1);
  const closest = new Closest(count);
  for (let i = 0; i < tickers.length; i++) {
    for (let j = i + 1; j < tickers.length; j++) {
      const distance = squaredDeviations(normalized[i]!, normalized[j]!);
      if (among === "all") closest.add({ i, j, distance });
      for (const [one, other] of [[i, j], [j, i]] as const) {
        if (distance >= nearest[one]!) continue;
        nearest[one] = distance;
        partner[one] = other;
      }
    }
  }
  const found = among === "all" ? closest.sorted() : partners(nearest, partner).slice(0, count);
  return found.map(({ i, j, distance }) => ({ pair: [tickers[i]!, tickers[j]!], distance }));
}

interface Candidate {
  /** Places of the tickers, i < j. */
  i: number;
  j: number;
  distance: number;
}

/** A number of the closest pairs: thousands of tickers have too many to sort all. */
class Closest {
  #kept: Candidate[] = [];
  #bound = Infinity;

  constructor(private readonly count: number) {}

  /** Adds a pair, in the order of the universe. */
  add(candidate: Candidate): void {
    // Of equal distances the earlier ones stay.
    if (this.#kept.length >= this.count && candidate.distance >= this.#bound) return;
    this.#kept.push(candidate);
    if (this.#kept.length >= 2 * this.count) this.#bound = this.sorted().at(-1)!.distance;
  }

  sorted(): readonly Candidate[] {
    this.#kept.sort((a, b) => a.distance - b.distance);
    if (this.#kept.length > this.count) this.#kept.length = this.count;
    return this.#kept;
  }
}

/** Pairs in which one ticker is the nearest of the other, by distance. */
function partners(nearest: Float64Array, partner: Int32Array): Candidate[] {
  const found: Candidate[] = [];
  partner.forEach((other, one) => {
    const isSecond = other >= 0 && other < one && partner[other] === one;
    if (other < 0 || isSecond) return;
    found.push({ i: Math.min(one, other), j: Math.max(one, other), distance: nearest[one]! });
  });
  return found.sort((a, b) => a.distance - b.distance || a.i - b.i || a.j - b.j);
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
