import type postgres from "postgres";
import type { Database } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import type { AssetGraph } from "../declare/graph.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../../resources/logger.ts";
import { createTableStatement, dropIndex, indexesOf, tableOf } from "./asset_table.ts";
import { forgetVersions } from "./latest_versions.ts";
import { isSecondary, reconcileIndexes } from "./secondary_indexes.ts";
import { dropStagedRows } from "./staged_rows.ts";
import { alters, changeOf, indexStatement, isNew, type TableChange } from "./table_change.ts";
import { readTables, type TableRecord, type Tables, undeclaredTables, writeRecords } from "./table_record.ts";
import { type FoundTable, hasSamePartitions, isDividedAlike } from "./table_shape.ts";

/**
 * Brings the tables of the assets in line with their declarations. Any declaration is possible:
 *
 * - Another layer moves the table with all its versions. New columns are added; a column whose values all convert to its new type
 *   unchanged is converted; a key with further columns is indexed again.
 * - Every other change creates a new table, and the old one moves to the schema `retired`. The asset counts as missing until it is
 *   made again, and its earlier versions are no longer readable.
 * - A table without the rows of the latest version counts as lost, however it was emptied.
 * - If another function makes the asset, or the same one without partitions instead of with them, its versions count as stale.
 *
 * Assets are processed in groups of {@link assetsAtOnce}, each in a transaction: it holds a lock on every table, index and TOAST
 * table that it reads or creates, and PostgreSQL with default settings has room for 6,400.
 *
 * Processes older than an alteration can publish neither to an altered table nor from one (the trigger of
 * sql/migrations/0013_asset_tables.sql).
 *
 * @returns The number of the last alteration, for {@link Heartbeat.join}.
 * @throws {DefinitionError} If a table of an asset's name was not made by this engine. Nothing of its group is changed.
 */
export async function reconcileTables(database: Database, graph: AssetGraph, logger: Logger): Promise<number> {
  const assets = graph.assets.filter(({ external }) => !external);
  await dropStagedRows(database.sql);
  let alteration = 0;
  for (let start = 0; start < assets.length; start += assetsAtOnce) {
    const group = assets.slice(start, start + assetsAtOnce);
    const done = await database.sql.begin((tx) => reconcileGroup(tx, graph, group)) as GroupDone;
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
  assets: readonly AnyAsset[],
): Promise<GroupDone> {
  const keys = assets.map(({ key }) => key);
  const read = async () => {
    const tables = await readTables(tx, keys);
    const changes: TableChange[] = [];
    for (const asset of assets) changes.push(await changeOf(tx, { asset, graph, tables }));
    return { tables, changes };
  };
  await tx`SELECT pg_advisory_xact_lock(7269, 0)`;
  let { tables, changes } = await read();
  if (changes.some(alters)) {
    // Waits for running publications, and then reads again.
    await tx`SELECT pg_advisory_xact_lock(7271, 0)`;
    ({ tables, changes } = await read());
  }
  const reconciliation = new Reconciliation(tx, tables);
  await reconciliation.createNew(changes.filter(isNew));
  for (const change of changes) await reconciliation.apply(change);
  await reconcileIndexes(tx, graph, assets);
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
    private readonly tables: Tables,
  ) {
    this.#alteration = tables.alteration + 1;
  }

  /** Creates the tables of new assets in one statement, which saves a round trip for each. */
  async createNew(changes: readonly TableChange[]): Promise<void> {
    if (changes.length === 0) return;
    const statements = changes.flatMap(({ asset }) => [createTableStatement(asset), indexStatement(asset)]);
    await this.tx.unsafe(statements.join(";\n")).simple();
  }

  async apply(change: TableChange): Promise<void> {
    const { asset, shape, record, table, others, latest, remake } = change;
    let { replaced } = change;
    // An engine from before these records may have left a second table after a change of layer.
    for (const other of others) await this.#retire(asset.key, other, "another table has its rows");
    if (table && replaced === undefined && change.inPlace.length > 0) {
      replaced = await this.#alter(change);
    }
    if (replaced !== undefined) await this.#retire(asset.key, table!, replaced);
    if (!isNew(change) && (!table || replaced !== undefined)) {
      await this.tx.unsafe(createTableStatement(asset));
      await this.tx.unsafe(indexStatement(asset));
    }
    const lost = latest === undefined || (table && replaced === undefined)
      ? undefined
      : replaced ?? (latest.rowCount > 0 ? "it was missing" : undefined);
    if (lost !== undefined) {
      this.messages.push({
        level: "warn",
        message: `"${asset.key}" has to be made again: its table was replaced, because ${lost}.`,
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
