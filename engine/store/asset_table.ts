import type { ColumnSpec, Database, Sql } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import type { PartitionSet, Rectangle } from "../partitions/mod.ts";
import type { PreparedRows } from "../declare/row_schema.ts";

/*
 * The table of an asset holds every version of its rows: `_from` is the materialization that added a row, `_until` the one that
 * removed it, NULL for a current row. A publication writes only the difference, which is a few rows for a table that grows by a
 * session a day, and a reader of one materialization always sees the same rows, also after later publications. This also keeps
 * the embedded database small: it has no autovacuum to clean up after full rewrites.
 */

/** Columns of every table in addition to those of its rows. */
export const historyColumns: readonly ColumnSpec[] = [
  { name: "_from", type: "bigint" },
  { name: "_until", type: "bigint" },
];

/** The quoted, schema-qualified name of an asset's table. Keys are checked to be snake_case at declaration. */
export function tableOf({ layer, key }: { layer: string; key: string }): string {
  return `"${layer}"."${key}"`;
}

/** The SQL condition for the rows of one materialization; `$n` is bound to its id. */
export function asOf(parameter: number): string {
  return `_from <= $${parameter} AND (_until IS NULL OR _until > $${parameter})`;
}

/** Whether an asset has a table: its first publication creates it. */
export async function hasTable(sql: Sql, asset: { layer: string; key: string }): Promise<boolean> {
  const [row] = await sql.unsafe<{ found: boolean }[]>(`SELECT to_regclass('${tableOf(asset)}') IS NOT NULL AS found`);
  return row!.found;
}

/** Creates the table of an asset unless it is there, without its indexes. */
export function createTableStatement(asset: AnyAsset, table = tableOf(asset)): string {
  const columns = [...asset.schema.columns, ...historyColumns];
  return `CREATE TABLE IF NOT EXISTS ${table} (${columns.map(columnDefinition).join(", ")})`;
}

/**
 * The table allows nulls everywhere: nullability belongs to the row schema, which may change. Text sorts by code points, so that
 * key order is the same in every database and in this process.
 */
export function columnDefinition({ name, type }: ColumnSpec): string {
  return `"${name}" ${type}${type === "text" ? ' COLLATE "C"' : ""}${name === "_from" ? " NOT NULL" : ""}`;
}

/**
 * Makes `rows` the current rows of the asset, inside the transaction that records materialization `id`.
 *
 * @returns Number of rows added and removed.
 */
export async function writeRows(
  database: Database,
  tx: Sql,
  asset: AnyAsset,
  rows: Pick<PreparedRows, "data" | "count">,
  { id, fresh, isFollowed = false, within = null, except = null, dates = null, signal }: {
    id: number;
    /** Whether there are no current rows to compare with. */
    fresh: boolean;
    /** Whether more rows follow soon: statistics of those before serve until then. */
    isFollowed?: boolean;
    /** The partitions of the rows; the current rows of others stay. */
    within?: PartitionSet | null;
    /** Partitions whose current rows stay; the rows are those of all others. */
    except?: PartitionSet | null;
    /** The dates of the rows; the current rows of other dates stay. */
    dates?: DateRanges | null;
    signal: AbortSignal;
  },
): Promise<{ added: number; removed: number }> {
  const columns: ColumnSpec[] = asset.schema.columns.map(({ name, type }) => ({ name, type }));
  if (fresh) {
    await database.insertColumns(tx, `${asset.layer}.${asset.key}`, [...columns, historyColumns[0]!], {
      ...rows.data,
      _from: new Float64Array(rows.count).fill(id),
    }, { signal });
    if (!isFollowed || database.kind === "embedded") await analyze(database, tx, tableOf(asset), rows.count);
    return { added: rows.count, removed: 0 };
  }
  const stage = `stage_${id}`;
  await tx.unsafe(`CREATE TEMP TABLE "${stage}" (${columns.map(columnDefinition).join(", ")}) ON COMMIT DROP`);
  await database.insertColumns(tx, `pg_temp.${stage}`, columns, rows.data, { signal });
  await analyze(database, tx, `"${stage}"`, rows.count);
  const parameters: (string | number)[] = [id];
  const inside = (partitions: PartitionSet) => partitionCondition(asset, partitions.rectangles(), parameters, "t.");
  const here = within !== null
    ? inside(within)
    : except !== null
    ? `NOT ${inside(except)}`
    : dates !== null
    ? datesCondition(dates, "t.")
    : "true";
  const removed = await tx.unsafe(
    `UPDATE ${tableOf(asset)} t SET _until = $1 WHERE _until IS NULL AND ${here}
       AND NOT EXISTS (SELECT FROM "${stage}" s WHERE ${sameKey(asset, "s", "t")} AND ${sameValues(asset, "s", "t")})`,
    parameters,
  );
  // The remaining current rows equal their staged rows: only keys need comparing now.
  const added = await tx.unsafe(
    `INSERT INTO ${tableOf(asset)} (${quoted(columns.map((c) => c.name))}, _from)
     SELECT ${qualified("s", columns.map((c) => c.name))}, $1 FROM "${stage}" s
     WHERE NOT EXISTS (SELECT FROM ${tableOf(asset)} t WHERE t._until IS NULL AND ${sameKey(asset, "t", "s")})`,
    [id],
  );
  await analyze(database, tx, tableOf(asset), added.count);
  return { added: added.count, removed: removed.count };
}

/** The SQL condition that the rows of two tables have the same key. */
export function sameKey({ schema }: AnyAsset, a: string, b: string): string {
  return schema.primaryKey.map((c) => `${a}."${c}" = ${b}."${c}"`).join(" AND ");
}

/** The SQL condition that the rows of two tables have the same values besides the key. */
export function sameValues({ schema }: AnyAsset, a: string, b: string): string {
  const values = schema.columns.map(({ name }) => name).filter((name) => !schema.primaryKey.includes(name));
  if (values.length === 0) return "true";
  return `ROW(${qualified(a, values)}) IS NOT DISTINCT FROM ROW(${qualified(b, values)})`;
}

/** Some dates of a table, inclusive: ISO dates created by this process. */
export interface DateRanges {
  column: string;
  ranges: readonly (readonly [first: string, last: string])[];
}

function datesCondition({ column, ranges }: DateRanges, prefix = ""): string {
  if (ranges.length === 0) return "false";
  return `(${ranges.map(([first, last]) => `${prefix}"${column}" BETWEEN '${first}' AND '${last}'`).join(" OR ")})`;
}

export interface TableIndex {
  name: string;
  /** Creates it. */
  statement: string;
  /** Its columns; `null` for an expression. */
  columns: (string | null)[];
}

/** The indexes of a table. */
export async function indexesOf(tx: Sql, table: { layer: string; key: string }): Promise<TableIndex[]> {
  return await tx.unsafe<TableIndex[]>(
    `SELECT c.relname AS name, pg_get_indexdef(c.oid) AS statement,
            (SELECT json_agg(a.attname ORDER BY k.place)
             FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
             LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum) AS columns
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = '${tableOf(table)}'::regclass`,
  );
}

/**
 * The embedded database has no autovacuum to do this, and a plan without statistics can be very slow. All statements wait for it there: a
 * tenth of the usual sample takes a tenth of the time.
 */
export async function analyze(database: Database, tx: Sql, table: string, changed: number): Promise<void> {
  if (changed < 1_000) return;
  if (database.kind === "embedded") await tx.unsafe(`SET LOCAL default_statistics_target = 10`);
  await tx.unsafe(`ANALYZE ${table}`);
}

/** Blocks of 8 kB of a table, without those of its indexes. */
export async function sizeOf(sql: Sql, table: string): Promise<{ blocks: number }> {
  const [size] = await sql.unsafe<{ blocks: number }[]>(
    `SELECT pg_relation_size('${table}'::regclass) / 8192 AS blocks`,
  );
  return size!;
}

/** The SQL condition for the rows in some blocks of a table, the last exclusive. */
export function inBlocks(first: number, last: number): string {
  return `ctid >= '(${first},0)'::tid AND ctid < '(${last},0)'::tid`;
}

/**
 * The SQL condition for the rows of some partitions. Pushes its values to `parameters`, as JSON and text: the statement is the same
 * for any number of names.
 */
export function partitionCondition(
  asset: AnyAsset,
  rectangles: readonly Rectangle[],
  parameters: (string | number)[],
  prefix = "",
): string {
  const { name, date } = asset.partitionedBy!;
  if (rectangles.length > 20 || rectangles.some(({ dates }) => (dates?.length ?? 0) > 20)) {
    return flatCondition({ name, date }, rectangles, parameters, prefix);
  }
  const conditions = rectangles.map(({ names, dates }) => {
    const parts: string[] = [];
    if (names !== null) {
      parameters.push(JSON.stringify(names));
      // From the function: a list that is selected instead is made again for each row of a join that expects few.
      parts.push(
        `${prefix}"${name}" IN (SELECT value COLLATE "C" FROM jsonb_array_elements_text($${parameters.length}::text::jsonb) AS value)`,
      );
    }
    if (dates !== null) {
      const ranges = dates.map(([first, last]) => {
        parameters.push(first, last);
        return `${prefix}"${date}" BETWEEN $${parameters.length - 1}::text::date AND $${parameters.length}::text::date`;
      });
      parts.push(`(${ranges.join(" OR ")})`);
    }
    return parts.length === 0 ? "true" : parts.join(" AND ");
  });
  return conditions.length === 0 ? "false" : `(${conditions.map((c) => `(${c})`).join(" OR ")})`;
}

/** The same for many rectangles: a join with their list, which the database can hash. */
function flatCondition(
  { name, date }: { name?: string; date?: string },
  rectangles: readonly Rectangle[],
  parameters: (string | number)[],
  prefix: string,
): string {
  const pieces = rectangles.flatMap(({ names, dates }) =>
    (names ?? [null]).flatMap((n) => (dates ?? [[null, null]]).map(([first, last]) => ({ n, first, last })))
  );
  parameters.push(JSON.stringify(pieces));
  const same = [
    ...rectangles.some(({ names }) => names !== null) ? [`(p.n IS NULL OR p.n = ${prefix}"${name}")`] : [],
    ...rectangles.some(({ dates }) => dates !== null)
      ? [`(p.first IS NULL OR ${prefix}"${date}" BETWEEN p.first AND p.last)`]
      : [],
  ];
  return `EXISTS (SELECT FROM jsonb_to_recordset($${parameters.length}::text::jsonb) AS p(n text, first date, last date)
    WHERE ${same.length === 0 ? "true" : same.join(" AND ")})`;
}

/**
 * The change of the table's version by a materialization: hashes of added rows minus those of removed rows. Versions are sums of
 * hashes of rows: equal rows have equal versions, regardless of the number of materializations.
 */
export async function contentChange(
  tx: Sql,
  asset: AnyAsset,
  { id, within, dates }: { id: number; within: PartitionSet | null; dates: DateRanges | null },
): Promise<bigint> {
  const parameters: (string | number)[] = [id];
  const here = changedCondition(asset, { within, dates }, parameters);
  const hash = rowHash(asset);
  const [row] = await tx.unsafe<{ change: string }[]>(
    `SELECT (coalesce(sum(${hash}) FILTER (WHERE _from = $1), 0) - coalesce(sum(${hash}) FILTER (WHERE _until = $1), 0))::text
       AS change
     FROM ${tableOf(asset)} WHERE (_from = $1 OR _until = $1) AND ${here}`,
    parameters,
  );
  return BigInt(row!.change);
}

/**
 * The sum of the hashes of rows that a materialization has added at the end of a table; `null` if some of them are elsewhere.
 *
 * @param added.block The number of blocks before that. Cost: O(added rows), where {@link contentChange} reads the table.
 */
export async function contentAppended(
  tx: Sql,
  asset: AnyAsset,
  { id, block, count }: { id: number; block: number; count: number },
): Promise<bigint | null> {
  const [row] = await tx.unsafe<{ sum: string; count: number }[]>(
    `SELECT coalesce(sum(${rowHash(asset)}), 0)::text AS sum, count(*) AS count FROM ${tableOf(asset)}
     WHERE ctid >= '(${Math.max(0, block - 1)},0)'::tid AND _from = $1`,
    [id],
  );
  return row!.count === count ? BigInt(row!.sum) : null;
}

/** The sum of the hashes of all current rows, and their number; of some blocks of a table alone, if given. */
export async function contentOf(
  tx: Sql,
  asset: AnyAsset,
  { table = tableOf(asset), blocks }: { table?: string; blocks?: readonly [first: number, last: number] } = {},
): Promise<{ sum: bigint; count: number }> {
  const [row] = await tx.unsafe<{ sum: string; count: number }[]>(
    `SELECT coalesce(sum(${rowHash(asset)}), 0)::text AS sum, count(*) AS count FROM ${table}
     WHERE _until IS NULL ${blocks ? `AND ${inBlocks(...blocks)}` : ""}`,
  );
  return { sum: BigInt(row!.sum), count: row!.count };
}

/** Hashes the values: hashing their text takes several times as long and depends on the session's time zone. */
function rowHash(asset: AnyAsset): string {
  return `hash_record_extended(ROW(${quoted(asset.schema.columns.map((c) => c.name))}), 0)::numeric`;
}

/** Name and date of each partition in which a materialization added or removed a row. */
export async function changedPartitions(
  tx: Sql,
  asset: AnyAsset,
  { id, within, dates = null }: { id: number; within: PartitionSet | null; dates?: DateRanges | null },
): Promise<[name: string, date: string][]> {
  const { name, date } = asset.partitionedBy!;
  const parameters: (string | number)[] = [id];
  const here = changedCondition(asset, { within, dates }, parameters);
  const rows = await tx.unsafe<{ name: string; date: string }[]>(
    `SELECT DISTINCT ${name ? `"${name}"` : "''::text"} AS name, ${date ? `"${date}"::text` : "''::text"} AS date
     FROM ${tableOf(asset)} WHERE (_from = $1 OR _until = $1) AND ${here}`,
    parameters,
  );
  return rows.map((row) => [row.name, row.date]);
}

/** The SQL condition for the rows that a materialization may have changed: those of partitions, of dates, or all. */
function changedCondition(
  asset: AnyAsset,
  { within, dates }: { within: PartitionSet | null; dates: DateRanges | null },
  parameters: (string | number)[],
): string {
  if (within !== null) return partitionCondition(asset, within.rectangles(), parameters);
  return dates === null ? "true" : datesCondition(dates);
}

/** Identifiers for SQL. Quotes are doubled: users may have added indexes with any name. */
export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join(", ");
}

/** Statement that drops an index of an asset's table, whether the engine or a user created it. */
export function dropIndex(layer: string, name: string): string {
  return `DROP INDEX ${quoted([layer])}.${quoted([name])}`;
}

function qualified(table: string, names: readonly string[]): string {
  return names.map((name) => `${table}."${name}"`).join(", ");
}
