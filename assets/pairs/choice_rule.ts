import { z } from "zod";

/** How many of the accepted pairs are traded. */
export const ChoiceConfig = z.strictObject({
  maxPairs: z.int().min(1).max(1000).default(10).describe("How many pairs to trade at most"),
  maxPairsPerTicker: z.int().min(1).default(1).describe("In how many of them one ticker may be"),
});

/** What the rule looks at. */
interface Candidate {
  ticker_1: string;
  ticker_2: string;
  slope: number | null;
  engle_granger_p_value: number | null;
  engle_granger_p_value_reversed: number | null;
  accepted: boolean;
}

/** A pair that was chosen, which has a hedge ratio and a p-value. */
export type ChosenPair<Pair extends Candidate> = Pair & { slope: number; engle_granger_p_value: number };

/**
 * The rule: accepted pairs with a positive hedge ratio (both legs on the same side would be a bet on the market) and an
 * Engle–Granger p-value (without one the legs are the same thing twice), by rising p-value (the larger one where both orders were
 * tested), then in the order given; a pair is passed over when one of its tickers is in as many chosen pairs as allowed; the first
 * `maxPairs` are chosen. Where fewer pairs are accepted, places stay empty.
 *
 * @param pairs In ticker order, so that equal p-values are settled by ticker.
 */
export function choosePairs<Pair extends Candidate>(
  pairs: readonly Pair[],
  { maxPairs, maxPairsPerTicker }: Pick<z.output<typeof ChoiceConfig>, "maxPairs" | "maxPairsPerTicker">,
): { candidates: ChosenPair<Pair>[]; chosen: ChosenPair<Pair>[] } {
  const candidates = pairs
    .filter((pair): pair is ChosenPair<Pair> => pair.accepted && pair.slope! > 0 && pair.engle_granger_p_value !== null)
    .sort((a, b) => rankedBy(a) - rankedBy(b));
  const uses = new Map<string, number>();
  const chosen: ChosenPair<Pair>[] = [];
  for (const pair of candidates) {
    if (chosen.length === maxPairs) break;
    const tickers = [pair.ticker_1, pair.ticker_2];
    if (tickers.some((ticker) => (uses.get(ticker) ?? 0) >= maxPairsPerTicker)) continue;
    for (const ticker of tickers) uses.set(ticker, (uses.get(ticker) ?? 0) + 1);
    chosen.push(pair);
  }
  return { candidates, chosen };
}

function rankedBy(pair: ChosenPair<Candidate>): number {
  return Math.max(pair.engle_granger_p_value, pair.engle_granger_p_value_reversed ?? 0);
}
