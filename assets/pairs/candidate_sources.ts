import { z } from "zod";
import {
  type CandidatePair,
  candidatePairs,
  distancePairs,
  groupPairs,
  neighbourPairs,
  type TickerPair,
} from "../../quant/mod.ts";
import { ClusterPreset } from "./pair_clusters.ts";

/** Sources of candidate pairs. */
export const candidateSources = ["cluster", "neighbours", "group", "distance", "all"] as const;
/** A source of candidate pairs. */
export type CandidateSource = typeof candidateSources[number];

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

/**
 * The pairs to test, each once with the sources that proposed it, in ticker order.
 *
 * @param named Pairs that are tested even if no source proposes them, provided that both tickers have prices; their source is
 * `named`.
 */
export function candidatesOf(
  universe: CandidateUniverse,
  config: z.output<typeof CandidateConfig>,
  named: readonly TickerPair[] = [],
): CandidatePair[] {
  const { tickers, clusters, points, prices } = universe;
  const sources: Record<CandidateSource, () => readonly TickerPair[]> = {
    cluster: () =>
      groupPairs(
        new Map(tickers.map((ticker) => {
          const cluster = clusters.get(ticker) ?? -1;
          return [ticker, cluster < 0 ? null : String(cluster)];
        })),
      ),
    neighbours: () => neighbourPairs(points, config.neighbours).map(({ pair }) => pair),
    group: () => groupPairs(new Map(tickers.map((ticker) => [ticker, config.groups[ticker]]))),
    distance: () => distancePairs(prices, { count: config.distancePairs }).map(({ pair }) => pair),
    all: () =>
      tickers.length > config.smallUniverse ? [] : groupPairs(new Map(tickers.map((ticker) => [ticker, "all"]))),
  };
  const wanted = candidateSources.filter((source) => config.candidates.includes(source));
  return candidatePairs(tickers, {
    ...Object.fromEntries(wanted.map((source) => [source, sources[source]()])),
    named: named.filter((pair) => pair.every((ticker) => prices.has(ticker))),
  });
}
