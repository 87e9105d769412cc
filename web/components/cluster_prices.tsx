import { cleanPrices } from "../../assets/views.ts";
import type { ClusterMembers } from "../cluster_members.ts";
import { clusterCsvPath, type ClustersSearch } from "../cluster_search.ts";
import { counted, decimal } from "../figures.ts";
import { Chart, ChartTable, lineColours } from "./chart.tsx";

/** Each colour solid and dashed, but one: more lines cannot be told apart. */
export const mostDrawn = 2 * lineColours.length - 1;

/** Prices of a cluster's members over its formation, all starting at 100. */
export function ClusterPrices({ of, search }: { of: ClusterMembers; search: ClustersSearch }) {
  const { cluster, size, sessions, dividends } = of;
  const tickers = of.tickers.slice(0, mostDrawn);
  if (sessions.length < 2 || tickers.length === 0) {
    return <p class="empty">{cleanPrices.key} has no closes of these tickers up to {search.asOf}.</p>;
  }
  const indices = of.indices.slice(0, mostDrawn);
  const last = sessions.length - 1;
  const ends = indices.map((values) => values[last]!);
  return (
    <>
      {size > tickers.length && <NotDrawn of={of} drawn={tickers.length} />}
      <Chart
        id="cluster-chart"
        label={`Prices of ${counted(tickers.length, "ticker")} of cluster ${cluster}, all 100 on ${
          sessions[0]
        }: between ${decimal(Math.min(...ends), 1)} and ${decimal(Math.max(...ends), 1)} on ${sessions[last]}`}
        data={{
          sessions,
          panes: [{
            format: "index",
            lines: tickers.map((name, i) => ({
              name,
              colour: lineColours[i % lineColours.length]!,
              values: indices[i]!,
              ...i >= lineColours.length && { shape: "dashed" as const },
            })),
          }],
        }}
        caption={`100 on ${sessions[0]}, the first of ${counted(sessions.length, "session")} of the formation. ${
          dividends === 0
            ? "The source has no dividends of these tickers."
            : `With ${counted(dividends, "dividend")} reinvested.`
        } Current closes, including corrections made after the clusters were found.`}
      >
        <ChartTable
          label="Prices of the cluster, from 100"
          columns={tickers}
          sessions={sessions}
          cells={(t) => indices.map((values) => decimal(values[t]!, 1))}
          csv={[{ title: `cluster ${cluster}`, href: clusterCsvPath(search, "prices", cluster) }]}
        />
      </Chart>
    </>
  );
}

/** Number and names of members not drawn: those beyond the maximum, and those without closes. */
function NotDrawn({ of: { tickers, beyond, incomplete, size }, drawn }: { of: ClusterMembers; drawn: number }) {
  const others = [...tickers.slice(drawn), ...beyond];
  return (
    <p class="about">
      {drawn} of {counted(size, "member")} are drawn.
      {others.length > 0 && ` Not drawn, outside the densest part of the cluster: ${others.join(", ")}.`}
      {incomplete.length > 0 && ` Not drawn, since they lack closes of the formation now: ${incomplete.join(", ")}.`}
    </p>
  );
}
