import type postgres from "postgres";
import type { Database } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import type { AssetGraph } from "../declare/graph.ts";
import { DefinitionError, messageOf } from "../errors.ts";
import type { Logger } from "../../resources/logger.ts";
import { dropIndex, indexesOf, tableOf } from "./asset_table.ts";
import { forgetVersions } from "./latest_versions.ts";
import { createTable } from "./new_table.ts";
import { isSecondary, reconcileIndexes } from "./secondary_indexes.ts";
import { dropStagedRows } from "./staged_rows.ts";
import { alters, changeOf, keepsTable, type TableChange } from "./table_change.ts";
import { rowFileSetting } from "./row_files.ts";
import {
  type MissingFiles,
  readTables,
  type TableRecord,
  type Tables,
  undeclaredTables,
  writeRecords,
} from "./table_record.ts";
import { type FoundTable, hasSamePartitions, isDividedAlike } from "./table_shape.ts";

/**
 * Brings the tables of the assets in line with their declarations; an asset that was never made has none. Any declaration is possible:
 *
 * - Another layer moves the table with all its versions. New columns are added; a column whose values all convert to its new type
 *   unchanged is converted; a key with further columns is indexed again.
 * - Every other change creates a new table, and the old one moves to the schema `retired`. The asset counts as missing until it is
 *   made again, and its earlier versions are no longer readable.
 * - A table without the rows of the latest version counts as lost, however it was emptied.
 * - Rows in files stay only under the same declaration; with any other, and with a missing file of the current version, the asset
 *   is made again and its files are left as they are. So it is if rows move to files or to a table.
 * - If another function makes the asset, or the same one without partitions instead of with them, its versions count as stale.
 *
 * Assets are processed in groups of {@link assetsAtOnce}, each in a transaction: it holds a lock on every table, index and TOAST
 * table that it reads or creates, and PostgreSQL with default settings has room for 6,400.
 *
 * Processes older than an alteration can publish neither to an altered table nor from one (the trigger of
 * sql/migrations/0013_asset_tables.sql).
 *
 * @returns The number of the last alteration, for {@link Heartbeat.join}.
 * @throws {DefinitionError} If a table of an asset's name was not made by this engine: nothing of its group is changed. If rows are in
 * files and there is no setting for these.
 * @throws {FileStoreError} If the store of an asset's files cannot be reached.
 */
export async function reconcileTables(database: Database, graph: AssetGraph, logger: Logger): Promise<number> {
  const assets = graph.assets.filter(({ external }) => !external);
  if (!rowFileSetting(database)) await refuseFilesWithoutStore(database, assets);
  const files = { keys: rowFileSetting(database)?.keys ?? new Set<string>(), missing: await missingFiles(database) };
  await dropStagedRows(database.sql);
  let alteration = 0;
  for (let start = 0; start < assets.length; start += assetsAtOnce) {
    const group = assets.slice(start, start + assetsAtOnce);
    const done = await database.sql.begin((tx) => reconcileGroup(tx, graph, { assets: group, files })) as GroupDone;
    for (const { level, message } of done.messages) logger[level](message);
    alteration = Math.max(alteration, done.alteration);
  }
  const left = await undeclaredTables(database.sql, assets.map(({ key }) => key));
  if (left.length > 0) {
    logger.info(
      `These tables have no declared asset and are left unchanged: ${left.join(", ")}. DROP TABLE removes one.`,
    );
  }
  forgetVersions(database);
  return alteration;
}

/**
 * Current files that are not in their store. The list of the store is read after that of the database, and current files stay for an
 * hour at least after they are replaced: a file that another process adds or removes meanwhile is not found missing.
 */
async function missingFiles(database: Database): Promise<MissingFiles> {
  const setting = rowFileSetting(database);
  if (!setting?.keys.size) return new Map();
  const { store, keys } = setting;
  const files = await database.sql<{ id: number; path: string }[]>`
    SELECT id, path FROM engine.row_file
    WHERE asset_key = ANY(${[...keys]}::text[]) AND from_materialization IS NOT NULL AND until_materialization IS NULL
      AND NOT retired`;
  const found = new Set((await store.list()).map(({ path }) => path));
  return new Map(files.filter(({ path }) => !found.has(path)).map(({ id, path }) => [id, store.addressOf(path)]));
}

/**
 * A process without the setting, such as a command in another shell, must not replace files by empty tables.
 *
 * @throws {DefinitionError} If rows of an asset are in files.
 */
async function refuseFilesWithoutStore({ sql }: Database, assets: readonly AnyAsset[]): Promise<void> {
  const [asset] = await sql<{ key: string }[]>`
    SELECT asset_key AS key FROM engine.asset_table
    WHERE storage = 'parquet' AND asset_key = ANY(${assets.map(({ key }) => key)}::text[]) ORDER BY asset_key LIMIT 1`;
  if (!asset) return;
  throw new DefinitionError(
    `The rows of "${asset.key}" are in Parquet files, and this process has no place for these. Set ROW_FILES and ` +
      `PARQUET_ASSETS as before; to move the rows to the database, set ROW_FILES and leave "${asset.key}" out of ` +
      "PARQUET_ASSETS.",
  );
}

/** The assets of a group, and which of all have their rows in files. */
interface Group {
  assets: readonly AnyAsset[];
  files: { keys: ReadonlySet<string>; missing: MissingFiles };
}

/** Number of assets processed in one transaction. */
const assetsAtOnce = 250;

interface GroupDone {
  /** Log messages for after the commit. */
  messages: { level: "info" | "warn"; message: string }[];
  /** Number of the last alteration. */
  alteration: number;
}

async function reconcileGroup(
  tx: postgres.TransactionSql,
  graph: AssetGraph,
  { assets, files }: Group,
): Promise<GroupDone> {
  const keys = assets.map(({ key }) => key);
  const read = async () => {
    const tables = await readTables(tx, keys, files.missing);
    const changes: TableChange[] = [];
    for (const asset of assets) {
      changes.push(await changeOf(tx, { asset, graph, tables, inFiles: files.keys.has(asset.key) }));
    }
    return { tables, changes };
  };
  await tx`SELECT pg_advisory_xact_lock(7269, 0)`;
  let { tables, changes } = await read();
  if (changes.some(alters)) {
    // Waits for running publications, and then reads again.
    await tx`SELECT pg_advisory_xact_lock(7271, 0)`;
    ({ tables, changes } = await read());
  }
  const reconciliation = new Reconciliation(tx, graph, tables);
  for (const change of changes) await reconciliation.apply(change);
  await reconcileIndexes(tx, graph, changes.filter(keepsTable).map(({ asset }) => asset));
  return { messages: reconciliation.messages, alteration: await reconciliation.finish() };
}

/** One reconciliation, as part of its transaction. */
class Reconciliation {
  readonly messages: { level: "info" | "warn"; message: string }[] = [];
  readonly #records: TableRecord[] = [];
  readonly #alteration: number;
  #retired = 0;

  constructor(
    private readonly tx: postgres.TransactionSql,
    private readonly graph: AssetGraph,
    private readonly tables: Tables,
  ) {
    this.#alteration = tables.alteration + 1;
  }

  async apply(change: TableChange): Promise<void> {
    const { asset, shape, record, table, others, files, latest, remake } = change;
    let { replaced } = change;
    // An engine from before these records may have left a second table after a change of layer.
    const isMoved = shape.storage !== record.storage;
    const elsewhere = isMoved && replaced !== undefined ? replaced : "another table has its rows";
    for (const other of others) await this.#retire(asset.key, other, elsewhere);
    if (files && (replaced !== undefined || isMoved)) await this.#retireFiles(asset.key);
    if (table && replaced === undefined && change.inPlace.length > 0) {
      replaced = await this.#alter(change);
    }
    if (table && replaced !== undefined) await this.#retire(asset.key, table, replaced);
    const inFiles = shape.storage === "parquet";
    if (keepsTable(change) && (!table || replaced !== undefined)) {
      await createTable(this.tx, asset, this.graph.producerOf(asset.key));
    }
    const lost = latest === undefined || ((table || inFiles) && replaced === undefined)
      ? undefined
      : replaced ?? (latest.rowCount > 0 ? "it was missing" : undefined);
    if (lost !== undefined) {
      this.messages.push({
        level: "warn",
        message: `"${asset.key}" has to be made again: its ${
          inFiles && !isMoved ? "files are" : "table was"
        } replaced, because ${lost}.`,
      });
    }
    await this.#forgetDivision(change);
    const names = asset.checks.map(({ name }) => name);
    const isUnjudged = latest === undefined || lost !== undefined;
    this.#records.push({
      ...shape,
      key: asset.key,
      altered: alters(change) ? this.#alteration : record.altered,
      lostUntil: lost === undefined ? record.lostUntil : this.tables.lastMaterialization,
      lostBecause: lost ?? record.lostBecause,
      remakeUntil: remake === undefined ? record.remakeUntil : this.tables.lastMaterialization,
      remakeBecause: remake ?? record.remakeBecause,
      // Every publication runs all checks declared at that time.
      judgedBy: isUnjudged ? names : names.filter((name) => record.judgedBy.includes(name)),
    });
  }

  /** Alters a table in place. Returns why it could not, such as a view on it. */
  async #alter({ asset, shape, table, inPlace }: TableChange): Promise<string | undefined> {
    try {
      await this.tx.savepoint(async (sp) => {
        for (const statement of inPlace) await sp.unsafe(statement);
      });
    } catch (error) {
      return `it could not be altered: ${messageOf(error)}`;
    }
    if (table!.layer !== shape.layer) {
      this.messages.push({
        level: "info",
        message: `The table of "${asset.key}" moved from ${table!.layer} to ${shape.layer}.`,
      });
    }
    const converted = asset.schema.columns.filter(({ name }) =>
      table!.columns.has(name) && table!.columns.get(name) !== shape.columns[name]
    );
    for (const { name } of converted) {
      this.messages.push({
        level: "info",
        message: `Column "${name}" of "${asset.key}" was converted from ${table!.columns.get(name)} to ${
          shape.columns[name]
        }.`,
      });
    }
    return undefined;
  }

  /** Moves a table out of the way, for users to drop. */
  async #retire(key: string, table: FoundTable, because: string): Promise<void> {
    const at = `"${table.layer}"."${key}"`;
    if (!table.hasRows) {
      const dropped = await this.tx.savepoint((sp) => sp.unsafe(`DROP TABLE ${at}`)).then(() => true, () => false);
      if (dropped) return;
    }
    // PostgreSQL truncates names to 63 bytes.
    const name = `${key.slice(0, 40)}_${this.#alteration}_${++this.#retired}`;
    for (const index of table.indexes.keys()) await this.tx.unsafe(dropIndex(table.layer, index));
    const secondary = (await indexesOf(this.tx, { layer: table.layer, key })).filter(({ name }) =>
      isSecondary({ key }, name)
    );
    for (const { name } of secondary) await this.tx.unsafe(dropIndex(table.layer, name));
    await this.tx.unsafe(`ALTER TABLE ${at} RENAME TO "${name}"`);
    await this.tx.unsafe(`ALTER TABLE "${table.layer}"."${name}" SET SCHEMA retired`);
    await this.tx`
      INSERT INTO engine.retired_table (name, asset_key, materialization, because)
      VALUES (${name}, ${key}, ${this.tables.lastMaterialization}, ${because})`;
    this.messages.push({
      level: "warn",
      message:
        `A table of "${key}" was retired, because ${because}. Its rows are in retired."${name}": when nothing needs ` +
        `them any more, DROP TABLE retired."${name}".`,
    });
  }

  /** Leaves the files of an asset unread, for users to delete. */
  async #retireFiles(key: string): Promise<void> {
    const { count } = await this.tx`
      UPDATE engine.row_file
      SET retired = true, until_materialization = coalesce(until_materialization, ${
      this.tables.lastMaterialization + 1
    })
      WHERE asset_key = ${key} AND from_materialization IS NOT NULL AND NOT retired`;
    this.messages.push({
      level: "warn",
      message: `${count} files of "${key}" are no longer read. When nothing needs them any more, delete those that ` +
        `SELECT path FROM engine.row_file WHERE asset_key = '${key}' AND retired lists.`,
    });
  }

  /** Deletes the records of partitions that are now divided in another way. */
  async #forgetDivision({ asset, shape, record, isRedivided }: TableChange): Promise<void> {
    const { key } = asset;
    const { tx } = this;
    if (!isRedivided) return;
    const isSame = hasSamePartitions(shape.partitionedBy, record.partitionedBy);
    if (!isSame) {
      // Recorded changes have the coordinates of the old division.
      await tx`UPDATE engine.materialization SET changed = NULL WHERE asset_key = ${key} AND changed IS NOT NULL`;
    }
    if (shape.producer === record.producer && shape.partitioned && record.partitioned) {
      if (isDividedAlike(shape.partitionedBy, record.partitionedBy)) return;
    }
    if (shape.producer === key) {
      await tx`DELETE FROM engine.partitions WHERE producer = ${key}`;
      await tx`DELETE FROM engine.partition_failure WHERE producer = ${key}`;
    }
    await tx`DELETE FROM engine.extent WHERE asset_key = ${key}`;
    if (shape.partitioned || !shape.partitionedBy) return;
    const distinct = (column: string | undefined) =>
      column === undefined
        ? "NULL"
        : shape.storage === "parquet"
        ? "'{}'::text[]"
        : `(SELECT coalesce(array_agg(DISTINCT "${column}"::text ORDER BY "${column}"::text), '{}') FROM ${
          tableOf(asset)
        }
            WHERE _until IS NULL)`;
    await tx.unsafe(
      `INSERT INTO engine.extent (asset_key, names, dates) VALUES ($1, ${distinct(shape.partitionedBy.name)}, ${
        distinct(shape.partitionedBy.date)
      })`,
      [key],
    );
  }

  /** Records the current tables. Returns the number of the last alteration. */
  async finish(): Promise<number> {
    await writeRecords(this.tx, this.#records, this.tables);
    return Math.max(this.tables.alteration, ...this.#records.map(({ altered }) => altered));
  }
}
