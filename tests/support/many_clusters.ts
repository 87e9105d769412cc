import type { pairClusters } from "../../assets/mod.ts";
import type { RowOf } from "../../engine/mod.ts";

/** Rows of `pair_clusters` for so many tickers, spread over the map by their clusters. */
export function manyClusters(
  count: number,
  { as_of, ticker, clusterOf }: { as_of: string; ticker(i: number): string; clusterOf(i: number): number },
): RowOf<typeof pairClusters>[] {
  return Array.from({ length: count }, (_, i) => ({
    as_of,
    preset: "research",
    ticker: ticker(i),
    cluster: clusterOf(i),
    position: i,
    reachability: null,
    core_distance: null,
    component_1: Math.cos(i % 50) + i / 5_000,
    component_2: Math.sin(1.7 * (i % 50)) + (i % 7) / 50,
    component_3: null,
    component_4: null,
    component_5: null,
  }));
}
