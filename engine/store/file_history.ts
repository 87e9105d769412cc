import type { Database, Sql } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { rowFileSetting } from "./row_files.ts";

/** Rows and bytes of files. */
export interface FileSize {
  rows: number;
  bytes: number;
}

/** Hours after which a registered file without a version was left behind: a publication commits moments after it writes. */
const leftBehindHours = 24;
/** Number of files deleted at once. */
const filesAtOnce = 500;

/** Bytes of the files of each asset, by key. */
export async function fileBytes({ sql }: Database): Promise<ReadonlyMap<string, number>> {
  const rows = await sql<{ key: string; bytes: number }[]>`
    SELECT asset_key AS key, sum(bytes)::bigint AS bytes FROM engine.row_file GROUP BY asset_key`;
  return new Map(rows.map(({ key, bytes }) => [key, bytes]));
}

/** Files that no kept version of an asset has; `expired` versions count as no longer kept. */
export async function unneededFiles(
  { sql }: Database,
  asset: AnyAsset,
  expired: readonly number[] = [],
): Promise<FileSize> {
  const [size] = await sql.unsafe<FileSize[]>(
    `SELECT coalesce(sum(rows), 0)::bigint AS rows, coalesce(sum(bytes), 0)::bigint AS bytes FROM engine.row_file f
     WHERE ${ofNoKeptVersion("AND NOT m.id = ANY($2::bigint[])")}`,
    [asset.key, expired as number[]],
  );
  return size!;
}

/** Takes files that no kept version of an asset has out of all versions; {@link deleteUnusedFiles} deletes them. */
export async function releaseFiles({ sql }: Database, asset: AnyAsset): Promise<FileSize> {
  const released = await sql.unsafe<FileSize[]>(
    `UPDATE engine.row_file f SET from_materialization = NULL, until_materialization = NULL, registered_at = '-infinity'
     WHERE ${ofNoKeptVersion()} RETURNING rows, bytes`,
    [asset.key],
  );
  return {
    rows: released.reduce((sum, { rows }) => sum + rows, 0),
    bytes: released.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/**
 * Deletes files that belong to no version: those released, and those of publications that did not commit. The record goes last, so
 * that an interrupted deletion is repeated. Several processes may do so at once.
 *
 * @returns Number of deleted files.
 * @throws {FileStoreError} If the store cannot be reached.
 */
export async function deleteUnusedFiles(database: Database, signal?: AbortSignal): Promise<number> {
  const setting = rowFileSetting(database);
  if (!setting) return 0;
  const { sql } = database;
  let deleted = 0;
  // The database's clock: it also wrote the times. From here on no publication can use them.
  await sql`
    UPDATE engine.row_file SET registered_at = '-infinity'
    WHERE from_materialization IS NULL AND registered_at < clock_timestamp() - make_interval(hours => ${leftBehindHours})`;
  while (!signal?.aborted) {
    const files = await unusedFiles(sql);
    if (files.length === 0) break;
    await setting.store.remove(files.map(({ path }) => path), { signal });
    await sql`DELETE FROM engine.row_file WHERE id = ANY(${files.map(({ id }) => id)}::bigint[])`;
    deleted += files.length;
  }
  return deleted;
}

async function unusedFiles(sql: Sql): Promise<readonly { id: number; path: string }[]> {
  return await sql<{ id: number; path: string }[]>`
    SELECT id, path FROM engine.row_file
    WHERE from_materialization IS NULL AND registered_at = '-infinity' ORDER BY id LIMIT ${filesAtOnce}`;
}

/** Replaced files `f` of asset `$1` that belong to no kept version. */
function ofNoKeptVersion(andNot = ""): string {
  return `f.asset_key = $1 AND NOT f.retired AND f.until_materialization IS NOT NULL AND NOT EXISTS (
    SELECT FROM engine.materialization m
    WHERE m.asset_key = $1 AND m.id >= f.from_materialization AND m.id < f.until_materialization AND NOT m.rows_pruned
      ${andNot})`;
}
