import type { ColumnData, ColumnSpec, Database, Sql } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import type { PartitionSet, Rectangle } from "../partitions/mod.ts";
import { orderOf } from "../declare/key_order.ts";
import { type PreparedRows, rowsAt } from "../declare/row_schema.ts";

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

/** Creates the table of an asset, without its indexes. */
export function createTableStatement(asset: AnyAsset): string {
  const columns = [...asset.schema.columns, ...historyColumns];
  return `CREATE TABLE ${tableOf(asset)} (${columns.map(columnDefinition).join(", ")})`;
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
  { id, fresh, within = null, except = null, dates = null, signal }: {
    id: number;
    /** Whether there are no current rows to compare with. */
    fresh: boolean;
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
    const insert = () =>
      database.insertColumns(tx, `${asset.layer}.${asset.key}`, [...columns, historyColumns[0]!], {
        ...rows.data,
        _from: new Float64Array(rows.count).fill(id),
      }, { signal });
    // On a server, dropping an index takes a lock that blocks others; the embedded database has one session.
    if (database.kind === "embedded" && rows.count >= manyRows && await isEmpty(tx, asset)) {
      await withoutIndexes(tx, asset, insert);
    } else await insert();
    await analyze(tx, tableOf(asset), rows.count);
    return { added: rows.count, removed: 0 };
  }
  const stage = `stage_${id}`;
  await tx.unsafe(`CREATE TEMP TABLE "${stage}" (${columns.map(columnDefinition).join(", ")}) ON COMMIT DROP`);
  await database.insertColumns(tx, `pg_temp.${stage}`, columns, rows.data, { signal });
  await analyze(tx, `"${stage}"`, rows.count);
  const key = (a: string, b: string) => asset.schema.primaryKey.map((c) => `${a}."${c}" = ${b}."${c}"`).join(" AND ");
  const values = columns.filter((c) => !asset.schema.primaryKey.includes(c.name)).map((c) => c.name);
  const same = values.length === 0
    ? "true"
    : `ROW(${qualified("s", values)}) IS NOT DISTINCT FROM ROW(${qualified("t", values)})`;
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
       AND NOT EXISTS (SELECT FROM "${stage}" s WHERE ${key("s", "t")} AND ${same})`,
    parameters,
  );
  // The remaining current rows equal their staged rows: only keys need comparing now.
  const added = await tx.unsafe(
    `INSERT INTO ${tableOf(asset)} (${quoted(columns.map((c) => c.name))}, _from)
     SELECT ${qualified("s", columns.map((c) => c.name))}, $1 FROM "${stage}" s
     WHERE NOT EXISTS (SELECT FROM ${tableOf(asset)} t WHERE t._until IS NULL AND ${key("t", "s")})`,
    [id],
  );
  await analyze(tx, tableOf(asset), added.count);
  return { added: added.count, removed: removed.count };
}

/** Some dates of a table, inclusive: ISO dates created by this process. */
export interface DateRanges {
  column: string;
  ranges: readonly (readonly [first: string, last: string])[];
}

function datesCondition({ column, ranges }: DateRanges, prefix = ""): string {
  return `(${ranges.map(([first, last]) => `${prefix}"${column}" BETWEEN '${first}' AND '${last}'`).join(" OR ")})`;
}

/** Minimum number of rows for which an empty table is indexed after the insert, which halves the time. */
const manyRows = 10_000;

async function isEmpty(tx: Sql, asset: AnyAsset): Promise<boolean> {
  const [row] = await tx.unsafe<{ empty: boolean }[]>(`SELECT NOT EXISTS (SELECT FROM ${tableOf(asset)}) AS empty`);
  return row!.empty;
}

/** The indexes of a table, each with the statement that creates it. */
export async function indexesOf(
  tx: Sql,
  table: { layer: string; key: string },
): Promise<{ name: string; statement: string }[]> {
  return await tx.unsafe<{ name: string; statement: string }[]>(
    `SELECT c.relname AS name, pg_get_indexdef(c.oid) AS statement FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = '${tableOf(table)}'::regclass`,
  );
}

/** Drops the indexes of a table for the duration of some work, and creates them again. */
async function withoutIndexes(tx: Sql, { layer, key }: AnyAsset, work: () => Promise<unknown>): Promise<void> {
  const indexes = await indexesOf(tx, { layer, key });
  for (const { name } of indexes) await tx.unsafe(dropIndex(layer, name));
  await work();
  for (const { statement } of indexes) await tx.unsafe(statement);
}

/** The embedded database has no autovacuum to do this, and a plan without statistics can be very slow. */
async function analyze(tx: Sql, table: string, changed: number): Promise<void> {
  if (changed >= 1_000) await tx.unsafe(`ANALYZE ${table}`);
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
      parts.push(
        `${prefix}"${name}" IN (SELECT jsonb_array_elements_text($${parameters.length}::text::jsonb) COLLATE "C")`,
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
  { id, within }: { id: number; within: PartitionSet },
): Promise<bigint> {
  const parameters: (string | number)[] = [id];
  const here = partitionCondition(asset, within.rectangles(), parameters);
  const hash = rowHash(asset);
  const [row] = await tx.unsafe<{ change: string }[]>(
    `SELECT (coalesce(sum(${hash}) FILTER (WHERE _from = $1), 0) - coalesce(sum(${hash}) FILTER (WHERE _until = $1), 0))::text
       AS change
     FROM ${tableOf(asset)} WHERE (_from = $1 OR _until = $1) AND ${here}`,
    parameters,
  );
  return BigInt(row!.change);
}

/** The sum of the hashes of all current rows, and their number. */
export async function contentOf(tx: Sql, asset: AnyAsset): Promise<{ sum: bigint; count: number }> {
  const [row] = await tx.unsafe<{ sum: string; count: number }[]>(
    `SELECT coalesce(sum(${rowHash(asset)}), 0)::text AS sum, count(*) AS count FROM ${
      tableOf(asset)
    } WHERE _until IS NULL`,
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
  const here = within !== null
    ? partitionCondition(asset, within.rectangles(), parameters)
    : dates !== null
    ? datesCondition(dates)
    : "true";
  const rows = await tx.unsafe<{ name: string; date: string }[]>(
    `SELECT DISTINCT ${name ? `"${name}"` : "''::text"} AS name, ${date ? `"${date}"::text` : "''::text"} AS date
     FROM ${tableOf(asset)} WHERE (_from = $1 OR _until = $1) AND ${here}`,
    parameters,
  );
  return rows.map((row) => [row.name, row.date]);
}

/** Some columns of the rows of one materialization, in key order; only of some partitions, if given. */
export async function readColumns(
  database: Database,
  asset: AnyAsset,
  names: readonly string[],
  materialization: number,
  { within = null, where = [], signal }: {
    within?: PartitionSet | null;
    /** Only rows with one of these texts in each of the columns. */
    where?: readonly { column: string; values: readonly string[] }[];
    signal?: AbortSignal;
  } = {},
): Promise<Record<string, ColumnData>> {
  const specOf = (name: string) => {
    const found = asset.schema.columns.find((c) => c.name === name);
    if (!found) throw new RangeError(`"${asset.key}" has no column "${name}".`);
    return { name, type: found.type };
  };
  const { primaryKey } = asset.schema;
  const columns = names.map(specOf);
  const parameters: (string | number)[] = [materialization];
  const conditions = within === null ? [] : [partitionCondition(asset, within.rectangles(), parameters)];
  for (const { column, values } of where) {
    const type = asset.schema.columns.find(({ name }) => name === column)?.type;
    if (type !== "text" && type !== "date") {
      throw new RangeError(`"${asset.key}" has no column "${column}" of texts or dates.`);
    }
    if (type === "date" && values.length > 0) {
      // A range in addition: the planner can estimate the rows between two dates, but not those of a list.
      const sorted = values.toSorted();
      parameters.push(sorted[0]!, sorted.at(-1)!);
      conditions.push(
        `"${column}" BETWEEN $${parameters.length - 1}::text::date AND $${parameters.length}::text::date`,
      );
    }
    parameters.push(JSON.stringify(values));
    const value = type === "date" ? "value::date" : 'value COLLATE "C"';
    conditions.push(
      `"${column}" IN (SELECT ${value} FROM jsonb_array_elements_text($${parameters.length}::text::jsonb) AS value)`,
    );
  }
  parameters.push(asset.key);
  const all = [...new Set([...names, ...primaryKey])];
  const rows = (version: string) =>
    `SELECT ${quoted(all)} FROM ${tableOf(asset)} WHERE ${[version, "_from <= $1", ...conditions].join(" AND ")}`;
  // In two parts: the index of current rows serves the first, and for the latest version there is no second.
  const query = `${rows("_until IS NULL")} UNION ALL ${
    rows(
      `_until > $1 AND (SELECT EXISTS (
         SELECT FROM engine.materialization WHERE asset_key = $${parameters.length} AND id > $1))`,
    )
  }`;
  const isWhole = within === null && where.length === 0;
  if (!isWhole || !primaryKey.map(specOf).every(({ type }) => sortedHere.includes(type))) {
    const sorted = `SELECT ${quoted(names)} FROM (${query}) r ORDER BY ${quoted(primaryKey)}`;
    return await database.selectColumns(sorted, parameters, columns, { signal });
  }
  // Rows of a whole table are mostly in key order already: the database would sort half a million of them on disk.
  const read = await database.selectColumns(query, parameters, all.map(specOf), { signal });
  const order = orderOf(primaryKey.map((name) => read[name]!));
  const wanted = Object.fromEntries(names.map((name) => [name, read[name]!]));
  return order ? rowsAt(wanted, order) : wanted;
}

/** Types whose values sort here as in the database. */
const sortedHere: readonly ColumnSpec["type"][] = ["text", "date", "bigint", "integer", "double precision", "boolean"];

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
