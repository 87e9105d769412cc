import { z } from "zod";
import { cutBy, eager, identity, notEmpty, reads, type RowOf, table } from "../../engine/mod.ts";
import { dividendsIn } from "../market/dividends.ts";
import { rawDailyBars } from "../market/raw_daily_bars.ts";
import { sessions } from "../market/sessions.ts";
import { groupsIf, tickerGroups } from "../market/ticker_groups.ts";
import { ReceivedBars } from "../market/traded_bars.ts";
import { volumesIn } from "../market/volumes.ts";
import { asset } from "../resources.ts";
import { asOfColumn, AsOfConfig, asOfSessionsPerPart, closesAsOf, followed, formation } from "./as_of.ts";
import { NamedPair, withGroups } from "./candidate_sources.ts";
import { halfLifeBandColumns, halfLifeBandOf } from "./half_life_bands.ts";
import { pairClusters } from "./pair_clusters.ts";
import { keptPairs } from "./kept_pairs.ts";
import { judgePairs } from "./pair_criteria.ts";
import { pairStatistics } from "./pair_statistics.ts";
import { type Clustering, PairTestsConfig, testPairs } from "./pair_tests.ts";
import { loadingsOf } from "./return_loadings.ts";
import { hardToTrade, tradabilityColumns } from "./tradability_criteria.ts";

const CointegratedPair = z.object({
  as_of: asOfColumn,
  ticker_1: z.string().min(1).describe("The regressor x"),
  ticker_2: z.string().min(1).describe("The dependent leg y"),
  cluster: z.int().min(0).nullable().describe("Of both tickers; null if they share none"),
  sources: z.array(z.string()).describe("Sources of the pair: cluster, neighbours, group, distance, all, named"),
  slope: z.number().nullable().describe("Hedge ratio of y on x by least squares, in shares: of the closes"),
  intercept: z.number().nullable().describe("USD, of the same line"),
  adf_statistic: z.number().nullable(),
  adf_p_value: z.number().nullable().describe(
    "The criterion of the original: MacKinnon's p-value as if the spread had been observed, which is too small",
  ),
  used_lag: z.int().nullable().describe("Chosen by AIC"),
  engle_granger_p_value: z.number().nullable().describe(
    "MacKinnon's p-value for the residuals of an estimated line of ticker 2 on ticker 1; null if the legs are nearly collinear",
  ),
  engle_granger_p_value_reversed: z.number().nullable().describe(
    "The same with ticker 1 on ticker 2; null if not configured. The larger of both counts",
  ),
  adjusted_p_value: z.number().nullable().describe(
    "The p-value that counts, adjusted for all pairs tested (Benjamini and Hochberg)",
  ),
  earlier_p_value: z.number().nullable().describe(
    "The p-value that counts, confirmationSessions earlier; null if not configured",
  ),
  hurst_exponent: z.number().nullable(),
  half_life: z.number().nullable().describe("Sessions; negative if the spread does not revert"),
  ...halfLifeBandColumns,
  mean_crossings: z.int().nullable(),
  ...tradabilityColumns,
  accepted: z.boolean(),
  failed_criteria: z.array(z.object({ criterion: z.string(), reason: z.string() })).describe(
    "Each failed criterion with its reason",
  ),
});

/** Columns by which pages sort and filter. */
const searched = [
  "cluster",
  "slope",
  "adf_p_value",
  "engle_granger_p_value",
  "adjusted_p_value",
  "half_life",
  "hurst_exponent",
  "mean_crossings",
] as const;

/** Settings of `cointegrated_pairs`. */
export const CointegratedPairsConfig = z.strictObject({
  ...AsOfConfig.shape,
  ...PairTestsConfig.shape,
  namedPairs: z.array(NamedPair).default([]).describe(
    'Pairs that are tested even if no source proposes them, such as [["KO", "PEP"]]; those that chosen_pairs pins, unless set',
  ),
  keptRejected: z.int().min(0).nullable().default(null).describe(
    "Rejected pairs that are kept of each as-of session, those with the smallest p-values, beside accepted and named ones; null keeps all. All count as tested for adjusted p-values",
  ),
}).superRefine(({ namedPairs }, context) => {
  namedPairs.forEach(([ticker_1, ticker_2], i) => {
    if (ticker_1 !== ticker_2) return;
    context.addIssue({ code: "custom", path: ["namedPairs", i], message: `pairs ${ticker_1} with itself` });
  });
});
type CointegratedPairsConfig = z.output<typeof CointegratedPairsConfig>;

/**
 * Statistics of every candidate pair as of a session, and whether it is accepted.
 *
 * Statistics are of the spread between the tested prices: logarithms with dividends reinvested, by default. The hedge ratio is
 * always of the closes: the numbers of shares that offset each other.
 */
export const cointegratedPairs = asset({
  key: "cointegrated_pairs",
  module: import.meta,
  group: "pairs",
  layer: "gold",
  description:
    "Every candidate pair with its statistics as of a session, accepted if its spread reverts fast and often enough and this is unlikely to be chance.",
  deps: {
    bars: reads(rawDailyBars, formation),
    sessions: reads(sessions, formation),
    clusters: reads(pairClusters, identity),
    groups: reads(tickerGroups, ({ candidates }: CointegratedPairsConfig) => groupsIf(candidates.includes("group"))),
  },
  automation: eager(),
  blocks: [pairStatistics],
  config: CointegratedPairsConfig,
  row: CointegratedPair,
  primaryKey: ["as_of", "ticker_1", "ticker_2"],
  // As the page lists and filters them; for the date first, which each page filters by.
  orders: [["as_of", "-accepted", "engle_granger_p_value"], ...searched.map((column) => ["as_of", column] as const)],
  partitionedBy: { date: "as_of" },
  codeVersion: "6",
  partitionsDef: {
    wanted: ({ upstream: { clusters } }) => followed(clusters),
    missing: "latest",
    gone: "keep",
    chunks: cutBy({ dates: asOfSessionsPerPart }),
  },
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, partitions, config, signal, progress, inBlocks }) {
    const read = { bars: await ReceivedBars.read(inputs.bars), sessions: await inputs.sessions.rows() };
    const clustersAsOf = Map.groupBy(
      (await inputs.clusters.rows()).filter((row) => row.preset === config.clusterPreset),
      (row) => row.as_of,
    );
    const search = config.candidates.includes("group") ? withGroups(config, await inputs.groups.rows()) : config;
    const rows: z.output<typeof CointegratedPair>[] = [];
    const counts: [string, number, number, number][] = [];
    let untradable = 0;
    for (const { as_of, ...known } of closesAsOf(read, partitions.dates, asOfOf(config))) {
      const clusters = clustersAsOf.get(as_of) ?? [];
      requireSameCleaning(clusters, { as_of, tickers: known.matrix.tickers });
      const tests = await testPairs(known, clusteringOf(clusters), search, {
        signal,
        inBlocks,
        named: config.namedPairs,
        progress: (done, total) => progress(counts.length + done / total, partitions.dates.length),
      });
      const judged = judgePairs(tests, config);
      const kept = keptPairs(judged, {
        rejected: config.keptRejected,
        named: config.namedPairs,
        orders: config.testOrders,
      });
      for (const pair of kept) rows.push({ as_of, ...pair, ...halfLifeBandOf(pair, tests) });
      counts.push([as_of, judged.length, judged.filter(({ accepted }) => accepted).length, kept.length]);
      untradable += hardToTrade(judged);
      signal.throwIfAborted();
    }
    return {
      rows,
      metadata: {
        as_of: table(["as of", "tested", "accepted", "kept"], counts),
        candidates: config.candidates.join(", "),
        cluster_preset: config.clusterPreset,
        hard_to_trade: untradable,
        dividends: dividendsIn([[read.bars.largest.dividend]]),
        volumes: volumesIn([[read.bars.largest.volume]]),
      },
    };
  },
});

type ClusterRow = RowOf<typeof pairClusters>;

function asOfOf(
  { formationSessions, rule, maxStaleSessions, maxFilledShare }: z.output<typeof CointegratedPairsConfig>,
): z.output<typeof AsOfConfig> {
  return { formationSessions, rule, maxStaleSessions, maxFilledShare };
}

/** @throws {RangeError} If a ticker of the clusters has no prices in the formation. */
function requireSameCleaning(
  clusters: readonly ClusterRow[],
  { as_of, tickers }: { as_of: string; tickers: readonly string[] },
): void {
  const known = new Set(tickers);
  const unknownTicker = clusters.find(({ ticker }) => !known.has(ticker));
  if (!unknownTicker) return;
  throw new RangeError(
    `pair_clusters has ${unknownTicker.ticker} as of ${as_of}, which cleaning leaves out here. Give pair_clusters and cointegrated_pairs the same formationSessions, rule, maxStaleSessions and maxFilledShare.`,
  );
}

/** The clustering of one preset and as-of session, as input of a search. */
function clusteringOf(rows: readonly ClusterRow[]): Clustering {
  return { clusters: new Map(rows.map(({ ticker, cluster }) => [ticker, cluster])), points: loadingsOf(rows) };
}
