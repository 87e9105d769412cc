import type { ColumnData, ColumnSpec, Database, Sql } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { type PreparedRows, rowsAt } from "../declare/row_schema.ts";
import type { PartitionSet } from "../partitions/mod.ts";
import { analyze, columnDefinition, quoted, sameKey, sameValues, tableOf } from "./asset_table.ts";
import { isSortedHere, readColumns } from "./read_columns.ts";

/*
 * Comparing half a million rows with those that are stored keeps the only session of the embedded database for seconds. There the
 * stored rows are read in pieces and compared in this process, before the transaction that publishes: it gets only those that differ,
 * and is short if few do.
 */

/** Fewer rows are compared in the database. */
const manyRows = 10_000;

/** The rows in which a new version may differ from the one before. */
export interface DifferingRows {
  /** The materialization that they were compared with. */
  base: number;
  /** New rows, and rows with a value that looks different: equal values in another notation count as different here. */
  rows: Pick<PreparedRows, "data" | "count">;
  /** The keys of stored rows that are to be removed. */
  gone: Pick<PreparedRows, "data" | "count">;
}

/**
 * Compares rows with those of a version; `null` if they are to be compared in the database.
 *
 * @param options.base The latest materialization.
 * @param options.within The partitions of the rows; `null` for all.
 *
 * Cost: reads all columns of the stored rows of these partitions, and has them in memory.
 */
export async function differingRows(
  database: Database,
  asset: AnyAsset,
  { data, count }: Pick<PreparedRows, "data" | "count">,
  { base, within, signal }: { base: number; within: PartitionSet | null; signal: AbortSignal },
): Promise<DifferingRows | null> {
  if (database.kind !== "embedded" || count < manyRows || !isSortedHere(asset)) return null;
  const { primaryKey, columns } = asset.schema;
  const names = columns.map(({ name }) => name);
  const stored = await readColumns(database, asset, names, base, { within, signal });
  const storedCount = stored[names[0]!]!.length;
  const keys = primaryKey.map((name): [ColumnData, ColumnData] => [data[name]!, stored[name]!]);
  const values = names.filter((name) => !primaryKey.includes(name)).map((name): [ColumnData, ColumnData] => [
    data[name]!,
    stored[name]!,
  ]);
  const differing: number[] = [];
  const gone: number[] = [];
  // Both are in key order.
  for (let own = 0, old = 0; own < count || old < storedCount;) {
    const order = own === count ? 1 : old === storedCount ? -1 : compared(keys, own, old);
    if (order > 0) gone.push(old++);
    else if (order < 0) differing.push(own++);
    else {
      if (!values.every(([a, b]) => isSame(a[own], b[old]))) differing.push(own);
      own++;
      old++;
    }
  }
  const of = (columns: Readonly<Record<string, ColumnData>>, positions: readonly number[]) => ({
    data: rowsAt(columns, Uint32Array.from(positions)),
    count: positions.length,
  });
  const keysOf = Object.fromEntries(primaryKey.map((name) => [name, stored[name]!]));
  return { base, rows: of(data, differing), gone: of(keysOf, gone) };
}

/** Publishes the rows that differ, inside the transaction that records materialization `id`. */
export async function writeDifference(
  database: Database,
  tx: Sql,
  asset: AnyAsset,
  { rows, gone }: DifferingRows,
  { id, signal }: { id: number; signal: AbortSignal },
): Promise<{ added: number; removed: number }> {
  if (rows.count + gone.count === 0) return { added: 0, removed: 0 };
  const columns: ColumnSpec[] = asset.schema.columns.map(({ name, type }) => ({ name, type }));
  const keys = columns.filter(({ name }) => asset.schema.primaryKey.includes(name));
  const stage = `stage_${id}`;
  const definitions = [...columns.map(columnDefinition), "_gone boolean NOT NULL DEFAULT false"];
  await tx.unsafe(`CREATE TEMP TABLE "${stage}" (${definitions.join(", ")}) ON COMMIT DROP`);
  await database.insertColumns(tx, `pg_temp.${stage}`, columns, rows.data, { signal });
  await database.insertColumns(tx, `pg_temp.${stage}`, [...keys, { name: "_gone", type: "boolean" }], {
    ...gone.data,
    _gone: new Array(gone.count).fill(true),
  }, { signal });
  await analyze(database, tx, `"${stage}"`, rows.count + gone.count);
  const removed = await tx.unsafe(
    `UPDATE ${tableOf(asset)} t SET _until = $1 FROM "${stage}" s
     WHERE t._until IS NULL AND ${sameKey(asset, "s", "t")} AND (s._gone OR NOT ${sameValues(asset, "s", "t")})`,
    [id],
  );
  const all = columns.map(({ name }) => name);
  const added = await tx.unsafe(
    `INSERT INTO ${tableOf(asset)} (${quoted(all)}, _from)
     SELECT ${quoted(all)}, $1 FROM "${stage}" s
     WHERE NOT s._gone
       AND NOT EXISTS (SELECT FROM ${tableOf(asset)} t WHERE t._until IS NULL AND ${sameKey(asset, "t", "s")})`,
    [id],
  );
  await analyze(database, tx, tableOf(asset), added.count);
  return { added: added.count, removed: removed.count };
}

function compared(keys: readonly (readonly [ColumnData, ColumnData])[], own: number, old: number): number {
  for (const [a, b] of keys) {
    const [x, y] = [a[own] as string | number, b[old] as string | number];
    if (x < y) return -1;
    if (x > y) return 1;
  }
  return 0;
}

/** Whether two values are certainly the same to the database. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isNull(a) || isNull(b)) return isNull(a) && isNull(b);
  return typeof a === "object" && typeof b === "object" && JSON.stringify(a) === JSON.stringify(b);
}

function isNull(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}
