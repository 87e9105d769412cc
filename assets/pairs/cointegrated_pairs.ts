import { z } from "zod";
import { cutBy, eager, identity, notEmpty, reads, table } from "../../engine/mod.ts";
import { scanPairs } from "../../quant/mod.ts";
import { barColumnNames } from "../market/bar_judgement.ts";
import { dividendsIn } from "../market/dividends.ts";
import { rawDailyBars } from "../market/raw_daily_bars.ts";
import { sessions } from "../market/sessions.ts";
import { asset } from "../resources.ts";
import { asOfColumn, AsOfConfig, asOfSessionsPerPart, closesAsOf, followed, formation } from "./as_of.ts";
import { ClusterPreset, pairClusters } from "./pair_clusters.ts";
import { residualPValue } from "./residual_p_value.ts";

const CointegratedPair = z.object({
  as_of: asOfColumn,
  ticker_1: z.string().min(1).describe("The regressor x"),
  ticker_2: z.string().min(1).describe("The dependent leg y"),
  cluster: z.int().min(0),
  slope: z.number().nullable().describe("Hedge ratio of y on x by least squares"),
  intercept: z.number().nullable(),
  adf_statistic: z.number().nullable(),
  adf_p_value: z.number().nullable().describe(
    "The criterion of the original: MacKinnon's p-value as if the spread had been observed, which is too small",
  ),
  used_lag: z.int().nullable().describe("Chosen by AIC"),
  engle_granger_p_value: z.number().nullable().describe(
    "MacKinnon's p-value for the residuals of an estimated line; null where the legs are all but collinear",
  ),
  hurst_exponent: z.number().nullable(),
  half_life: z.number().nullable().describe("Sessions; negative where the spread does not revert"),
  mean_crossings: z.int().nullable(),
  accepted: z.boolean(),
  failed_criteria: z.array(z.object({ criterion: z.string(), reason: z.string() })).describe(
    "Each criterion that is not met, and why",
  ),
});

/** Which pairs are accepted. Every bound is strict. */
export const PairCriteriaConfig = z.strictObject({
  clusterPreset: ClusterPreset.default("research").describe("Whose clusters the pairs are taken from"),
  maxPValue: z.number().gt(0).max(1).default(0.05).describe("Dickey–Fuller p-value of the spread: below"),
  maxHurst: z.number().gt(0).max(1).default(0.5).describe("Hurst exponent of the spread: below"),
  maxHalfLife: z.number().gt(0).default(260).describe("Half-life in sessions: above 0 and below"),
  minCrossings: z.int().min(0).default(12).describe("Crossings of the spread's mean: above"),
});

/** Settings of `cointegrated_pairs`. */
export const CointegratedPairsConfig = z.strictObject({ ...AsOfConfig.shape, ...PairCriteriaConfig.shape });

/** Every pair inside a cluster with its statistics as of a session, and whether its spread can be traded. */
export const cointegratedPairs = asset({
  key: "cointegrated_pairs",
  module: import.meta,
  group: "pairs",
  layer: "gold",
  description:
    "Every pair inside a cluster with its statistics as of a session, accepted where its spread reverts fast and often enough.",
  deps: {
    bars: reads(rawDailyBars, formation),
    sessions: reads(sessions, formation),
    clusters: reads(pairClusters, identity),
  },
  automation: eager(),
  config: CointegratedPairsConfig,
  row: CointegratedPair,
  primaryKey: ["as_of", "ticker_1", "ticker_2"],
  partitionedBy: { date: "as_of" },
  codeVersion: "3",
  partitionsDef: {
    wanted: ({ upstream: { clusters } }) => followed(clusters),
    missing: "latest",
    gone: "keep",
    chunks: cutBy({ dates: asOfSessionsPerPart }),
  },
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, partitions, config, signal, progress }) {
    const { clusterPreset, maxPValue, maxHurst, maxHalfLife, minCrossings, ...asOf } = config;
    const criteria = { maxPValue, maxHurst, maxHalfLife, minCrossings };
    const read = { bars: await inputs.bars.columns(...barColumnNames), sessions: await inputs.sessions.rows() };
    const clustersAsOf = Map.groupBy(
      (await inputs.clusters.rows()).filter((row) => row.preset === clusterPreset),
      (row) => row.as_of,
    );
    const rows: z.output<typeof CointegratedPair>[] = [];
    const counts: [string, number, number, number][] = [];
    for (const { as_of, matrix } of closesAsOf(read, partitions.dates, asOf)) {
      const prices = new Map(matrix.tickers.map((ticker, i) => [ticker, matrix.closes[i]!]));
      const clusters = clustersAsOf.get(as_of) ?? [];
      const clusterOf = new Map(clusters.map((row) => [row.ticker, row.cluster]));
      const stranger = clusters.find(({ ticker }) => !prices.has(ticker));
      if (stranger) {
        throw new RangeError(
          `pair_clusters has ${stranger.ticker} as of ${as_of}, which cleaning leaves out here. Give pair_clusters and cointegrated_pairs the same formationSessions, rule, maxStaleSessions and maxFilledShare.`,
        );
      }
      const pairs = pairsInClusters(clusters);
      const first = rows.length;
      for (const pair of await scanPairs(prices, { pairs, criteria, signal })) {
        rows.push({
          as_of,
          ticker_1: pair.ticker_1,
          ticker_2: pair.ticker_2,
          cluster: clusterOf.get(pair.ticker_1)!,
          slope: pair.slope,
          intercept: pair.intercept,
          adf_statistic: pair.adfStatistic,
          adf_p_value: pair.adfPValue,
          used_lag: pair.usedLag,
          engle_granger_p_value: pair.adfPValue === null
            ? null
            : residualPValue(prices.get(pair.ticker_2)!, prices.get(pair.ticker_1)!),
          hurst_exponent: pair.hurst,
          half_life: pair.halfLife,
          mean_crossings: pair.meanCrossings,
          accepted: pair.accepted,
          failed_criteria: pair.failedCriteria.map(({ criterion, reason }) => ({ criterion, reason })),
        });
        // Some milliseconds a pair: other requests must not wait for all of them.
        await new Promise((resolve) => setTimeout(resolve));
        signal.throwIfAborted();
        progress(counts.length + (rows.length - first) / pairs.length, partitions.dates.length);
      }
      const own = rows.slice(first);
      const accepted = own.filter((row) => row.accepted);
      const surer = accepted.filter((row) =>
        row.engle_granger_p_value !== null && row.engle_granger_p_value < maxPValue
      );
      counts.push([as_of, own.length, accepted.length, surer.length]);
      signal.throwIfAborted();
    }
    return {
      rows,
      metadata: {
        as_of: table(["as of", "tested", "accepted", "accepted by Engle–Granger"], counts),
        cluster_preset: clusterPreset,
        dividends: dividendsIn([read.bars.dividend]),
      },
    };
  },
});

/** Pairs inside each cluster in ticker order, clusters in order of first appearance by ticker; noise is in none. */
export function pairsInClusters(rows: readonly { ticker: string; cluster: number }[]): [string, string][] {
  const byCluster = Map.groupBy(rows.filter((row) => row.cluster >= 0), (row) => row.cluster);
  return [...byCluster.values()].flatMap((members) => {
    const tickers = members.map((row) => row.ticker);
    return tickers.flatMap((first, i) => tickers.slice(i + 1).map((second): [string, string] => [first, second]));
  });
}
