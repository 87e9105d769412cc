import { Address, date, named, number, oneOf, type SearchOf, standing, text } from "./address.ts";
import { type Projection, projections } from "./cluster_map.ts";

/** The address of the page of clusters. */
export const clustersAddress = new Address("/pairs/clusters", {
  asOf: named("as_of", date("As of")),
  preset: text({ longest: 40 }),
  projection: named("map", standing("components", oneOf("Map", Object.keys(projections) as Projection[]))),
  cluster: number("Cluster", { whole: true }),
  /** A ticker or the number of a cluster. */
  find: text({ longest: 40 }),
});
export type ClustersSearch = SearchOf<typeof clustersAddress>;

/** Address of the comparison of a cluster's members. */
export function clusterPath(search: ClustersSearch, cluster: number): string {
  return `${clustersAddress.write(search, { cluster })}#cluster`;
}

/** Address of a cluster's table as CSV. */
export function clusterCsvPath(search: ClustersSearch, table: "prices" | "correlations", cluster: number): string {
  return clustersAddress.write(search, { cluster }, { path: `${clustersAddress.path}/${table}.csv` });
}
