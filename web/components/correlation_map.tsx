import type { ClusterMembers } from "../cluster_members.ts";
import { clustersPath, type ClustersView } from "../cluster_path.ts";
import { counted, decimal } from "../figures.ts";
import { tickerPath } from "../ticker_path.ts";

/** Shades from the lowest to the highest correlation. */
const shades = 6;

/** Correlations of a cluster's members, shaded by how high they are, alike members beside each other: the map is the table. */
export function CorrelationMap({ of, view }: { of: ClusterMembers; view: ClustersView }) {
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
          : `${decimal(mean, 2)} on average, from ${decimal(least, 2)}, the palest, to ${
            decimal(most, 2)
          }, the deepest`}.
        {size > order.length && ` ${order.length} of ${counted(size, "member")}.`}{" "}
        Alike tickers stand beside each other.{" "}
        <a href={clustersPath({ ...view, cluster }, "correlations.csv")}>As CSV</a>
      </p>
      <div
        class="scroller correlations"
        tabindex={0}
        role="region"
        aria-label={`Correlations of cluster ${cluster}, may scroll`}
      >
        <table class="heat">
          <thead>
            <tr>
              <th scope="col">Ticker</th>
              {order.map((j) => <th scope="col" class="number" key={j}>{tickers[j]}</th>)}
            </tr>
          </thead>
          <tbody>
            {order.map((i) => (
              <tr key={i}>
                <th scope="row">
                  <a href={tickerPath(tickers[i]!)}>{tickers[i]}</a>
                </th>
                {order.map((j) =>
                  i === j ? <td class="number self" key={j}>1</td> : (
                    <td
                      class={`number ${shadeOf(correlations[i]![j]!)}`}
                      title={`${tickers[i]} and ${tickers[j]}: ${textOf(correlations[i]![j]!)}`}
                      key={j}
                    >
                      {textOf(correlations[i]![j]!)}
                    </td>
                  )
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function textOf(correlation: number): string {
  return Number.isFinite(correlation) ? decimal(correlation, 2) : "–";
}
