import { z } from "zod";
import { cutBy, eager, identity, notEmpty, reads, table } from "../../engine/mod.ts";
import { fewestMappedPoints, tSne } from "../../quant/mod.ts";
import { asset } from "../resources.ts";
import { takingTurns } from "../../resources/turns.ts";
import { asOfColumn, asOfSessionsPerPart, followed } from "./as_of.ts";
import { pairClusters } from "./pair_clusters.ts";
import { loadingsOf } from "./return_loadings.ts";

const coordinate = z.number().describe("Place in the plane; axes and distances between groups mean nothing");

const MappedTicker = z.object({
  as_of: asOfColumn,
  ticker: z.string().min(1),
  x: coordinate,
  y: coordinate,
});

/** Settings of `ticker_map`. */
export const TickerMapConfig = z.strictObject({
  perplexity: z.number().min(2).max(500).default(30).describe(
    "About how many neighbours each ticker has; never more than a third of the others",
  ),
  iterations: z.int().min(100).max(10_000).default(1000).describe("Steps of gradient descent"),
});

/**
 * Tickers in the plane, with similar ones close together: t-SNE of the loadings of `pair_clusters`.
 *
 * A separate asset, because the choice of pairs does not depend on it and must not wait for it or become stale with it. As-of
 * sessions with fewer than five tickers have no map.
 */
export const tickerMap = asset({
  key: "ticker_map",
  module: import.meta,
  group: "pairs",
  layer: "gold",
  description: "Tickers in the plane as of a session, similar ones side by side, by t-SNE.",
  deps: { clusters: reads(pairClusters, identity) },
  automation: eager(),
  config: TickerMapConfig,
  row: MappedTicker,
  primaryKey: ["as_of", "ticker"],
  partitionedBy: { date: "as_of" },
  partitionsDef: {
    wanted: ({ upstream: { clusters } }) => followed(clusters),
    missing: "latest",
    gone: "keep",
    chunks: cutBy({ dates: asOfSessionsPerPart }),
  },
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, partitions, config, signal, progress }) {
    const asOf = Map.groupBy(await inputs.clusters.rows(), (row) => row.as_of);
    const rows: z.output<typeof MappedTicker>[] = [];
    const counts: [string, number][] = [];
    const turn = takingTurns();
    for (const as_of of partitions.dates) {
      // Loadings are equal under every OPTICS preset.
      const points = loadingsOf((asOf.get(as_of) ?? []).filter((row, _, [first]) => row.preset === first!.preset));
      if (points.size >= fewestMappedPoints) {
        const places = await tSne([...points.values()], {
          ...config,
          async afterStep() {
            await turn();
            signal.throwIfAborted();
          },
        });
        [...points.keys()].forEach((ticker, i) => rows.push({ as_of, ticker, x: places[i]![0]!, y: places[i]![1]! }));
      }
      counts.push([as_of, points.size]);
      progress(counts.length, partitions.dates.length);
    }
    return { rows, metadata: { as_of: table(["as of", "tickers"], counts) } };
  },
});
