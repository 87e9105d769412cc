import { pairClusters, tickerMap } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { type ClusterMap, projections } from "../cluster_map.ts";
import type { ClusterMembers } from "../cluster_members.ts";
import { clusterPath, clustersAddress } from "../cluster_search.ts";
import { ChartCredit } from "../components/chart.tsx";
import { ClusterChart } from "../components/cluster_chart.tsx";
import { ClusterPrices } from "../components/cluster_prices.tsx";
import { CorrelationMap } from "../components/correlation_map.tsx";
import { DataTable } from "../components/data_table.tsx";
import { LivePanel } from "../components/live_panel.tsx";
import { count, counted } from "../figures.ts";
import { Layout } from "../layout.tsx";
import { rowsPath } from "../rows_path.ts";
import { PageHead } from "../components/page_head.tsx";
import { Select } from "../components/field.tsx";
import { TickerLinks } from "../components/ticker_links.tsx";
import { ChoiceLinks } from "../components/choice_links.tsx";
import { NotYet } from "../components/not_yet.tsx";
import { ParameterProblems, type Problems } from "../components/search_problems.tsx";
import { PageTabs } from "../components/page_tabs.tsx";

/** Clusters of tickers as of a session, and the members of one cluster. */
export function ClustersPage(
  { map, members, problems, asOf, find }: {
    map: ClusterMap | null;
    members: ClusterMembers | null;
    /** Unavailable parameters of the address, with the problem. */
    problems: Problems;
    asOf: string | undefined;
    /** A ticker or the number of a cluster that is looked for. */
    find: string | undefined;
  },
) {
  return (
    <Layout
      title="Clusters · Tandem"
      path="/pairs/clusters"
      script="clusters.js"
      styles={["pairs.css"]}
      sections={members === null
        ? []
        : [{ id: "map", title: "Map" }, { id: "cluster", title: "Prices and correlations" }]}
      headline={
        <PageHead title="Clusters">
          {map === null
            ? "Tickers whose returns move together: pairs are searched inside each cluster."
            : `Tickers whose returns move together as of ${map.asOf}: pairs are searched inside each cluster. From materialization ${map.materialization} of ${pairClusters.key}.`}
        </PageHead>
      }
    >
      <section id="map" class="panel" aria-label="Clusters">
        <PageTabs of="Pairs" path="/pairs/clusters" />
        <ParameterProblems problems={problems} />
        {map === null ? <Absent asOf={asOf} /> : <Found map={map} find={find} />}
      </section>
      {map !== null && members !== null && <Members map={map} of={members} />}
    </Layout>
  );
}

function Absent({ asOf }: { asOf: string | undefined }) {
  return asOf === undefined
    ? <NotYet of={pairClusters} link="Open" appears="they appear here">There are no clusters yet</NotYet>
    : (
      <p class="empty">
        There are no clusters as of {asOf}. <a href="/pairs/clusters">Show the newest</a>
      </p>
    );
}

function Found({ map, find }: { map: ClusterMap; find: string | undefined }) {
  const { preset, presets, testedPreset, asOf, asOfSessions, tickers, clusters, projection } = map;
  const inside = clusters.reduce((sum, cluster) => sum + cluster.tickers.length, 0);
  const found = foundTickers(map, find);
  const csv = rowsPath(pairClusters, equalTo({ as_of: asOf, preset }), { order: ["cluster", "ticker"] });
  return (
    <>
      <form class="filters" action="/pairs/clusters" method="get" aria-label="Clusters">
        <Select label="As of" name="as_of" options={asOfSessions} chosen={asOf} />
        <Select
          label="Clustering preset"
          name="preset"
          options={presets}
          chosen={preset}
          words={(name) => `${name}${name === testedPreset ? " (used for the pairs)" : ""}`}
        />
        {projection !== "components" && <input type="hidden" name="map" value={projection} />}
        <button type="submit" class="primary">Show</button>
      </form>
      <p class="about">
        {counted(tickers, "ticker")}, {count(inside)} of them in {counted(clusters.length, "cluster")}.{" "}
        {projection === "components"
          ? "Axes: PCA loadings, compressed at the extremes. Tickers close on these two components may be apart on the others."
          : "t-SNE of all five PCA loadings: neighbours have similar loadings. Directions, sizes of groups and distances between groups mean nothing."}
      </p>
      <div class="map-head">
        <Projections map={map} />
        <form action="/pairs/clusters" method="get" role="search" aria-label="Map">
          {clustersAddress.entries({ ...map, cluster: undefined, find: undefined }).map(([name, value]) => (
            <input type="hidden" name={name} value={value} key={name} />
          ))}
          <input
            type="search"
            name="find"
            value={find ?? ""}
            placeholder="Ticker or cluster"
            aria-label="Find a ticker or cluster"
            autocomplete="off"
            data-find
          />
          <button type="submit">Find</button>
        </form>
        <p class="faint" role="status" data-found>
          {find !== undefined && found.size === 0 && `No ticker or cluster matches “${find}”.`}
        </p>
      </div>
      {map.places.length === 0
        ? (
          <p class="empty">
            There is no t-SNE map as of {asOf}: it appears here once {tickerMap.key}{" "}
            is materialized for this session and at least five tickers.{" "}
            <a href={`/assets/${tickerMap.key}`}>Open {tickerMap.key}</a>
          </p>
        )
        : (
          <>
            <p class="faint">
              Pointing at a ticker or number highlights its cluster, a click keeps it. Drag to move. The wheel zooms
              once the map is clicked, as do + and −. A double click shows all. <a href={csv}>Every ticker as CSV</a>
            </p>
          </>
        )}
      <div class="cluster-layout">
        {map.places.length > 0 && <ClusterChart map={map} found={found} />}
        <DataTable
          label="Clusters"
          bounded
          row={({ cluster }) => ({ "data-cluster": String(cluster) })}
          columns={[
            {
              title: "Cluster",
              header: true,
              cell: ({ cluster }) => <a href={clusterPath(map, cluster)} title="Prices and correlations">{cluster}</a>,
            },
            { title: "Tickers", number: true, cell: ({ tickers }) => tickers.length },
            {
              title: "Pairs",
              number: true,
              cell: ({ cluster, tickers }) => {
                const pairs = count(tickers.length * (tickers.length - 1) / 2);
                return preset === testedPreset
                  ? <a href={`/pairs?as_of=${asOf}&cluster=${cluster}`}>{pairs}</a>
                  : pairs;
              },
            },
            {
              title: "Members",
              class: "members",
              cell: ({ tickers }) => <TickerLinks of={tickers} />,
            },
          ]}
          rows={clusters}
        />
      </div>
    </>
  );
}

/** Tickers that a text means: a ticker, the number of a cluster, or else the beginning of tickers. */
function foundTickers({ places }: ClusterMap, find: string | undefined): ReadonlySet<string> {
  const wanted = find?.trim().toUpperCase() ?? "";
  if (wanted === "") return new Set();
  const exact = places.filter(({ ticker, cluster }) => ticker.toUpperCase() === wanted || String(cluster) === wanted);
  const found = exact.length > 0 ? exact : places.filter(({ ticker }) => ticker.toUpperCase().startsWith(wanted));
  return new Set(found.map(({ ticker }) => ticker));
}

/** Links to other projections of the same tickers, if the project has any. */
function Projections({ map }: { map: ClusterMap }) {
  if (map.projections.length < 2) return null;
  return (
    <ChoiceLinks
      class="choices"
      label="Map"
      links={map.projections.map((projection) => ({
        href: clustersAddress.write(map, { projection }),
        title: projections[projection],
        chosen: projection === map.projection,
      }))}
    />
  );
}

function tickersOf({ clusters }: ClusterMap, cluster: number): readonly string[] {
  return clusters.find((one) => one.cluster === cluster)?.tickers ?? [];
}

/** The first tickers of a cluster, and the number of all. */
function briefly(map: ClusterMap, cluster: number): string {
  const tickers = tickersOf(map, cluster);
  return `${tickers.slice(0, 3).join(", ")}${tickers.length > 3 ? `, … (${count(tickers.length)})` : ""}`;
}

/** Prices and correlations of one cluster. */
function Members({ map, of }: { map: ClusterMap; of: ClusterMembers }) {
  const { asOf, preset, projection, clusters } = map;
  return (
    <>
      <LivePanel id="cluster" title="Prices and correlations">
        <form class="filters" action="/pairs/clusters#cluster" method="get" aria-label="Cluster">
          <input type="hidden" name="as_of" value={asOf} />
          <input type="hidden" name="preset" value={preset} />
          {projection !== "components" && <input type="hidden" name="map" value={projection} />}
          <Select
            label="Cluster"
            name="cluster"
            options={clusters.map(({ cluster }) => cluster)}
            chosen={of.cluster}
            words={(cluster) => `${cluster}: ${briefly(map, cluster)}`}
          />
          <button type="submit">Show</button>
        </form>
        <p class="about">
          Cluster {of.cluster}, {counted(of.size, "ticker")}: <TickerLinks of={tickersOf(map, of.cluster)} />
        </p>
        <h3 class="part">Prices over the formation</h3>
        <ClusterPrices of={of} search={map} />
        <h3 class="part">Correlations</h3>
        <CorrelationMap of={of} search={map} />
      </LivePanel>
      <ChartCredit />
    </>
  );
}
