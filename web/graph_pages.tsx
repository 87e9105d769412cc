import { answer } from "./answer.tsx";
import { type Context, Hono } from "hono";
import { csvOf } from "../routes/csv.ts";
import { type AssetEngine, type AssetRecord, readAsset } from "./asset_record.ts";
import { assetTables, type FileTable } from "./asset_tables.ts";
import { type GraphEngine, type GraphRecord, readGraph } from "./graph_record.ts";
import { kindOf } from "./graph_search.ts";
import { AssetAbsentPage, AssetPage } from "./pages/asset.tsx";
import { AssetsPage } from "./pages/assets.tsx";
import { DifferencePage } from "./pages/difference.tsx";
import { readVersions, type VersionEngine } from "./version_comparison.ts";
import { ReceiptPage } from "./pages/receipt.tsx";
import { readReceipts, type ReceiptEngine } from "./receipt_record.ts";

/** Dependencies of the pages of assets. */
export interface GraphPageOptions {
  engine: GraphEngine & AssetEngine & ReceiptEngine & VersionEngine;
  clock: { now(): Temporal.Instant };
}

/** All assets at `/assets`, as a graph and as a table, and each asset under `/assets/:key`. */
export function graphPages({ engine, clock }: GraphPageOptions): Hono {
  const now = () => clock.now().epochMilliseconds;
  return new Hono()
    .get("/assets", async (c) => {
      const parameters = new URL(c.req.url).searchParams;
      const csv = parameters.get("format") === "csv";
      if (csv) parameters.set("view", "table");
      const record = await readGraph({ engine, parameters, now: now() });
      if (csv) return csvFile(c, "assets", tableOf(engine.graph, record));
      return answer(c, <AssetsPage record={record} graph={engine.graph} />, record.problems.size > 0 ? 400 : 200, {
        states: record.states,
        runs: record.open.ids.map((id) => ({ id, status: "running" as const })),
      });
    })
    .get("/assets/:key", async (c) => {
      const key = c.req.param("key");
      const { searchParams: parameters } = new URL(c.req.url);
      const record = await readAsset({ engine, key, parameters, now: now() });
      if (!record) return answer(c, <AssetAbsentPage name={key} />, 404);
      return answer(c, <AssetPage record={record} />, isSound(record) ? 200 : 400);
    })
    .get("/assets/:key/receipt", async (c) => {
      const key = c.req.param("key");
      if (!engine.graph.keys.includes(key)) return answer(c, <AssetAbsentPage name={key} />, 404);
      const found = await readReceipts(engine, key, new URL(c.req.url).searchParams);
      return answer(c, <ReceiptPage assetKey={key} {...found} now={now()} />, found.problem === null ? 200 : 400);
    })
    .get("/assets/:key/difference", async (c) => {
      const key = c.req.param("key");
      if (!engine.graph.keys.includes(key)) return answer(c, <AssetAbsentPage name={key} />, 404);
      const asset = engine.graph.asset(key);
      const found = await readVersions(engine, asset, new URL(c.req.url).searchParams);
      const { primaryKey } = asset.schema;
      const page = <DifferencePage assetKey={key} primaryKey={primaryKey} {...found} />;
      return answer(c, page, found.problem === null ? 200 : 400);
    })
    .get(`/assets/:key/:table{(?:${Object.keys(assetTables).join("|")})\\.csv}`, async (c) => {
      const { key, table: file } = c.req.param();
      if (!engine.graph.keys.includes(key)) return answer(c, <AssetAbsentPage name={key} />, 404);
      const name = file.slice(0, -".csv".length);
      return csvFile(c, `${key}_${name}`, await assetTables[name]!(engine, engine.graph.asset(key)));
    });
}

function isSound({ request, rows, partitionProblem }: AssetRecord): boolean {
  return request.problems.size + request.settings.problems.size === 0 && (rows?.problem ?? partitionProblem) === null;
}

/** The table of all assets. */
function tableOf(graph: GraphEngine["graph"], { shown, storage }: GraphRecord): FileTable {
  return {
    columns: [
      "key",
      "state",
      "reason",
      "failed_checks",
      "group",
      "kind",
      "rows",
      "bytes",
      "keeps",
      "made_at",
      "upstream",
      "downstream",
    ],
    lines: shown.filter(({ matches }) => matches).map(({ asset, state, reason }) => ({
      key: asset.key,
      state,
      reason,
      failed_checks: asset.failedChecks.map(({ name }) => name).join(" "),
      group: asset.group,
      kind: kindOf(graph.asset(asset.key)),
      rows: asset.external ? null : asset.lastMaterialization?.rowCount ?? null,
      bytes: storage.get(asset.key)?.bytes ?? null,
      keeps: storage.get(asset.key)?.keeps ?? null,
      made_at: asset.lastMaterialization?.committedAt ?? null,
      upstream: asset.upstream.join(" "),
      downstream: asset.downstream.join(" "),
    })),
  };
}

function csvFile(c: Context, name: string, { columns, lines }: FileTable): Response {
  c.header("Cache-Control", "no-store");
  return c.body(csvOf(columns.map((column) => ({ name: column, type: "text" })), lines), 200, {
    "Content-Type": "text/csv; charset=utf-8; header=present",
    "Content-Disposition": `attachment; filename="${name}.csv"`,
  });
}
