import { type Context, Hono } from "hono";
import { csvOf } from "../routes/csv.ts";
import { type AssetEngine, readAsset } from "./asset_record.ts";
import { GraphLayouts } from "./graph_layouts.ts";
import { type GraphEngine, readGraph } from "./graph_record.ts";
import { kindOf } from "./graph_search.ts";
import { AssetAbsentPage, AssetPage } from "./pages/asset.tsx";
import { AssetsPage } from "./pages/assets.tsx";

/** What the pages of assets need of the rest. */
export interface GraphPageOptions {
  engine: GraphEngine & AssetEngine;
  clock: { now(): Temporal.Instant };
}

/** All assets at `/assets`, as a graph and as a table, and each under `/assets/:key`. */
export function graphPages({ engine, clock }: GraphPageOptions): Hono {
  const layouts = new GraphLayouts();
  const now = () => clock.now().epochMilliseconds;
  return new Hono()
    .get("/assets", async (c) => {
      const parameters = new URL(c.req.url).searchParams;
      const csv = parameters.get("format") === "csv";
      if (csv) parameters.set("view", "table");
      const record = await readGraph({ engine, layouts, parameters, now: now() });
      if (csv) return table(c, "assets", record.shown.filter(({ matches }) => matches).map(lineOf(engine.graph)));
      return html(c, <AssetsPage record={record} graph={engine.graph} />, record.problems.size > 0 ? 400 : 200);
    })
    .get("/assets/:key", async (c) => {
      const key = c.req.param("key");
      const record = await readAsset(engine, key, now());
      return record ? html(c, <AssetPage record={record} />) : html(c, <AssetAbsentPage name={key} />, 404);
    });
}

type Line = Readonly<Record<string, string | number | null>>;

function lineOf(graph: GraphEngine["graph"]) {
  return ({ asset, state, reason }: Awaited<ReturnType<typeof readGraph>>["shown"][number]): Line => ({
    key: asset.key,
    state,
    reason,
    group: asset.group,
    kind: kindOf(graph.asset(asset.key)),
    rows: asset.external ? null : asset.lastMaterialization?.rowCount ?? null,
    made_at: asset.lastMaterialization?.committedAt ?? null,
    upstream: asset.upstream.join(" "),
    downstream: asset.downstream.join(" "),
  });
}

/** A table of a page as a CSV file. */
function table(c: Context, name: string, lines: readonly Line[]): Response {
  const columns = Object.keys(lines[0] ?? {}).map((column) => ({ name: column, type: "text" as const }));
  c.header("Cache-Control", "no-store");
  return c.body(csvOf(columns, lines), 200, {
    "Content-Type": "text/csv; charset=utf-8; header=present",
    "Content-Disposition": `attachment; filename="${name}.csv"`,
  });
}

function html(c: Context, page: unknown, status: 200 | 400 | 404 = 200): Response {
  c.header("Cache-Control", "no-store");
  return c.html(`<!doctype html>${page}`, status);
}
