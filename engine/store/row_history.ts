import { z } from "zod";
import type { Database } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import {
  expiredVersions,
  keepDays,
  type KeptVersion,
  retentionInWords,
  type RowRetention,
} from "../declare/row_retention.ts";
import { tableOf } from "./asset_table.ts";
import { deleteUnusedFiles, fileBytes, releaseFiles, unneededFiles } from "./file_history.ts";
import type { Sweeper } from "./retention.ts";
import { rowFilesOf } from "./row_files.ts";
import { layerSchemas } from "./table_record.ts";

/** Minimum time for a reader without a lock to finish. */
const graceMs = 3_600_000;
/** Blocks of 8 kB scanned in one transaction: 16 MB, a fraction of a second. On the embedded database all other statements wait for it. */
const blocksAtOnce = { postgres: 2_048, embedded: 256 };
/**
 * Closed and deleted rows after which a table is vacuumed. Closing a row writes it anew and leaves a dead one, also where every version is
 * kept; autovacuum waits for a fifth of the table.
 */
const manyDeadRows = 1_000;

const keeps = z.string().describe("The kept versions of its rows, in words");

/** Rows that pruning deletes, or would delete, from an asset. */
export const PrunedHistory = z.strictObject({
  key: z.string(),
  keeps,
  versions: z.int().min(0).describe("Deleted versions"),
  rows: z.int().min(0).describe("Rows of only those versions; of only their files, for rows in files"),
  bytes: z.int().min(0).describe("Of its table with indexes, or of its files, before"),
  fileBytes: z.int().min(0).optional().describe("Of the deleted files, for rows in files"),
});
export type PrunedHistory = z.infer<typeof PrunedHistory>;

/** Disk use of an asset's rows. */
export const AssetStorage = z.strictObject({
  key: z.string(),
  // 0 without a table.
  bytes: z.int().min(0).describe("Of its table with indexes, or of its files"),
  keeps,
});
export type AssetStorage = z.infer<typeof AssetStorage>;

/** Rows that were deleted from a table. */
interface Deletion {
  deleted: number;
  /** Whether they were most of its rows. */
  most: boolean;
}

/**
 * Deletes the rows of expired versions.
 *
 * An expired version is marked first, so that no new reader starts on it; then its rows are deleted, some blocks of the table in a
 * transaction, or files of which no kept version has a row. An interrupted deletion continues with the next sweep. Several
 * processes may run it at once.
 */
export class RowHistory implements Sweeper {
  readonly name = "rows of old versions";
  readonly #fallback: RowRetention;

  /** @param options.keepDays For assets that declare no retention. */
  constructor(
    private readonly database: Database,
    private readonly assets: readonly AnyAsset[],
    options: { keepDays: number },
  ) {
    this.#fallback = keepDays(options.keepDays);
  }

  /** The kept versions of an asset, in words. */
  keeps(asset: AnyAsset): string {
    return retentionInWords(asset.retention ?? this.#fallback);
  }

  /** Disk use of the tables of all assets, in the given order; external assets have none. */
  async storage(): Promise<AssetStorage[]> {
    const own = this.assets.filter(({ external }) => !external);
    const { sql } = this.database;
    const rows = await sql<{ name: string; bytes: number }[]>`
      SELECT n.layer || '.' || c.relname AS name, pg_total_relation_size(c.oid) AS bytes
      FROM pg_class c JOIN ${sql.unsafe(layerSchemas)} n ON n.oid = c.relnamespace WHERE c.relkind = 'r'`;
    const bytesOf = new Map(rows.map(({ name, bytes }) => [name, bytes]));
    const inFiles = await fileBytes(this.database);
    return own.map((asset) => ({
      key: asset.key,
      bytes: (bytesOf.get(`${asset.layer}.${asset.key}`) ?? 0) + (inFiles.get(asset.key) ?? 0),
      keeps: this.keeps(asset),
    }));
  }

  async sweep(signal?: AbortSignal): Promise<number> {
    let rows = 0;
    for (const pruned of await this.prune({ signal })) rows += pruned.rows;
    return rows;
  }

  /**
   * Prunes all assets.
   *
   * @param options.dryRun Reports the rows to delete and changes nothing.
   * @returns Assets with rows to delete, in the order given.
   */
  async prune({ dryRun = false, signal }: { dryRun?: boolean; signal?: AbortSignal } = {}): Promise<PrunedHistory[]> {
    const pruned: PrunedHistory[] = [];
    const deletions = new Map<string, Deletion>();
    const pending = await this.#pending();
    for (const asset of this.assets) {
      signal?.throwIfAborted();
      // The layer has a table only after the engine has opened with this declaration.
      if (!pending.has(asset.key)) continue;
      const expired = await this.#expired(asset);
      if (expired.length === 0 && !pending.get(asset.key)) continue;
      const inFiles = rowFilesOf(this.database, asset) !== undefined;
      const bytes = inFiles ? (await fileBytes(this.database)).get(asset.key) ?? 0 : await this.#tableBytes(asset);
      if (!dryRun && expired.length > 0) await this.#mark(asset, expired);
      const deleted = inFiles
        ? await this.#releaseFiles(asset, { expired, dryRun })
        : { rows: dryRun ? await this.#countRows(asset, expired) : await this.#deleteRows(asset, deletions, signal) };
      pruned.push({ key: asset.key, keeps: this.keeps(asset), versions: expired.length, bytes, ...deleted });
    }
    if (dryRun) return pruned;
    await deleteUnusedFiles(this.database, signal);
    await this.#vacuumRows(deletions, signal);
    if (pruned.length > 0 && this.database.kind === "embedded") await this.#vacuumRecords(signal);
    return pruned;
  }

  /**
   * Makes room in tables of which many rows were closed or deleted; on the embedded database, which has no autovacuum, of which any were
   * deleted. If most were, it rewrites the table there, which costs the remaining rows.
   */
  async #vacuumRows(deletions: ReadonlyMap<string, Deletion>, signal?: AbortSignal): Promise<void> {
    const { sql, kind } = this.database;
    const rows = await sql<{ key: string; closed: number; until: number }[]>`
      SELECT t.asset_key AS key, sum(m.rows_removed)::float8 AS closed, max(m.id) AS until
      FROM engine.asset_table t JOIN engine.materialization m ON m.asset_key = t.asset_key AND m.id > t.vacuumed_until
      WHERE t.storage = 'table' GROUP BY t.asset_key`;
    const closings = new Map(rows.map((row) => [row.key, row]));
    for (const asset of this.assets) {
      const { closed = 0, until = 0 } = closings.get(asset.key) ?? {};
      const { deleted, most } = deletions.get(asset.key) ?? { deleted: 0, most: false };
      const isEmbedded = kind === "embedded";
      if (closed + deleted < manyDeadRows && !(isEmbedded && deleted > 0)) continue;
      signal?.throwIfAborted();
      await sql.unsafe(`VACUUM ${isEmbedded && most ? "(FULL, ANALYZE)" : ""} ${tableOf(asset)}`);
      await sql`
        UPDATE engine.asset_table SET vacuumed_until = greatest(vacuumed_until, ${until}) WHERE asset_key = ${asset.key}`;
    }
  }

  /**
   * Makes room in the engine's tables and in the catalogs, whose rows change with each step and each staged table: the embedded
   * database has no autovacuum. A table at a time, because all other statements wait. The checkpoint frees the log of it all.
   */
  async #vacuumRecords(signal?: AbortSignal): Promise<void> {
    const { sql } = this.database;
    const tables = await sql<{ name: string }[]>`
      SELECT oid::regclass::text AS name FROM pg_class
      WHERE relkind = 'r' AND pg_relation_size(oid) > 65536 AND relnamespace IN (
        'pg_catalog'::regnamespace, (SELECT relnamespace FROM pg_class WHERE oid = 'engine.asset_table'::regclass))`;
    for (const { name } of tables) {
      signal?.throwIfAborted();
      await sql.unsafe(`VACUUM ${name}`);
    }
    await sql`CHECKPOINT`;
  }

  async #tableBytes(asset: AnyAsset): Promise<number> {
    const [size] = await this.database.sql.unsafe<{ bytes: number }[]>(
      `SELECT pg_total_relation_size('${tableOf(asset)}'::regclass) AS bytes`,
    );
    return size!.bytes;
  }

  async #releaseFiles(
    asset: AnyAsset,
    { expired, dryRun }: { expired: readonly number[]; dryRun: boolean },
  ): Promise<{ rows: number; fileBytes: number }> {
    const { rows, bytes } = dryRun
      ? await unneededFiles(this.database, asset, expired)
      : await releaseFiles(this.database, asset);
    if (!dryRun) {
      await this.database.sql`UPDATE engine.asset_table SET prune_pending = false WHERE asset_key = ${asset.key}`;
    }
    return { rows, fileBytes: bytes };
  }

  /** Assets with a table, and whether it may still have rows of expired versions. */
  async #pending(): Promise<Map<string, boolean>> {
    const rows = await this.database.sql<{ key: string; pending: boolean }[]>`
      SELECT asset_key AS key, prune_pending AS pending FROM engine.asset_table`;
    return new Map(rows.map(({ key, pending }) => [key, pending]));
  }

  async #expired(asset: AnyAsset): Promise<number[]> {
    const retention = asset.retention ?? this.#fallback;
    if (retention.keep === "all") return [];
    // The database's clock: it also wrote the times. A step reads the versions that were current at its start.
    const [moments] = await this.database.sql<{ now: number; busySince: number | null }[]>`
      SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now, (
        SELECT min(extract(epoch FROM started_at))::float8 * 1000 FROM engine.run WHERE status = 'running') AS "busySince"`;
    const { now, busySince } = moments!;
    const versions = await this.database.sql<KeptVersion[]>`
      SELECT id, extract(epoch FROM committed_at)::float8 * 1000 AS "committedAt" FROM engine.materialization m
      WHERE asset_key = ${asset.key} AND NOT rows_pruned
        AND id > (SELECT lost_until FROM engine.asset_table WHERE asset_key = m.asset_key)
      ORDER BY id`;
    return expiredVersions(versions, retention, { now, neededSince: Math.min(now - graceMs, busySince ?? now) });
  }

  async #mark({ key }: AnyAsset, expired: readonly number[]): Promise<void> {
    await this.database.sql.begin(async (tx) => {
      await tx`UPDATE engine.materialization SET rows_pruned = true WHERE id = ANY(${expired as number[]}::bigint[])`;
      await tx`UPDATE engine.asset_table SET prune_pending = true WHERE asset_key = ${key}`;
    });
  }

  async #deleteRows(asset: AnyAsset, deletions: Map<string, Deletion>, signal?: AbortSignal): Promise<number> {
    const { sql } = this.database;
    const table = tableOf(asset);
    const [size] = await sql.unsafe<{ blocks: number; rows: number }[]>(
      `SELECT pg_relation_size('${table}'::regclass) / 8192 AS blocks, (SELECT count(*) FROM ${table}) AS rows`,
    );
    const step = blocksAtOnce[this.database.kind];
    let deleted = 0;
    for (let block = 0; block < size!.blocks; block += step) {
      signal?.throwIfAborted();
      const { count } = await sql.unsafe(
        `DELETE FROM ${table} t
         WHERE t.ctid >= '(${block},0)'::tid AND t.ctid < '(${block + step},0)'::tid AND ${ofNoKeptVersion(asset)}`,
      );
      deleted += count;
    }
    await sql`UPDATE engine.asset_table SET prune_pending = false WHERE asset_key = ${asset.key}`;
    deletions.set(asset.key, { deleted, most: deleted > size!.rows / 2 });
    return deleted;
  }

  async #countRows(asset: AnyAsset, expired: readonly number[]): Promise<number> {
    const [row] = await this.database.sql.unsafe<{ count: number }[]>(
      `SELECT count(*) AS count FROM ${tableOf(asset)} t WHERE ${
        ofNoKeptVersion(asset, "AND NOT m.id = ANY($1::bigint[])")
      }`,
      [expired as number[]],
    );
    return row!.count;
  }
}

/** Removed rows of `t` that belong to no kept version of the asset. */
function ofNoKeptVersion({ key }: AnyAsset, andNot = ""): string {
  return `t._until IS NOT NULL AND NOT EXISTS (
    SELECT FROM engine.materialization m
    WHERE m.asset_key = '${key}' AND m.id >= t._from AND m.id < t._until AND NOT m.rows_pruned ${andNot})`;
}
