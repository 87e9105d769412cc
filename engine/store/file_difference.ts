import type { AnyAsset } from "../declare/asset.ts";
import { sortedKeys, toRows } from "../declare/row_schema.ts";
import type { RowFile, RowFiles } from "./row_files.ts";

type Row = Record<string, unknown>;

/** A row that differs between two versions; `null` where there is none. */
export interface RowDifference {
  before: Row | null;
  after: Row | null;
}

/**
 * The rows that differ between two versions in files, in key order. Reads only files that belong to one of the versions alone.
 *
 * @throws {FileStoreError} If a file is missing, or the store cannot be reached.
 */
export async function differencesInFiles(
  files: RowFiles,
  asset: AnyAsset,
  { from, to }: { from: number; to: number },
): Promise<RowDifference[]> {
  const { columns, primaryKey } = asset.schema;
  const [earlier, later] = [await files.of(from), await files.of(to)];
  const others = (some: readonly RowFile[], than: readonly RowFile[]) => {
    const known = new Set(than.map(({ id }) => id));
    return some.filter(({ id }) => !known.has(id));
  };
  const rowsOf = async (some: readonly RowFile[]) => {
    const specs = columns.map(({ name, type }) => ({ name, type }));
    using found = await files.queryFiles(some, { columns: specs });
    return toRows({ columns }, await found.read()) as Row[];
  };
  const keyOf = (row: Row) => JSON.stringify(primaryKey.map((name) => row[name]));
  const found = new Map<string, RowDifference>();
  for (const row of await rowsOf(others(earlier, later))) found.set(keyOf(row), { before: row, after: null });
  for (const row of await rowsOf(others(later, earlier))) {
    const key = keyOf(row);
    const before = found.get(key)?.before ?? null;
    if (before && JSON.stringify(before, sortedKeys) === JSON.stringify(row, sortedKeys)) found.delete(key);
    else found.set(key, { before, after: row });
  }
  const compare = (a: RowDifference, b: RowDifference) => {
    const [x, y] = [(a.before ?? a.after)!, (b.before ?? b.after)!];
    const name = primaryKey.find((name) => x[name] !== y[name]);
    return name === undefined ? 0 : (x[name] as string) < (y[name] as string) ? -1 : 1;
  };
  return [...found.values()].sort(compare);
}
