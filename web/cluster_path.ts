import type { Projection } from "./cluster_map.ts";

/** What of the clusters an address names. */
export interface ClustersView {
  asOf: string;
  preset: string;
  projection?: Projection;
  cluster?: number;
}

/** The address of the page of clusters, or of one of its tables. */
export function clustersPath(view: ClustersView, table?: "prices.csv" | "correlations.csv"): string {
  const { asOf, preset, projection = "components", cluster } = view;
  const parameters = new URLSearchParams({ as_of: asOf, preset });
  if (projection !== "components") parameters.set("map", projection);
  if (cluster !== undefined) parameters.set("cluster", String(cluster));
  return `/pairs/clusters${table ? `/${table}` : ""}?${parameters}`;
}
