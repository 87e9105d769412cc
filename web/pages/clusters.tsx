import { pairClusters } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import type { ClusterMap } from "../cluster_map.ts";
import { ClusterChart } from "../components/cluster_chart.tsx";
import { PairTabs } from "../components/pair_tabs.tsx";
import { count, counted } from "../figures.ts";
import { Layout } from "../layout.tsx";
import { rowsPath } from "../rows_path.ts";

/** Which tickers move together, as of a session. */
export function ClustersPage({ map, asked }: { map: ClusterMap | null; asked: { asOf?: string } }) {
  return (
    <Layout
      title="Clusters · Tandem"
      path="/pairs/clusters"
      styles={["pairs.css"]}
      headline={
        <div class="headline">
          <div>
            <h1>Clusters</h1>
            <p>
              {map === null
                ? "Tickers whose returns move together: pairs are searched inside each cluster."
                : `Tickers whose returns move together as of ${map.asOf}: pairs are searched inside each cluster. From materialization ${map.materialization} of ${pairClusters.key}.`}
            </p>
          </div>
        </div>
      }
    >
      <section class="panel" aria-label="Clusters">
        <PairTabs path="/pairs/clusters" />
        {map === null ? <Absent asked={asked} /> : <Found map={map} />}
      </section>
    </Layout>
  );
}

function Absent({ asked: { asOf } }: { asked: { asOf?: string } }) {
  return asOf === undefined
    ? (
      <p class="empty">
        There are no clusters yet: they appear here once {pairClusters.key} is materialized.{" "}
        <a href={`/assets/${pairClusters.key}`}>Open {pairClusters.key}</a>
      </p>
    )
    : (
      <p class="empty">
        There are no clusters as of {asOf.slice(0, 40)}. <a href="/pairs/clusters">Show the newest</a>
      </p>
    );
}

function Found({ map }: { map: ClusterMap }) {
  const { preset, presets, testedPreset, asOf, asOfSessions, tickers, clusters } = map;
  const inside = clusters.reduce((sum, cluster) => sum + cluster.tickers.length, 0);
  const csv = rowsPath(pairClusters, equalTo({ as_of: asOf, preset }), { order: ["cluster", "ticker"] });
  return (
    <>
      <form class="filters" action="/pairs/clusters" method="get" aria-label="Clusters">
        <label>
          As of
          <select name="as_of">
            {asOfSessions.map((session) => (
              <option key={session} value={session} selected={session === asOf}>{session}</option>
            ))}
          </select>
        </label>
        <label>
          Clustering preset
          <select name="preset">
            {presets.map((name) => (
              <option value={name} selected={name === preset}>
                {name}
                {name === testedPreset ? " (used for the pairs)" : ""}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" class="primary">Show</button>
      </form>
      <p class="about">
        {counted(tickers.length, "ticker")}, {count(inside)} of them in{" "}
        {counted(clusters.length, "cluster")}. Axes: PCA loadings, compressed at the extremes. Tickers close on these
        two components may be apart on the others.
      </p>
      <ClusterChart map={map} />
      <details open={clusters.length <= 12}>
        <summary>{counted(clusters.length, "cluster")} with their tickers</summary>
        <p class="faint">
          <a href={csv}>Every ticker as CSV</a>
        </p>
        <div class="scroller bounded" tabindex={0} role="region" aria-label="Clusters, may scroll">
          <table>
            <thead>
              <tr>
                <th scope="col" class="number">Cluster</th>
                <th scope="col" class="number">Tickers</th>
                <th scope="col" class="number">Pairs</th>
                <th scope="col">Which</th>
              </tr>
            </thead>
            <tbody>
              {clusters.map(({ cluster, tickers }) => (
                <tr>
                  <th scope="row" class="number">{cluster}</th>
                  <td class="number">{tickers.length}</td>
                  <td class="number">
                    {preset === testedPreset
                      ? (
                        <a href={`/pairs?as_of=${asOf}&cluster=${cluster}`}>
                          {count(tickers.length * (tickers.length - 1) / 2)}
                        </a>
                      )
                      : count(tickers.length * (tickers.length - 1) / 2)}
                  </td>
                  <td class="reason">
                    {tickers.map((ticker, i) => (
                      <>
                        {i > 0 && ", "}
                        <a href={`/tickers/${encodeURIComponent(ticker)}`}>{ticker}</a>
                      </>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}
