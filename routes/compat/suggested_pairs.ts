import { z } from "zod";
import { alignCloses, type LongCloses, type PairScan, type PairStatistics, scanPairs } from "../../quant/mod.ts";
import { offThreadClusters } from "./off_thread_clusters.ts";
import { OldError } from "./old_errors.ts";
import { fewestTickers } from "./ticker_clusters.ts";

/** A pair with the field names of the original quant service. */
export const SuggestedPair = z.strictObject({
  /** The regressor x. */
  ticker_1: z.string(),
  /** The dependent leg y. */
  ticker_2: z.string(),
  spread_statistics: z.strictObject({ slope: z.number(), intercept: z.number() }),
  // Of the spread's Dickey–Fuller test.
  cointegration_critical_value: z.number().describe("A p-value, despite its name"),
  hurst_exponent: z.number(),
  half_life: z.number(),
  mean_crossings: z.int(),
});
export type SuggestedPair = z.infer<typeof SuggestedPair>;

/** The original service's bounds, all strict. */
const criteria = { maxPValue: 0.05, maxHurst: 0.5, maxHalfLife: 260, minCrossings: 12 };
/** Minimum number of sessions for a meaningful Hurst exponent. */
const FEWEST_SESSIONS = 100;

/**
 * Pairs to trade among the given closes, by the original service's method: clean, cluster, test every pair inside a cluster.
 *
 * A half-life must be above 0. With `strict` any half-life passes this bound and a pair without a spread fails the whole request
 * instead of being left out, both as in the original.
 *
 * @throws {OldError} 400 for closes that cannot form pairs.
 * @throws The signal's reason if it aborts.
 */
export async function suggestedPairs(
  closes: LongCloses,
  { strict, signal }: { strict: boolean; signal: AbortSignal },
): Promise<SuggestedPair[]> {
  try {
    const { prices, tickers, labels } = await offThreadClusters(alignCloses(closes), signal);
    if (labels === null) {
      throw new OldError(
        400,
        `Invalid input data: min_samples must be no greater than the number of samples (${tickers.length}). Got ${fewestTickers}`,
      );
    }
    const pairs = pairsInside(tickers, labels);
    if (pairs.length === 0) return [];
    const { sessions } = prices;
    if (sessions.length < FEWEST_SESSIONS) {
      throw new OldError(
        400,
        `Invalid input data: there are ${sessions.length} dates; testing pairs needs at least ${FEWEST_SESSIONS}.`,
      );
    }
    const series = new Map(prices.tickers.map((ticker, i) => [ticker, prices.closes[i]!]));
    const scan = await scanPairs(series, { pairs, criteria, signal });
    return (strict ? acceptedByOriginal(scan) : scan.accepted).map(suggested);
  } catch (error) {
    if (error instanceof RangeError) throw new OldError(400, `Invalid input data: ${error.message}`);
    throw error;
  }
}

/** Pairs inside each cluster in ticker order, clusters in order of first appearance by ticker. */
function pairsInside(tickers: readonly string[], labels: Int32Array): [string, string][] {
  const clusters = Map.groupBy(tickers.keys().filter((i) => labels[i]! >= 0), (i) => labels[i]!);
  return [...clusters.values()].flatMap((members) =>
    members.flatMap((first, k) =>
      members.slice(k + 1).map((second): [string, string] => [tickers[first]!, tickers[second]!])
    )
  );
}

/** The pairs that the original accepts: it does not require a half-life above 0. @throws {OldError} 400 if a pair has no spread. */
export function acceptedByOriginal(scan: PairScan): PairStatistics[] {
  const accepted: PairStatistics[] = [];
  for (const pair of scan) {
    if (pair.adfPValue === null || pair.hurst === null) {
      throw new OldError(400, `Invalid input data: ${pair.failedCriteria[0]!.reason}`);
    }
    if (
      pair.adfPValue < criteria.maxPValue && pair.hurst < criteria.maxHurst &&
      pair.halfLife! < criteria.maxHalfLife && pair.meanCrossings! > criteria.minCrossings
    ) accepted.push(pair);
  }
  return accepted;
}

function suggested(pair: PairStatistics): SuggestedPair {
  return {
    ticker_1: pair.ticker_1,
    ticker_2: pair.ticker_2,
    spread_statistics: { slope: pair.slope!, intercept: pair.intercept! },
    cointegration_critical_value: pair.adfPValue!,
    hurst_exponent: pair.hurst!,
    half_life: pair.halfLife!,
    mean_crossings: pair.meanCrossings!,
  };
}
