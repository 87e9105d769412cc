import { z } from "zod";
import { cointegratedPairs, pairClusters } from "../assets/views.ts";
import { type Engine, equalTo } from "../engine/mod.ts";

/** Parts of the engine used by the map of clusters. */
export type ClustersEngine = Pick<Engine, "graph" | "read" | "newestDate" | "datesWithRows" | "materializations">;

/** A ticker on the map. */
export interface MappedTicker {
  ticker: string;
  /** −1 for noise. */
  cluster: number;
  /** Standardized loadings on the two leading components. */
  x: number;
  y: number;
}

/** Tickers by how they move, and which of them move together. */
export interface ClusterMap {
  preset: string;
  /** Settings of OPTICS that there are. */
  presets: string[];
  /** Preset whose clusters are used; `null` where no pair has been tested. */
  testedPreset: string | null;
  asOf: string;
  /** As-of sessions that there are, newest first. */
  asOfSessions: string[];
  tickers: MappedTicker[];
  clusters: { cluster: number; tickers: string[] }[];
  materialization: number;
}

/**
 * Reads the map of an as-of session, the newest by default; `null` where there are no clusters, of that session or at all.
 *
 * What an address says is judged here: an unknown preset or a text that is no date counts as not given.
 */
export async function readClusterMap(
  engine: ClustersEngine,
  wanted: { asOf?: string; preset?: string } = {},
): Promise<ClusterMap | null> {
  if (!engine.graph.keys.includes(pairClusters.key)) return null;
  const asOfSessions = await engine.datesWithRows(pairClusters.key);
  const isDate = z.iso.date().safeParse(wanted.asOf).success;
  const asOf = isDate ? wanted.asOf! : await engine.newestDate(pairClusters.key);
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
  const tickers = rows.filter((row) => row.preset === preset).map((row) => ({
    ticker: row.ticker,
    cluster: row.cluster,
    x: row.component_1 ?? 0,
    y: row.component_2 ?? 0,
  }));
  const members = Map.groupBy(tickers.filter(({ cluster }) => cluster >= 0), ({ cluster }) => cluster);
  return {
    preset,
    presets,
    testedPreset,
    asOf,
    asOfSessions,
    tickers,
    clusters: [...members].sort(([a], [b]) => a - b)
      .map(([cluster, of]) => ({ cluster, tickers: of.map(({ ticker }) => ticker) })),
    materialization,
  };
}
