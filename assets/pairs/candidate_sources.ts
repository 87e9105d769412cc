import { z } from "zod";
import {
  type CandidatePair,
  candidatePairs,
  distancePairs,
  groupPairCount,
  groupPairs,
  neighbourPairs,
  type TickerPair,
} from "../../quant/mod.ts";
import { ClusterPreset } from "./pair_clusters.ts";

/** Sources of candidate pairs. */
export const candidateSources = ["cluster", "neighbours", "group", "distance", "all"] as const;
/** A source of candidate pairs. */
export type CandidateSource = typeof candidateSources[number];

/** Most candidate pairs of a formation, unless the settings say otherwise: their statistics take about a gigabyte. */
const mostCandidates = 1_000_000;

/** A pair in the settings, ticker 1 first. */
export const NamedPair = z.tuple([z.string().min(1), z.string().min(1)]);

/** Settings of the sources of tested pairs. */
export const CandidateConfig = z.strictObject({
  candidates: z.array(z.enum(candidateSources)).min(1).default(["cluster", "neighbours", "all"]).describe(
    "Sources of tested pairs, as a union. cluster: within a cluster of OPTICS. neighbours: each ticker with its nearest ones by loadings. group: within a sector or industry, by the setting groups, the listing or the details of tickers. distance: those with the closest prices. all: every pair of a small universe",
  ),
  clusterPreset: ClusterPreset.default("research").describe("Preset whose clusters are used"),
  neighbours: z.int().min(1).max(100).default(3).describe(
    "Number of nearest tickers by loadings with which each is tested",
  ),
  distancePairs: z.int().min(1).max(100_000).default(50).describe("Number of pairs from the distance method"),
  smallUniverse: z.int().min(2).max(1000).default(12).describe(
    "Largest number of tickers for which all pairs are tested",
  ),
  // Optional instead of a default: recorded settings stay as they are.
  maxCandidates: z.int().min(1).optional().describe(
    `Most pairs of a formation; with more, as from a cluster of thousands of tickers, the search fails and says so. ${
      mostCandidates.toLocaleString("en")
    } if not set`,
  ),
  groups: z.record(z.string().min(1), z.string().min(1)).default({}).describe(
    "Group of a ticker, such as its sector or industry, where it is not that of ticker_groups; tickers without one are in no pair of the source group",
  ),
});

/** The settings with known groups added; configured groups take precedence. */
export function withGroups<Config extends Pick<z.output<typeof CandidateConfig>, "groups">>(
  config: Config,
  known: readonly { ticker: string; group: string }[],
): Config {
  return {
    ...config,
    groups: { ...Object.fromEntries(known.map(({ ticker, group }) => [ticker, group])), ...config.groups },
  };
}

/** Data for the search for candidates. */
export interface CandidateUniverse {
  /** All tickers with prices, ascending. */
  tickers: readonly string[];
  /** Cluster of each ticker; −1 or absent for none. */
  clusters: ReadonlyMap<string, number>;
  /** Standardized loadings, by ticker; absent for none. */
  points: ReadonlyMap<string, Float64Array>;
  /** Prices by ticker, with dividends reinvested if the tests reinvest them. */
  prices: ReadonlyMap<string, Float64Array>;
}

/** @throws {RangeError} If there are more candidates than are tested. */
function refuseTooMany(
  pairs: number,
  { maxCandidates = mostCandidates }: Pick<z.output<typeof CandidateConfig>, "maxCandidates">,
  source?: CandidateSource,
): void {
  if (pairs <= maxCandidates) return;
  throw new RangeError(
    `${pairs.toLocaleString("en")} pairs are candidates${source ? ` of the source ${source} alone` : ""}, and at most ${
      maxCandidates.toLocaleString("en")
    } are tested. Choose other candidates or another clusterPreset, or raise maxCandidates.`,
  );
}

/**
 * The pairs to test, each once with the sources that proposed it, in ticker order.
 *
 * @param named Pairs that are tested even if no source proposes them, provided that both tickers have prices; their source is
 * `named`.
 * @throws {RangeError} If there are more than `maxCandidates`.
 */
export function candidatesOf(
  universe: CandidateUniverse,
  config: z.output<typeof CandidateConfig>,
  named: readonly TickerPair[] = [],
): CandidatePair[] {
  const { tickers, clusters, points, prices } = universe;
  const groups: Partial<Record<CandidateSource, Parameters<typeof groupPairs>[0]>> = {
    cluster: new Map(tickers.map((ticker) => {
      const cluster = clusters.get(ticker) ?? -1;
      return [ticker, cluster < 0 ? null : String(cluster)];
    })),
    group: new Map(tickers.map((ticker) => [ticker, config.groups[ticker]])),
    all: new Map(tickers.length > config.smallUniverse ? [] : tickers.map((ticker) => [ticker, "all"])),
  };
  const pairsOf = (source: CandidateSource): readonly TickerPair[] => {
    const grouped = groups[source];
    if (!grouped) {
      const ranked = source === "neighbours"
        ? neighbourPairs(points, config.neighbours)
        : distancePairs(prices, { count: config.distancePairs });
      return ranked.map(({ pair }) => pair);
    }
    // Before there is an object for each: a cluster of 5,000 tickers has 12 million.
    refuseTooMany(groupPairCount(grouped), config, source);
    return groupPairs(grouped);
  };
  const wanted = candidateSources.filter((source) => config.candidates.includes(source));
  const candidates = candidatePairs(tickers, {
    ...Object.fromEntries(wanted.map((source) => [source, pairsOf(source)])),
    named: named.filter((pair) => pair.every((ticker) => prices.has(ticker))),
  });
  refuseTooMany(candidates.length, config);
  return candidates;
}
