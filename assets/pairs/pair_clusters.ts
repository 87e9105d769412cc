import { z } from "zod";
import { eager, notEmpty, table } from "../../engine/mod.ts";
import { alignCloses, optics } from "../../quant/mod.ts";
import { cleanPrices } from "../market/clean_prices.ts";
import { asset } from "../resources.ts";
import { returnLoadings } from "./return_loadings.ts";

/** The two settings of OPTICS that the original service and its research used. */
export const clusterPresets = {
  service: { minSamples: 5, maxEps: 10, xi: 0.1 },
  research: { minSamples: 3, maxEps: 5, xi: 0.05 },
} as const;

/** Which setting of OPTICS. */
export const ClusterPreset = z.enum(["service", "research"]);

/** Two returns are the fewest that vary. */
const fewestSessions = 3;

const component = z.number().nullable().describe("Standardized loading; null where there are fewer components");

const PairCluster = z.object({
  preset: ClusterPreset.describe("Setting of OPTICS"),
  ticker: z.string().min(1),
  cluster: z.int().min(-1).describe("Number of the cluster from 0, −1 for noise"),
  position: z.int().min(0).describe("Place in the order of OPTICS"),
  reachability: z.number().nullable().describe("null where nothing reaches it"),
  core_distance: z.number().nullable().describe("null where it has too few neighbours"),
  component_1: component,
  component_2: component,
  component_3: component,
  component_4: component,
  component_5: component,
});

/** Tickers that move together: returns → principal components → scaling → OPTICS, under both presets. */
export const pairClusters = asset({
  key: "pair_clusters",
  module: import.meta,
  group: "pairs",
  layer: "gold",
  description: "Tickers that move together, found by OPTICS on the loadings of their returns.",
  deps: { prices: cleanPrices },
  automation: eager(),
  row: PairCluster,
  primaryKey: ["preset", "ticker"],
  checks: [notEmpty()],

  async materialize({ inputs, progress }) {
    const matrix = alignCloses(await inputs.prices.columns("ticker", "session", "close"));
    if (matrix.sessions.length < fewestSessions) {
      throw new RangeError(
        `clean_prices has ${matrix.sessions.length} sessions; clusters need at least ${fewestSessions}. Give market data of more sessions.`,
      );
    }
    const { tickers, points, dropped, explainedVariance } = returnLoadings(matrix);
    const steps = 1 + ClusterPreset.options.length;
    progress(1, steps);
    const finite = (value: number) => Number.isFinite(value) ? value : null;
    const found: [string, number, number, number][] = [];
    const rows = ClusterPreset.options.flatMap((preset, done) => {
      const { labels, ordering, reachability, coreDistances } = optics(points, clusterPresets[preset]);
      progress(2 + done, steps);
      const clusters = new Set(labels.filter((label) => label >= 0)).size;
      found.push([preset, clusters, labels.filter((label) => label >= 0).length, pairsInside(labels)]);
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
    return {
      rows,
      metadata: {
        tickers: tickers.length,
        dropped_without_returns: dropped.length,
        explained_variance: explainedVariance,
        clusters: table(["preset", "clusters", "tickers", "pairs"], found),
      },
    };
  },
});

function pairsInside(labels: Int32Array): number {
  const sizes = new Map<number, number>();
  for (const label of labels) if (label >= 0) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  return [...sizes.values()].reduce((sum, size) => sum + size * (size - 1) / 2, 0);
}
