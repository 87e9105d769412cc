import type { JudgedPair } from "./pair_criteria.ts";
import { countedPValue } from "./residual_p_value.ts";

/**
 * The pairs of a formation that are stored: the accepted ones, the named ones, and of the others those with the smallest p-values.
 *
 * @param pairs All judged pairs. Their order is kept.
 * @param options.rejected Number of rejected pairs to keep; `null` keeps all. A pair without a p-value comes last, and of equal ones
 * the first is kept.
 * @param options.named Pairs that are kept in any case, in either order of their tickers, and not counted.
 * @param options.orders The orders of the legs that count for the p-value.
 *
 * Cost: O(n log n).
 */
export function keptPairs(
  pairs: readonly JudgedPair[],
  { rejected, named, orders }: {
    rejected: number | null;
    named: readonly (readonly [string, string])[];
    orders: "both" | "one";
  },
): readonly JudgedPair[] {
  if (rejected === null) return pairs;
  const isNamed = new Set(named.flatMap(([one, other]) => [`${one} ${other}`, `${other} ${one}`]));
  const always = (pair: JudgedPair) => pair.accepted || isNamed.has(`${pair.ticker_1} ${pair.ticker_2}`);
  const best = pairs.filter((pair) => !always(pair))
    .map((pair) => ({ pair, pValue: countedPValue(pair, orders) ?? Infinity }))
    .sort((a, b) => a.pValue < b.pValue ? -1 : a.pValue > b.pValue ? 1 : 0)
    .slice(0, rejected);
  const kept = new Set(best.map(({ pair }) => pair));
  return pairs.filter((pair) => always(pair) || kept.has(pair));
}
