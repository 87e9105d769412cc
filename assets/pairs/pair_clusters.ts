import { z } from "zod";
import { cutBy, eager, notEmpty, reads, table } from "../../engine/mod.ts";
import { optics, type PriceMatrix } from "../../quant/mod.ts";
import { nextTurn } from "../../resources/turns.ts";
import { rawDailyBars } from "../market/raw_daily_bars.ts";
import { completeSessions, type SessionRow, sessions } from "../market/sessions.ts";
import { ReceivedBars } from "../market/traded_bars.ts";
import { asset } from "../resources.ts";
import { asOfColumn, AsOfConfig, asOfDates, asOfSessionsPerPart, closesAsOf, formation } from "./as_of.ts";
import { returnLoadings } from "./return_loadings.ts";

/** The OPTICS settings of the original service and of its research. */
export const clusterPresets = {
  service: { minSamples: 5, maxEps: 10, xi: 0.1 },
  research: { minSamples: 3, maxEps: 5, xi: 0.05 },
} as const;

/** Name of an OPTICS setting. */
export const ClusterPreset = z.enum(["service", "research"]);

const component = z.number().nullable().describe("Standardized loading; null if there are fewer components");

const PairCluster = z.object({
  as_of: asOfColumn,
  preset: ClusterPreset.describe("Setting of OPTICS"),
  ticker: z.string().min(1),
  cluster: z.int().min(-1).describe("Number of the cluster from 0, −1 for noise"),
  position: z.int().min(0).describe("Place in the order of OPTICS"),
  reachability: z.number().nullable().describe("null if it is not reachable"),
  core_distance: z.number().nullable().describe("null with too few neighbours"),
  component_1: component,
  component_2: component,
  component_3: component,
  component_4: component,
  component_5: component,
});

/** Settings of `pair_clusters`. */
export const PairClustersConfig = AsOfConfig.extend({
  every: z.enum(["session", "week", "month"]).default("week").describe(
    "Frequency of the search for pairs: as of each session, or of the last one of each week or month",
  ),
});

/**
 * Tickers that move together: returns → principal components → scaling → OPTICS, under both presets, as of the last session of
 * each week.
 *
 * Each as-of session is cleaned and clustered independently, from the closes of its formation only, in shares of its end. A
 * partition is kept while its as-of session exists: `pair_clusters`, `cointegrated_pairs` and `chosen_pairs` are a history of
 * selections. The newest is made by default, older ones by a backfill.
 */
export const pairClusters = asset({
  key: "pair_clusters",
  module: import.meta,
  group: "pairs",
  layer: "gold",
  description: "Tickers that move together as of a session, found by OPTICS on the loadings of their returns.",
  // Bars as received, because adjusted prices contain later splits.
  deps: { bars: reads(rawDailyBars, formation), sessions: reads(sessions, formation) },
  automation: eager(),
  config: PairClustersConfig,
  row: PairCluster,
  primaryKey: ["as_of", "preset", "ticker"],
  partitionedBy: { date: "as_of" },
  codeVersion: "3",
  partitionsDef: {
    async wanted({ upstream, config: { every }, resources: { calendar } }) {
      const rows = await upstream.sessions.rows() as readonly SessionRow[];
      const complete = completeSessions(rows);
      const known = new Set(complete);
      const first = rows[0]?.session;
      return {
        dates: asOfDates(complete, { every, calendar }),
        // Dates before the first session were sessions that the source has since dropped. A later date that is not a complete
        // session never was an as-of session.
        isDate: (date) => first === undefined || date < first || known.has(date),
      };
    },
    missing: "latest",
    gone: "keep",
    chunks: cutBy({ dates: asOfSessionsPerPart }),
  },
  checks: [notEmpty()],

  async materialize({ inputs, partitions, config: { every: _, ...asOf }, signal, progress }) {
    const read = { bars: await ReceivedBars.read(inputs.bars), sessions: await inputs.sessions.rows() };
    const rows: z.output<typeof PairCluster>[] = [];
    const found: Found[] = [];
    for (const { as_of, matrix } of closesAsOf(read, partitions.dates, asOf)) {
      const clusters = clustersOf(matrix);
      for (const row of clusters.rows) rows.push({ as_of, ...row });
      found.push({ as_of, ...clusters });
      // Each takes some tenths of a second: yield to other requests in between.
      await nextTurn();
      signal.throwIfAborted();
      progress(found.length, partitions.dates.length);
    }
    return {
      rows,
      metadata: {
        as_of: table(
          ["as of", "tickers", "dropped without returns", "explained variance"],
          found.map((one) => [one.as_of, one.tickers, one.dropped, one.explainedVariance]),
        ),
        clusters: table(
          ["as of", "preset", "clusters", "tickers", "pairs"],
          found.flatMap(({ as_of, presets }) =>
            presets.map(({ preset, clusters, tickers, pairs }) => [as_of, preset, clusters, tickers, pairs])
          ),
        ),
      },
    };
  },
});

type Found = { as_of: string } & ReturnType<typeof clustersOf>;

/** Clusters of one formation under both presets. */
function clustersOf(matrix: PriceMatrix) {
  const { tickers, points, dropped, explainedVariance } = returnLoadings(matrix);
  const finite = (value: number) => Number.isFinite(value) ? value : null;
  const presets: { preset: string; clusters: number; tickers: number; pairs: number }[] = [];
  const rows = ClusterPreset.options.flatMap((preset) => {
    const { labels, ordering, reachability, coreDistances } = optics(points, clusterPresets[preset]);
    const inside = labels.filter((label) => label >= 0);
    presets.push({ preset, clusters: new Set(inside).size, tickers: inside.length, pairs: pairsInside(labels) });
    const position = new Int32Array(ordering.length);
    ordering.forEach((point, place) => position[point] = place);
    return tickers.map((ticker, i) => ({
      preset,
      ticker,
      cluster: labels[i]!,
      position: position[i]!,
      reachability: finite(reachability[i]!),
      core_distance: finite(coreDistances[i]!),
      component_1: points[i]![0] ?? null,
      component_2: points[i]![1] ?? null,
      component_3: points[i]![2] ?? null,
      component_4: points[i]![3] ?? null,
      component_5: points[i]![4] ?? null,
    }));
  });
  return { rows, tickers: tickers.length, dropped: dropped.length, explainedVariance, presets };
}

function pairsInside(labels: Int32Array): number {
  const sizes = new Map<number, number>();
  for (const label of labels) if (label >= 0) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  return [...sizes.values()].reduce((sum, size) => sum + size * (size - 1) / 2, 0);
}
