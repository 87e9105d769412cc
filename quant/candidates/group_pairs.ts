import type { TickerPair } from "./candidate_pair.ts";

/**
 * Every pair of tickers of one group (sector, industry, cluster), in the order of the universe.
 *
 * @param groups The group of each ticker; `null`, `undefined` and the empty text mean no group: tickers without a group are in no pair.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { groupPairs } from "./group_pairs.ts";
 *
 * const sectors = new Map([["XOM", "Energy"], ["JPM", "Financials"], ["CVX", "Energy"], ["NEW", null]]);
 * assert.deepEqual(groupPairs(sectors), [["XOM", "CVX"]]);
 * ```
 *
 * Cost: O(tickers + pairs).
 */
export function groupPairs(groups: ReadonlyMap<string, string | null | undefined>): TickerPair[] {
  const members = membersOf(groups);
  const positions = new Map([...groups.keys()].map((ticker, i) => [ticker, i]));
  const pairs: TickerPair[] = [];
  for (const tickers of members.values()) {
    tickers.forEach((first, i) => {
      for (const second of tickers.slice(i + 1)) pairs.push([first, second]);
    });
  }
  const at = (ticker: string) => positions.get(ticker)!;
  return pairs.sort((a, b) => at(a[0]) - at(b[0]) || at(a[1]) - at(b[1]));
}

/** The number of pairs that {@link groupPairs} gives. Cost: O(tickers). */
export function groupPairCount(groups: ReadonlyMap<string, string | null | undefined>): number {
  return membersOf(groups).values().reduce((sum, { length }) => sum + length * (length - 1) / 2, 0);
}

function membersOf(groups: ReadonlyMap<string, string | null | undefined>): Map<string, string[]> {
  const members = new Map<string, string[]>();
  for (const [ticker, group] of groups) {
    if (!group) continue;
    const earlier = members.get(group);
    if (earlier) earlier.push(ticker);
    else members.set(group, [ticker]);
  }
  return members;
}
