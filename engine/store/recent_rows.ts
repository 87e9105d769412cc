import type { ColumnData, Database } from "../../resources/database/database.ts";
import { type AnyAsset, isOneOf, type Where } from "../declare/asset.ts";
import { type PreparedRows, rowsAt } from "../declare/row_schema.ts";

/** Bytes of all kept columns, counting eight for each value. */
const mostBytes = 64 * 2 ** 20;

/** Types whose values come back from the database as they were given. */
const kept: readonly string[] = ["text", "date", "boolean", "bigint", "double precision"];

interface Kept {
  materialization: number;
  data: PreparedRows["data"];
  bytes: number;
}

/**
 * Rows of whole tables that this process published in the present run. The steps after them read the same rows: from here that
 * takes a tenth of the time, and no object for each value. A materialization never changes, so that nothing becomes outdated.
 */
export class RecentRows {
  /** By asset; the one published first is given up first. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  constructor(private readonly most: number = mostBytes) {}

  /** Keeps the rows of a committed materialization, unless they are too many. The caller must not change them. */
  keep({ key, schema }: AnyAsset, materialization: number, { data, count }: PreparedRows): void {
    this.#drop(key);
    const bytes = 8 * count * schema.columns.length;
    if (bytes > this.most) return;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes + bytes <= this.most) break;
      this.#drop(oldest);
    }
    this.#kept.set(key, { materialization, data, bytes });
    this.#bytes += bytes;
  }

  /**
   * Copies of some columns of a materialization, in key order; `null` if it is not kept, or its values could differ from those of
   * the database in their form.
   *
   * @param where Only rows with one of these values in each of the columns.
   */
  columns(
    { key, schema }: AnyAsset,
    names: readonly string[],
    materialization: number,
    where: readonly Where[],
  ): Record<string, ColumnData> | null {
    const found = this.#kept.get(key);
    if (found?.materialization !== materialization) return null;
    const { data } = found;
    const typeOf = new Map<string, string>(schema.columns.map(({ name, type }) => [name, type]));
    if (!names.every((name) => kept.includes(typeOf.get(name)!))) return null;
    if (!where.every(({ column }) => ["text", "date"].includes(typeOf.get(column)!))) return null;
    const wanted = Object.fromEntries(names.map((name) => [name, data[name]!]));
    const read = where.length === 0
      ? Object.fromEntries(Object.entries(wanted).map(([name, values]) => [name, values.slice()]))
      : rowsAt(wanted, placesOf(data, where));
    // The database has no −0 of this type.
    for (const name of names) {
      if (typeOf.get(name) === "bigint") (read[name] as Float64Array).forEach((n, i, all) => all[i] = n + 0);
    }
    return read;
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }

  #drop(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0;
    this.#kept.delete(key);
  }
}

/** Positions of the rows with one of the values in each column. */
function placesOf(
  data: PreparedRows["data"],
  where: readonly Where[],
): Uint32Array {
  const [first, ...others] = where.map(({ column, values }) => ({
    column: data[column] as readonly string[],
    has: isOneOf(values),
  }));
  const places: number[] = [];
  first!.column.forEach((value, i) => {
    if (first!.has(value) && others.every(({ column, has }) => has(column[i]!))) places.push(i);
  });
  return Uint32Array.from(places);
}

const byDatabase = new WeakMap<Database, RecentRows>();

/** The rows published lately through a database of this process. */
export function recentRowsOf(database: Database): RecentRows {
  let rows = byDatabase.get(database);
  if (!rows) byDatabase.set(database, rows = new RecentRows());
  return rows;
}
