import type { Sql } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { dataVersion, type PreparedRows, rowsAt } from "../declare/row_schema.ts";

/*
 * A table of several years grows by a session a day, and comparing all of its rows with the stored ones to find the few new ones
 * costs more than making them. Therefore a digest of each month's rows is stored with their version: a publication compares only
 * months with a different digest.
 */

/** Smaller tables are compared directly. */
const manyRows = 10_000;

/** Rows of a table by the month of a date column. */
export interface RowMonths {
  column: string;
  /** Ascending positions of the rows of each month, such as `2026-11`. */
  rows: ReadonlyMap<string, Uint32Array>;
  /** The data version of each month's rows alone. */
  digests: ReadonlyMap<string, string>;
}

/** The rows to store of the months that changed. */
export interface ChangedMonths {
  /** All rows of those months. */
  rows: Pick<PreparedRows, "data" | "count">;
  /** The date column and the ranges, inclusive, of the rows they replace. */
  column: string;
  ranges: readonly [first: string, last: string][];
  months: readonly string[];
}

/**
 * Divides rows by month, of the column with the partitions' dates or else of the first date in the key; `null` for small tables and
 * those without such a column.
 *
 * Cost: O(n), about that of their data version.
 */
export function rowMonths(asset: AnyAsset, { data, count }: PreparedRows): RowMonths | null {
  const { schema } = asset;
  const isDate = (name: string) => schema.columns.some((c) => c.name === name && c.type === "date" && !c.nullable);
  const column = [asset.partitionedBy?.date, ...schema.primaryKey].find((name) => name !== undefined && isDate(name));
  if (count < manyRows || column === undefined) return null;
  const rows = positionsByMonth(data[column] as readonly string[]);
  const digests = new Map([...rows].map(([month, positions]) => [month, dataVersion(schema, data, positions)]));
  return { column, rows, digests };
}

/** The positions of the dates of each month, ascending. Cost: O(n). */
export function positionsByMonth(dates: readonly string[]): Map<string, Uint32Array> {
  const monthOf = new Uint32Array(dates.length);
  const known = new Map<string, number>();
  const counts: number[] = [];
  let month: string | undefined;
  let own = 0;
  for (let row = 0; row < dates.length; row++) {
    const date = dates[row]!;
    // Most rows are in the same month as the previous one.
    if (month === undefined || !isIn(date, month)) {
      month = date.slice(0, -3);
      own = known.get(month) ?? known.size;
      if (own === known.size) counts[own] = 0;
      known.set(month, own);
    }
    monthOf[row] = own;
    counts[own]!++;
  }
  const positions = counts.map((count) => new Uint32Array(count));
  const filled = new Uint32Array(counts.length);
  for (let row = 0; row < monthOf.length; row++) positions[monthOf[row]!]![filled[monthOf[row]!]!++] = row;
  return new Map([...known].map(([month, at]) => [month, positions[at]!]));
}

/** Whether a date is in a month; takes a fraction of the time of `startsWith`. */
function isIn(date: string, month: string): boolean {
  for (let i = month.length - 1; i >= 0; i--) if (date.charCodeAt(i) !== month.charCodeAt(i)) return false;
  return true;
}

/**
 * The months whose rows differ from those of the stored version; `null` if unknown, or if they are most of the table. None may differ for a
 * table that is carried on, of which equal rows are returned.
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
  if (2 * size > count) return null;
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

/** Records the months of a version, in the transaction that stores it. */
export async function recordMonths(
  tx: Sql,
  { key }: AnyAsset,
  { version, months, changed }: { version: string; months: RowMonths; changed: readonly string[] | null },
): Promise<void> {
  const kept = [...months.digests].filter(([month]) => changed?.includes(month) ?? true);
  await tx`
    DELETE FROM engine.row_digest WHERE asset_key = ${key} AND (${
    changed === null
  } OR month = ANY(${(changed ?? []) as string[]}::text[]))`;
  await tx`
    INSERT INTO engine.row_digest (asset_key, month, digest)
    SELECT ${key}, m.month, m.digest
    FROM jsonb_to_recordset(${JSON.stringify(kept.map(([month, digest]) => ({ month, digest })))}::text::jsonb)
      AS m(month text, digest text)`;
  await tx`UPDATE engine.asset_table SET digests_of = ${version} WHERE asset_key = ${key}`;
}

/** Drops the digests from the month of a date on, of which only some rows were returned: they count as changed the next time. */
export async function forgetMonths(
  tx: Sql,
  { key }: AnyAsset,
  { from, replaced, version }: { from: string; replaced: string; version: string },
): Promise<void> {
  const month = from.slice(0, -3);
  await tx`DELETE FROM engine.row_digest WHERE asset_key = ${key} AND month COLLATE "C" >= ${month}`;
  await tx`UPDATE engine.asset_table SET digests_of = ${version} WHERE asset_key = ${key} AND digests_of = ${replaced}`;
}

function lastDateOf(month: string): string {
  const { year, month: number, daysInMonth } = Temporal.PlainYearMonth.from(month);
  return Temporal.PlainDate.from({ year, month: number, day: daysInMonth }).toString();
}
