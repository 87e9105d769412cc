import { cointegratedPairs, pairClusters, tickerMap } from "../assets/views.ts";
import { type Engine, equalTo } from "../engine/mod.ts";

/** Parts of the engine used by the map of clusters. */
export type ClustersEngine = Pick<Engine, "graph" | "read" | "newestDate" | "datesWithRows" | "materializations">;

/** A ticker on the map. */
export interface MappedTicker {
  ticker: string;
  /** −1 for noise. */
  cluster: number;
  /** Standardized loadings on the two leading components, or coordinates by t-SNE. */
  x: number;
  y: number;
}

/** Projections that place tickers on the map. */
export const projections = { components: "Principal components", tsne: "t-SNE" } as const;
export type Projection = keyof typeof projections;

/** Tickers placed by how they move, with their clusters. */
export interface ClusterMap {
  preset: string;
  /** Presets of OPTICS settings that have clusters. */
  presets: string[];
  /** Preset whose clusters were tested for pairs; `null` if no pair has been tested. */
  testedPreset: string | null;
  asOf: string;
  /** As-of sessions that have clusters, newest first. */
  asOfSessions: string[];
  /** Projections that the project has, and the one shown. */
  projections: Projection[];
  projection: Projection;
  /** Empty if the projection was not made as of the session. */
  places: MappedTicker[];
  /** Number of tickers, on the map or not. */
  tickers: number;
  clusters: { cluster: number; tickers: string[] }[];
  materialization: number;
}

/**
 * Reads the map of an as-of session, the newest by default; `null` if that session has no clusters or there are none at all.
 *
 * An unknown preset, or a projection that the project does not have, counts as not given.
 */
export async function readClusterMap(
  engine: ClustersEngine,
  wanted: { asOf?: string; preset?: string; projection?: Projection } = {},
): Promise<ClusterMap | null> {
  if (!engine.graph.keys.includes(pairClusters.key)) return null;
  const asOfSessions = await engine.datesWithRows(pairClusters.key);
  const asOf = wanted.asOf ?? await engine.newestDate(pairClusters.key);
  if (asOf === null) return null;
  const [tested] = engine.graph.keys.includes(cointegratedPairs.key)
    ? await engine.materializations(cointegratedPairs.key, { limit: 1 })
    : [];
  const testedPreset = (tested?.config as { clusterPreset?: string } | undefined)?.clusterPreset ?? null;
  const { rows, materialization } = await engine.read(pairClusters, {
    filters: equalTo({ as_of: asOf }),
    fields: ["preset", "ticker", "cluster", "component_1", "component_2"],
  });
  if (materialization === null || rows.length === 0) return null;
  const presets = [...new Set<string>(rows.map((row) => row.preset))];
  const preset = presets.find((name) => name === wanted.preset) ??
    presets.find((name) => name === testedPreset) ?? presets[0]!;
  const own = rows.filter((row) => row.preset === preset);
  const members = Map.groupBy(own.filter(({ cluster }) => cluster >= 0), ({ cluster }) => cluster);
  const known: Projection[] = engine.graph.keys.includes(tickerMap.key) ? ["components", "tsne"] : ["components"];
  const projection = known.find((name) => name === wanted.projection) ?? "components";
  const placeOf = projection === "tsne" ? await readTSne(engine, asOf) : componentsOf(own);
  return {
    preset,
    presets,
    testedPreset,
    asOf,
    asOfSessions,
    projections: known,
    projection,
    places: own.flatMap(({ ticker, cluster }) => {
      const place = placeOf.get(ticker);
      return place ? [{ ticker, cluster, ...place }] : [];
    }),
    tickers: own.length,
    clusters: [...members].sort(([a], [b]) => a - b)
      .map(([cluster, of]) => ({ cluster, tickers: of.map(({ ticker }) => ticker) })),
    materialization,
  };
}

type Places = Map<string, { x: number; y: number }>;

function componentsOf(
  rows: readonly { ticker: string; component_1: number | null; component_2: number | null }[],
): Places {
  return new Map(rows.map((row) => [row.ticker, { x: row.component_1 ?? 0, y: row.component_2 ?? 0 }]));
}

async function readTSne(engine: ClustersEngine, asOf: string): Promise<Places> {
  const { rows } = await engine.read(tickerMap, {
    filters: equalTo({ as_of: asOf }),
    fields: ["ticker", "x", "y"],
  });
  return new Map(rows.map(({ ticker, x, y }) => [ticker, { x, y }]));
}
