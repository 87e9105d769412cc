import type { ColumnData, ColumnSpec, Database, Sql } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { asOf, inBlocks, tableOf } from "./asset_table.ts";

/** Blocks of 8 kB read in one statement: some milliseconds. */
const blocksAtOnce = 48;
/** Smaller tables are read at once. */
const manyBlocks = 2 * blocksAtOnce;
/** Rows read through an index in one statement. */
const rowsAtOnce = 4_000;
/** More rows are fetched by a cursor: a result that arrives at once is in memory twice. */
const manyRows = 50_000;

/** Rows of one version of an asset. */
export interface VersionRows {
  materialization: number;
  /** Conditions besides the version. */
  conditions: readonly string[];
  /** The materialization, and those of the conditions. */
  parameters: readonly (string | number)[];
  /** The values of the first key column that the conditions admit; `null` if there is no list of them. */
  leading: readonly string[] | null;
  columns: readonly ColumnSpec[];
  /** The query with these conditions, of rows of any version that meet another. */
  select(conditions: readonly string[]): string;
  /** The whole query. */
  query: string;
}

/**
 * Reads rows of one version in the embedded database in statements of some milliseconds, so that others get their turn.
 *
 * Rows are divided by values of the first key column, which the index of current rows serves, or else by blocks of the table. Rows of
 * a version only move with a later publication or a rewrite of the table. If one occurs during the read, the rows are read again in
 * one transaction.
 */
export async function readInPieces(
  database: Database,
  asset: AnyAsset,
  { materialization, conditions, parameters, leading, columns, select, query }: VersionRows,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Record<string, ColumnData>> {
  const { sql } = database;
  const before = await stateOf(sql, asset);
  const atOnce = () => database.selectPieces([query], parameters, columns, { signal });
  const byCursor = () => database.selectColumns(query, parameters, columns, { signal });
  if (before.blocks < manyBlocks) return await atOnce();
  let pieces: Pieces;
  if (leading && before.latest === materialization) {
    pieces = byLeading(asset, { leading, parameters, perValue: await rowsPerLeadingValue(sql, asset) });
    if (pieces.conditions.length < 2) return await atOnce();
  } else {
    const plan = conditions.length === 0 ? null : await planOf(sql, asset, conditions, parameters);
    if (plan?.scans === false) return plan.rows > manyRows ? await byCursor() : await atOnce();
    pieces = { conditions: byBlocks(before.blocks), parameters };
  }
  const queries = pieces.conditions.map((condition) => select([...condition, ...conditions]));
  const rows = await database.selectPieces(queries, pieces.parameters, columns, { signal });
  const after = await stateOf(sql, asset);
  return after.file === before.file && after.latest === before.latest ? rows : await byCursor();
}

interface Pieces {
  conditions: readonly (readonly string[])[];
  parameters: readonly (string | number)[];
}

function byBlocks(blocks: number): string[][] {
  return Array.from(
    { length: Math.ceil(blocks / blocksAtOnce) },
    (_, piece) => [`(${asOf(1)})`, inBlocks(piece * blocksAtOnce, (piece + 1) * blocksAtOnce)],
  );
}

/** Ranges of values of the first key column, of the current rows. */
function byLeading(
  { schema }: AnyAsset,
  { leading, parameters, perValue }: {
    leading: readonly string[];
    parameters: readonly (string | number)[];
    /** Rows of one value. */
    perValue: number;
  },
): Pieces {
  const column = schema.primaryKey[0]!;
  const cast = schema.columns.find(({ name }) => name === column)!.type === "date" ? "::text::date" : "::text";
  const values = [...new Set(leading)].sort();
  const valuesAtOnce = Math.max(1, Math.floor(rowsAtOnce / Math.max(1, perValue)));
  const bounds: string[] = [];
  const conditions: string[][] = [];
  for (let start = 0; start < values.length; start += valuesAtOnce) {
    const end = Math.min(values.length, start + valuesAtOnce);
    bounds.push(values[start]!, values[end - 1]!);
    const last = parameters.length + bounds.length;
    conditions.push([
      `_until IS NULL AND _from <= $1 AND "${column}" BETWEEN $${last - 1}${cast} AND $${last}${cast}`,
    ]);
  }
  return { conditions, parameters: [...parameters, ...bounds] };
}

interface TableState {
  blocks: number;
  /** Another one after the table was rewritten or replaced. */
  file: number;
  /** Its latest materialization. */
  latest: number | null;
}

async function stateOf(sql: Sql, asset: AnyAsset): Promise<TableState> {
  const [state] = await sql.unsafe<TableState[]>(
    `SELECT pg_relation_size(c.oid) / 8192 AS blocks, pg_relation_filenode(c.oid) AS file,
            (SELECT max(id) FROM engine.materialization WHERE asset_key = $1) AS latest
     FROM pg_class c WHERE c.oid = '${tableOf(asset)}'::regclass`,
    [asset.key],
  );
  return state!;
}

/** As estimated by the last ANALYZE; all rows without one. */
async function rowsPerLeadingValue(sql: Sql, asset: AnyAsset): Promise<number> {
  const [row] = await sql.unsafe<{ rows: number }[]>(
    `SELECT (c.reltuples / greatest(coalesce(CASE WHEN s.n_distinct < 0 THEN -s.n_distinct * c.reltuples ELSE s.n_distinct END, 1), 1))::float8 AS rows
     FROM pg_class c LEFT JOIN pg_stats s
       ON s.schemaname = c.relnamespace::regnamespace::text AND s.tablename = c.relname AND s.attname = $1
     WHERE c.oid = '${tableOf(asset)}'::regclass`,
    [asset.schema.primaryKey[0]!],
  );
  return row!.rows;
}

interface Plan {
  "Node Type": string;
  "Plan Rows": number;
  "Relation Name"?: string;
  Plans?: Plan[];
}

/** Whether the planner would scan the table for the current rows with some conditions, and how many rows it expects. */
async function planOf(
  sql: Database["sql"],
  asset: AnyAsset,
  conditions: readonly string[],
  parameters: readonly (string | number)[],
): Promise<{ scans: boolean; rows: number }> {
  const where = ["_until IS NULL", "_from <= $1", ...conditions].join(" AND ");
  const [row] = await sql.begin("read only", async (tx) => {
    // As for the query itself.
    await tx.unsafe(`SET LOCAL random_page_cost = 1.1`);
    return await tx.unsafe<{ "QUERY PLAN": [{ Plan: Plan }] }[]>(
      `EXPLAIN (FORMAT JSON) SELECT * FROM ${tableOf(asset)} WHERE ${where}`,
      [...parameters],
    );
  });
  const { Plan: top } = row!["QUERY PLAN"][0];
  const scans = (plan: Plan): boolean =>
    (plan["Node Type"] === "Seq Scan" && plan["Relation Name"] === asset.key) || (plan.Plans ?? []).some(scans);
  return { scans: scans(top), rows: top["Plan Rows"] };
}
