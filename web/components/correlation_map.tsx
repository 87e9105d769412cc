import type { ClusterMembers } from "../cluster_members.ts";
import { clusterCsvPath, type ClustersSearch } from "../cluster_search.ts";
import { counted, decimal } from "../figures.ts";
import { tickerPath } from "../ticker_path.ts";
import { type Column, DataTable } from "./data_table.tsx";

/** Number of shades from the lowest to the highest correlation. */
const shades = 6;

/** Correlations of a cluster's members as a shaded table, similar members side by side. */
export function CorrelationMap({ of, search }: { of: ClusterMembers; search: ClustersSearch }) {
  const { cluster, tickers, correlations, order, sessions, size } = of;
  if (order.length < 2) return <p class="empty">There are no two members whose returns can be compared.</p>;
  const pairs = order.flatMap((i, at) => order.slice(0, at).map((j) => correlations[i]![j]!)).filter(Number.isFinite);
  const [least, most] = [Math.min(...pairs), Math.max(...pairs)];
  const mean = pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
  const shadeOf = (value: number) =>
    Number.isFinite(value)
      ? `shade-${most > least ? Math.round((shades - 1) * (value - least) / (most - least)) : 0}`
      : "";
  return (
    <>
      <p class="about">
        Correlations of daily returns over {counted(sessions.length - 1, "session")} of the formation,{" "}
        {pairs.length === 0
          ? "none of them defined"
          : `${decimal(mean, 2)} on average, shaded from ${decimal(least, 2)} to ${decimal(most, 2)}`}.
        {size > order.length && ` ${order.length} of ${counted(size, "member")}.`} Similar tickers are adjacent.{" "}
        <a href={clusterCsvPath(search, "correlations", cluster)}>As CSV</a>
      </p>
      <DataTable
        label={`Correlations of cluster ${cluster}`}
        class="heat correlations"
        columns={[
          {
            title: "Ticker",
            header: true,
            cell: (i: number) => <a href={tickerPath(tickers[i]!)}>{tickers[i]}</a>,
          },
          ...order.map((j): Column<number> => ({
            title: tickers[j]!,
            number: true,
            cell: (i) => i === j ? "1" : textOf(correlations[i]![j]!),
            cellClass: (i) => i === j ? "self" : shadeOf(correlations[i]![j]!),
            cellTitle: (i) => i === j ? undefined : `${tickers[i]} and ${tickers[j]}: ${textOf(correlations[i]![j]!)}`,
          })),
        ]}
        rows={order}
      />
    </>
  );
}

function textOf(correlation: number): string {
  return Number.isFinite(correlation) ? decimal(correlation, 2) : "–";
}
