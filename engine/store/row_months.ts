import type { Sql } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { dataVersion, type PreparedRows, rowsAt } from "../declare/row_schema.ts";

/*
 * A table of years grows by a session a day, and comparing all of its rows with what is stored to find the few that are new costs more
 * than making them. So a digest of the rows of each month is kept with the version that they make up together: a publication compares
 * only months whose digest is another one.
 */

/** Fewer rows are compared as they are. */
const manyRows = 10_000;

/** Rows of a table by the month of a date column. */
export interface RowMonths {
  column: string;
  /** Ascending positions of the rows of each month, such as `2026-11`. */
  rows: ReadonlyMap<string, Uint32Array>;
  /** The data version of each month's rows alone. */
  digests: ReadonlyMap<string, string>;
}

/** A part of the rows that are to be stored: those of the months whose rows changed. */
export interface ChangedMonths {
  /** All rows of those months. */
  rows: Pick<PreparedRows, "data" | "count">;
  /** Which rows of the table they replace: those whose date lies in one of the ranges, ends included. */
  column: string;
  ranges: readonly [first: string, last: string][];
  months: readonly string[];
}

/**
 * Divides rows by months, of the column that holds the date of partitions or else of the first date in the key; `null` for small tables
 * and those without such a column.
 *
 * Cost: O(n), about that of their data version.
 */
export function rowMonths(asset: AnyAsset, { data, count }: PreparedRows): RowMonths | null {
  const { schema } = asset;
  const isDate = (name: string) => schema.columns.some((c) => c.name === name && c.type === "date" && !c.nullable);
  const column = [asset.partitionedBy?.date, ...schema.primaryKey].find((name) => name !== undefined && isDate(name));
  if (count < manyRows || column === undefined) return null;
  const found = new Map<string, number[]>();
  let month: string | undefined;
  let own: number[] = [];
  (data[column] as readonly string[]).forEach((date, row) => {
    // Most rows follow one of their month.
    if (month === undefined || !date.startsWith(month)) {
      month = date.slice(0, -3);
      const known = found.get(month);
      if (known) own = known;
      else found.set(month, own = []);
    }
    own.push(row);
  });
  const rows = new Map([...found].map(([month, positions]) => [month, Uint32Array.from(positions)]));
  const digests = new Map([...rows].map(([month, positions]) => [month, dataVersion(schema, data, positions)]));
  return { column, rows, digests };
}

/**
 * The months whose rows are others than those of the version that is stored; `null` where it is not known, or they are most of the
 * table.
 */
export async function changedMonths(
  tx: Sql,
  { key }: AnyAsset,
  { rows: { data, count }, months, stored }: { rows: PreparedRows; months: RowMonths; stored: string },
): Promise<ChangedMonths | null> {
  const known = await tx<{ month: string; digest: string }[]>`
    SELECT d.month, d.digest FROM engine.row_digest d JOIN engine.asset_table t USING (asset_key)
    WHERE d.asset_key = ${key} AND t.digests_of = ${stored}`;
  if (known.length === 0) return null;
  const before = new Map(known.map(({ month, digest }) => [month, digest]));
  const all = [...new Set([...months.digests.keys(), ...before.keys()])].sort();
  const changed = all.filter((month) => months.digests.get(month) !== before.get(month));
  const positions = changed.map((month) => months.rows.get(month) ?? new Uint32Array());
  const size = positions.reduce((sum, { length }) => sum + length, 0);
  if (changed.length === 0 || 2 * size > count) return null;
  const inOrder = new Uint32Array(size);
  let at = 0;
  for (const own of positions) {
    inOrder.set(own, at);
    at += own.length;
  }
  inOrder.sort();
  return {
    rows: { data: rowsAt(data, inOrder), count: size },
    column: months.column,
    ranges: changed.map((month) => [`${month}-01`, lastDateOf(month)]),
    months: changed,
  };
}

/** Records what the months of a version are, which is stored in the same transaction. */
export async function recordMonths(
  tx: Sql,
  { key }: AnyAsset,
  { version, months, changed }: { version: string; months: RowMonths; changed: readonly string[] | null },
): Promise<void> {
  const told = [...months.digests].filter(([month]) => changed?.includes(month) ?? true);
  await tx`
    DELETE FROM engine.row_digest WHERE asset_key = ${key} AND (${
    changed === null
  } OR month = ANY(${(changed ?? []) as string[]}::text[]))`;
  await tx`
    INSERT INTO engine.row_digest (asset_key, month, digest)
    SELECT ${key}, m.month, m.digest
    FROM jsonb_to_recordset(${JSON.stringify(told.map(([month, digest]) => ({ month, digest })))}::text::jsonb)
      AS m(month text, digest text)`;
  await tx`UPDATE engine.asset_table SET digests_of = ${version} WHERE asset_key = ${key}`;
}

function lastDateOf(month: string): string {
  const { year, month: number, daysInMonth } = Temporal.PlainYearMonth.from(month);
  return Temporal.PlainDate.from({ year, month: number, day: daysInMonth }).toString();
}
