import type { AssetGraph as Graph } from "../../engine/mod.ts";
import { AssetGraph, cardTexts, externalKeys, type NodeTexts, nodeTexts } from "../components/asset_graph.tsx";
import { AssetPanel } from "../components/asset_panel.tsx";
import { AssetTable } from "../components/asset_table.tsx";
import { GraphFilters } from "../components/graph_filters.tsx";
import { embeddedJson } from "../embedded_json.ts";
import { count, counted } from "../figures.ts";
import type { GraphRecord, ShownAsset } from "../graph_record.ts";
import { Pager } from "../components/pager.tsx";
import { SearchProblems } from "../components/search_problems.tsx";
import { graphPath, type GraphSearch, kindOf } from "../graph_search.ts";
import { Layout } from "../layout.tsx";
import type { Scope } from "../run_request.ts";
import { shownStates } from "../shown_state.ts";

/** Rows per page of the table. */
const assetsPerPage = 200;

/** All assets: as a graph that follows runs, and as a table. */
export function AssetsPage({ record, graph }: { record: GraphRecord; graph: Graph }) {
  const { search, problems, shown, selected, now } = record;
  const found = shown.filter((asset) => asset.matches);
  const path = (changes: { selected?: string; scope?: Scope; focus?: string }) => {
    const { scope, ...more } = changes;
    const address = graphPath(search, more.focus === undefined ? more : { ...more, page: 1 });
    return scope === undefined ? address : `${address}&scope=${scope}`;
  };
  return (
    <Layout
      title="Assets · Tandem"
      path="/assets"
      script="graph.js"
      styles={["graph.css"]}
      headline={<Headline record={record} />}
    >
      <section class="panel graph-head" aria-label="Filters">
        <GraphFilters record={record} />
        {search.view !== "table" && shown.length > 0 && <GraphTools record={record} />}
        <SearchProblems problems={problems} />
      </section>
      {search.view !== "table" && (
        <section class={`panel graph-panel ${search.view}`} aria-labelledby="graph-title" id="graph">
          <h2 id="graph-title" class="read">Graph</h2>
          <div class="graph-area">
            <GraphBody record={record} found={found} />
            <AssetPanel selected={selected} path={path} now={now} />
          </div>
        </section>
      )}
      <section class="panel" aria-labelledby="table-title" id="table">
        <h2 id="table-title">Table</h2>
        <div id="table-body" data-live>
          <TableBody record={record} found={found} graph={graph} />
        </div>
      </section>
    </Layout>
  );
}

/** Number of assets in each state, with links. */
function Headline({ record: { shown, states, search, open } }: { record: GraphRecord }) {
  const counts = Map.groupBy(shown, ({ state }) => state);
  const checks = shown.reduce((sum, { asset }) => sum + asset.failedChecks.length, 0);
  return (
    <div class="headline" id="headline" data-live data-open-runs={open.ids.join(" ")}>
      <div>
        <h1>Assets</h1>
        <p>
          {shown.length === states.length
            ? counted(states.length, "asset")
            : `${count(shown.length)} of ${counted(states.length, "asset")}`}:{" "}
          {shownStates.filter((state) => counts.has(state)).map((state, i) => (
            <>
              {i > 0 && ", "}
              <a href={graphPath(search, { state: search.state === state ? undefined : state, page: 1 })}>
                {count(counts.get(state)!.length)} {state}
              </a>
            </>
          ))}
          {checks > 0 && (
            <>
              , <a href="/#attention">{counted(checks, "failed check")}</a>
            </>
          )}
        </p>
      </div>
      <nav class="tabs" aria-label="Views">
        <ViewLink search={search} view="graph" title="Graph and table" />
        <ViewLink search={search} view="table" title="Table alone" />
      </nav>
    </div>
  );
}

function ViewLink({ search, view, title }: { search: GraphSearch; view: "graph" | "table"; title: string }) {
  return (
    <a
      href={graphPath(search, { view })}
      aria-current={search.view === view ? "true" : undefined}
      class={search.view === "auto" ? `auto-${view}` : undefined}
    >
      {title}
    </a>
  );
}

/** Names of the groups, of the open ones, and the address that opens others. */
function openGroups({ search, shown, closed, selected }: GraphRecord) {
  const groups = [...new Set(shown.map(({ asset }) => asset.group))];
  return {
    groups,
    opened: groups.filter((group) => !closed.has(group)),
    path: (open: readonly string[]) => graphPath(search, { open, selected: selected?.asset.key }),
  };
}

function GraphTools({ record }: { record: GraphRecord }) {
  const { groups, opened, path } = openGroups(record);
  return (
    <div class="graph-tools">
      {groups.length > opened.length && <a class="button quiet" id="expand-all" href={path(groups)}>Expand all</a>}
      {groups.length > 1 && opened.length > 0 && (
        <a class="button quiet" id="collapse-all" href={path([])}>Collapse all</a>
      )}
      <div class="scripted" role="toolbar" aria-label="Zoom">
        <button type="button" class="quiet" id="zoom-in" aria-label="Zoom in">+</button>
        <button type="button" class="quiet" id="zoom-out" aria-label="Zoom out">−</button>
        <button type="button" class="quiet" id="fit">Fit</button>
        <span class="faint" id="zoom-level"></span>
      </div>
    </div>
  );
}

function GraphBody({ record, found }: { record: GraphRecord; found: readonly ShownAsset[] }) {
  const { shown, closed, layout, selected, partsOnly } = record;
  const some = found.length < shown.length;
  const { opened, path } = openGroups(record);
  return (
    <div class="graph-body">
      {shown.length === 0
        ? (
          <p class="empty">
            No matching assets. <a href="/assets">Show all assets</a>
          </p>
        )
        : (
          <>
            <div
              class="graph-view"
              id="graph-view"
              tabindex={0}
              role="region"
              aria-label="The graph, may scroll"
              aria-describedby="graph-keys"
            >
              {layout && (
                <AssetGraph
                  layout={layout}
                  texts={textsOf(record)}
                  external={externalKeys(shown)}
                  label="Assets, each to the right of its upstream assets"
                  current={selected?.asset.key}
                  toggle={(group) =>
                    path(closed.has(group) ? [...opened, group] : opened.filter((one) => one !== group))}
                />
              )}
              <p class="graph-read" id="graph-read" aria-hidden="true"></p>
              <canvas class="minimap" id="minimap" width="180" height="120" hidden aria-hidden="true"></canvas>
            </div>
          </>
        )}
      <p class="about" id="graph-about" data-live>
        {some && `${count(found.length)} of ${counted(shown.length, "asset")} match; the others are faded. `}
      </p>
      <p class="about keys" id="graph-keys">
        <kbd>Tab</kbd> to an asset and the arrow keys along its lines, <kbd>Enter</kbd>{" "}
        opens it beside the graph. On the graph itself the arrow keys move it; <kbd>+</kbd> and <kbd>−</kbd> zoom,{" "}
        <kbd>0</kbd> fits, <kbd>/</kbd> searches, <kbd>Esc</kbd> closes.
      </p>
      <script type="application/json" id="graph-states" data-live>
        {partsOnly && embeddedJson(textsOf(record))}
      </script>
    </div>
  );
}

/** What the nodes of the graph show: the assets of open groups, and one card for each closed group. */
function textsOf({ shown, closed }: GraphRecord): NodeTexts[] {
  const groups = Map.groupBy(shown, ({ asset }) => asset.group);
  return [
    ...shown.filter(({ asset }) => !closed.has(asset.group)).map((asset) => nodeTexts(asset, !asset.matches)),
    ...[...closed].map((group) => cardTexts(group, groups.get(group)!)),
  ];
}

function TableBody(
  { record: { search, shown, storage, now }, found, graph }: {
    record: GraphRecord;
    found: readonly ShownAsset[];
    graph: Graph;
  },
) {
  if (found.length === 0) {
    return (
      <p class="empty">
        No matching assets. <a href="/assets">Show all assets</a>
      </p>
    );
  }
  const pages = Math.ceil(found.length / assetsPerPage);
  const page = Math.min(search.page, pages);
  const start = (page - 1) * assetsPerPage;
  const listed = found.slice(start, start + assetsPerPage);
  return (
    <>
      <p class="about">
        {pages > 1 && `${count(start + 1)}–${count(start + listed.length)} of `}
        {counted(found.length, "asset")}
        {found.length < shown.length && ` of ${count(shown.length)}`}, each below its upstream assets.{" "}
        <a href={graphPath(search, { format: "csv", page: 1 })}>Download as CSV</a>
      </p>
      <AssetTable
        assets={listed}
        kinds={new Map(listed.map(({ asset: { key } }) => [key, kindOf(graph.asset(key))]))}
        storage={storage}
        now={now}
      />
      <Pager
        of="assets"
        page={page}
        size={assetsPerPage}
        rows={found.length}
        path={(page) => `${graphPath(search, { page })}#table`}
      />
    </>
  );
}
