import { z } from "zod";

/** Settings of the choice among accepted pairs. */
export const ChoiceConfig = z.strictObject({
  maxPairs: z.int().min(1).max(1000).default(10).describe("Maximum number of pairs to trade"),
  maxPairsPerTicker: z.int().min(1).default(1).describe("Maximum number of them with the same ticker"),
  bannedTickers: z.array(z.string().min(1)).default([]).describe("Tickers excluded from chosen pairs"),
});

/** The two tickers of a pair. */
interface Tickers {
  ticker_1: string;
  ticker_2: string;
}

/** Columns that the rule reads. */
interface Candidate extends Tickers {
  slope: number | null;
  engle_granger_p_value: number | null;
  engle_granger_p_value_reversed: number | null;
  accepted: boolean;
}

/** A chosen pair; it has a hedge ratio and a p-value. */
export type ChosenPair<Pair extends Candidate> = Pair & { slope: number; engle_granger_p_value: number };

/**
 * Chooses the pairs to trade.
 *
 * - Candidates are accepted pairs with a positive hedge ratio (otherwise both legs are on the same side, a bet on the market)
 *   and an Engle–Granger p-value (without one, the legs are linearly dependent up to rounding), without banned tickers.
 * - They are ranked by ascending p-value (the larger one if both orders were tested), then in the given order.
 * - A pair is skipped if one of its tickers is in as many chosen pairs as allowed.
 * - The first `maxPairs` are chosen; with fewer, places stay empty.
 *
 * @param pairs In ticker order, so that ties are resolved by ticker.
 * @param pinned Pairs already chosen: they count towards both limits, and are not chosen again, in either order.
 */
export function choosePairs<Pair extends Candidate>(
  pairs: readonly Pair[],
  { maxPairs, maxPairsPerTicker, bannedTickers }: z.output<typeof ChoiceConfig>,
  pinned: readonly Tickers[] = [],
): { candidates: ChosenPair<Pair>[]; chosen: ChosenPair<Pair>[] } {
  const banned = new Set(bannedTickers);
  const known = new Set(pinned.map(nameOf));
  const isFree = (pair: Tickers) =>
    !known.has(nameOf(pair)) && !banned.has(pair.ticker_1) && !banned.has(pair.ticker_2);
  const candidates = pairs
    .filter((pair): pair is ChosenPair<Pair> =>
      pair.accepted && pair.slope! > 0 && pair.engle_granger_p_value !== null && isFree(pair)
    )
    .sort((a, b) => rankedBy(a) - rankedBy(b));
  const uses = new Map<string, number>();
  const use = ({ ticker_1, ticker_2 }: Tickers) => {
    for (const ticker of [ticker_1, ticker_2]) uses.set(ticker, (uses.get(ticker) ?? 0) + 1);
  };
  pinned.forEach(use);
  const chosen: ChosenPair<Pair>[] = [];
  for (const pair of candidates) {
    if (pinned.length + chosen.length >= maxPairs) break;
    if ([pair.ticker_1, pair.ticker_2].some((ticker) => (uses.get(ticker) ?? 0) >= maxPairsPerTicker)) continue;
    use(pair);
    chosen.push(pair);
  }
  return { candidates, chosen };
}

/** A key of the pair, equal for both orders. */
export function nameOf({ ticker_1, ticker_2 }: Tickers): string {
  return ticker_1 < ticker_2 ? `${ticker_1}\n${ticker_2}` : `${ticker_2}\n${ticker_1}`;
}

function rankedBy(pair: ChosenPair<Candidate>): number {
  return Math.max(pair.engle_granger_p_value, pair.engle_granger_p_value_reversed ?? 0);
}
