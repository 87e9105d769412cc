/**
 * How tables follow declarations that change. It is long because the cases (moved, altered in place, replaced, lost) share what was
 * read of the database and one order in which they are carried out.
 *
 * @module
 */
import type postgres from "postgres";
import type { Database, Sql } from "../../resources/database/database.ts";
import type { AnyAsset, Layer } from "../declare/asset.ts";
import {
  columnDefinition,
  createTableStatement,
  dropIndex,
  historyColumns,
  indexesOf,
  quoted,
  tableOf,
} from "./asset_table.ts";
import { DefinitionError, messageOf } from "../errors.ts";
import type { AssetGraph } from "../declare/graph.ts";
import { forgetVersions } from "./latest_versions.ts";
import type { Logger } from "../../resources/logger.ts";
import { hashOf } from "../declare/row_schema.ts";
import { readTables, type TableRecord, type Tables, undeclaredTables, writeRecords } from "./table_record.ts";
import {
  conversionOf,
  type FoundTable,
  hasSamePartitions,
  isDividedAlike,
  shapeOf,
  type TableShape,
} from "./table_shape.ts";

/** Work on the table of one asset. */
interface Change {
  asset: AnyAsset;
  shape: TableShape;
  record: TableRecord;
  table: FoundTable | undefined;
  /** Tables of its name elsewhere. */
  others: readonly FoundTable[];
  /** Its latest materialization whose rows the table should have. */
  latest: { id: number; rowCount: number } | undefined;
  /** Why the table cannot stay, so that a new one takes its place. */
  replaced: string | undefined;
  /** Statements that change the table where it is. */
  inPlace: readonly string[];
  /** Why its versions count as stale though their rows stay. */
  remake: string | undefined;
  /** Whether it was made by another function before, as a whole or by partitions instead, or by other columns. */
  isRedivided: boolean;
}

/**
 * Brings the tables of the assets to what the assets declare. Any declaration will do:
 *
 * - Another layer moves the table with all its versions. New columns are added; a column whose values all go over to its new
 *   type unchanged is converted, a key that only grew is indexed anew.
 * - For every other change a new table takes the place of the old one, which goes to the schema `retired`. The asset counts as
 *   missing until it is made again, and its earlier versions are no longer readable.
 * - A table that lacks the rows of the latest version counts as lost, however it was emptied.
 * - Where another function makes the asset, or the same one as a whole instead of by partitions, its versions count as stale.
 *
 * Assets are brought over in groups of {@link assetsAtOnce}, each in a transaction: it holds a lock on every table, index and TOAST table
 * that it looks at or makes, and a stock PostgreSQL has room for 6,400.
 *
 * Processes that are older than an alteration can publish neither to an altered table nor from one (the trigger of
 * sql/migrations/0013_asset_tables.sql).
 *
 * @returns The number of the last alteration, for {@link Heartbeat.join}.
 * @throws {DefinitionError} If a table of an asset's name was not made by this engine. Nothing of its group is changed.
 */
export async function reconcileTables(database: Database, graph: AssetGraph, logger: Logger): Promise<number> {
  const assets = graph.assets.filter(({ external }) => !external);
  let alteration = 0;
  for (let start = 0; start < assets.length; start += assetsAtOnce) {
    const group = assets.slice(start, start + assetsAtOnce);
    const done = await database.sql.begin((tx) => reconcileGroup(tx, graph, group)) as GroupDone;
    for (const { level, message } of done.told) logger[level](message);
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

/** How many assets are brought over in one transaction. */
const assetsAtOnce = 250;

interface GroupDone {
  /** Log messages for after the commit. */
  told: { level: "info" | "warn"; message: string }[];
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
    const changes: Change[] = [];
    for (const asset of assets) changes.push(await changeOf(tx, { asset, graph, tables }));
    return { tables, changes };
  };
  await tx`SELECT pg_advisory_xact_lock(7269, 0)`;
  let { tables, changes } = await read();
  if (changes.some(alters)) {
    // Waits for what is being published, and looks again at what came of it.
    await tx`SELECT pg_advisory_xact_lock(7271, 0)`;
    ({ tables, changes } = await read());
  }
  const reconciliation = new Reconciliation(tx, tables);
  await reconciliation.createNew(changes.filter(isNew));
  for (const change of changes) await reconciliation.apply(change);
  await indexDates(tx, graph, assets);
  return { told: reconciliation.told, alteration: await reconciliation.finish() };
}

/** Whether there never was a table of the asset. */
function isNew({ table, latest }: Change): boolean {
  return !table && latest === undefined;
}

function alters({ table, others, latest, replaced, inPlace, isRedivided }: Change): boolean {
  const isLost = !table && latest !== undefined && latest.rowCount > 0;
  return isLost || others.length > 0 || replaced !== undefined || inPlace.length > 0 || isRedivided;
}

async function changeOf(
  tx: postgres.TransactionSql,
  { asset, graph, tables }: { asset: AnyAsset; graph: AssetGraph; tables: Tables },
): Promise<Change> {
  const { key } = asset;
  const shape = shapeOf(asset, graph);
  const recorded = tables.records.get(key);
  const known = tables.latest.get(key);
  const latest = known && known.id > (recorded?.lostUntil ?? 0) ? known : undefined;
  const candidates = tables.found.get(key) ?? [];
  const foreign = recorded || known ? undefined : candidates.find((found) => !hasVersions(found));
  if (foreign) {
    throw new DefinitionError(
      `"${foreign.layer}"."${key}" is a table that Tandem did not make, where the asset "${key}" has its own. ` +
        "Move it to another schema, or rename it.",
    );
  }
  const table = await homeOf(tx, { key, shape, recorded, candidates, latest });
  const record = recorded ?? {
    ...shape,
    key,
    ...(table && {
      layer: table.layer,
      columns: Object.fromEntries([...table.columns].filter(([name]) => !name.startsWith("_"))),
      primaryKey: [...table.indexes.values()][0] ?? shape.primaryKey,
    }),
    // What made it says more than what would make it now.
    ...(known && { producer: known.stepKey, partitioned: known.dataVersion.startsWith("cells.") }),
    altered: 0,
    lostUntil: 0,
    lostBecause: null,
    remakeUntil: 0,
    remakeBecause: null,
    judgedBy: latest ? tables.judgedBy.get(key) ?? [] : asset.checks.map(({ name }) => name),
  };
  const change: Change = {
    asset,
    shape,
    record,
    table,
    others: candidates.filter((other) => other !== table),
    latest,
    replaced: undefined,
    inPlace: [],
    remake: latest && remakeOf(shape, record),
    isRedivided: latest !== undefined && !(hasSamePartitions(shape.partitionedBy, record.partitionedBy) &&
      shape.partitioned === record.partitioned && shape.producer === record.producer),
  };
  if (!table) return change;
  change.replaced = misfitOf(shape, { record, recorded, table, latest });
  if (change.replaced === undefined) Object.assign(change, await adapted(tx, change, table));
  return change;
}

/** The table that has the asset's rows: where the last engine left it, or else where it is declared to be. */
async function homeOf(
  tx: Sql,
  { key, shape, recorded, candidates, latest }: {
    key: string;
    shape: TableShape;
    recorded: TableRecord | undefined;
    candidates: readonly FoundTable[];
    latest: Change["latest"];
  },
): Promise<FoundTable | undefined> {
  const at = (layer: Layer | undefined) => candidates.find((table) => table.layer === layer);
  const declared = at(recorded?.layer) ?? at(shape.layer);
  if (candidates.length < 2 || recorded || !latest) return declared ?? candidates[0];
  // Nothing says which one it is but their rows.
  for (const table of declared ? [declared, ...candidates] : candidates) {
    if (!hasVersions(table)) continue;
    const [row] = await tx.unsafe<{ count: number }[]>(
      `SELECT count(*) FROM "${table.layer}"."${key}" WHERE _from <= $1 AND (_until IS NULL OR _until > $1)`,
      [latest.id],
    );
    if (row!.count === latest.rowCount) return table;
  }
  return declared ?? candidates[0];
}

function hasVersions({ columns }: FoundTable): boolean {
  return historyColumns.every(({ name, type }) => columns.get(name) === type);
}

function remakeOf(shape: TableShape, record: TableRecord): string | undefined {
  if (shape.producer !== record.producer) {
    return `it was made by ${record.producer}, and ${shape.producer} makes it now`;
  }
  return record.partitioned && !shape.partitioned ? "it was made by partitions, but is made as a whole now" : undefined;
}

/** Why the rows of a table cannot be those of the asset, as far as its columns tell; a fragment without its subject. */
function misfitOf(
  shape: TableShape,
  { record, recorded, table, latest }: {
    record: TableRecord;
    recorded: TableRecord | undefined;
    table: FoundTable;
    latest: Change["latest"];
  },
): string | undefined {
  if (!hasVersions(table)) return "it lacks the columns _from and _until";
  if (!table.hasCurrent && latest && latest.rowCount > 0) {
    return `it has none of the ${latest.rowCount} rows of materialization ${latest.id}`;
  }
  if (table.hasCurrent && !latest) return "its rows belong to no materialization";
  if (!table.hasRows) return undefined;
  if (shape.partitioned && record.partitioned && !isDividedAlike(shape.partitionedBy, record.partitionedBy)) {
    return `its partitions were told apart by ${partitionsInWords(record.partitionedBy)}, and are by ${
      partitionsInWords(shape.partitionedBy)
    } now`;
  }
  for (const [name, type] of Object.entries(shape.columns)) {
    const is = table.columns.get(name);
    const was = recorded?.columns[name];
    if (was !== undefined && is !== was) {
      return `its column "${name}" was altered by hand${is === undefined ? "" : ` from ${was} to ${is}`}`;
    }
    if (is !== undefined && is !== type && !conversionOf(name, is, type)) {
      return `its column "${name}" was ${is} and is ${type} now`;
    }
    if (is === undefined && shape.primaryKey.includes(name)) return `its key has the new column "${name}"`;
  }
  const dropped = record.primaryKey.find((name) => !shape.primaryKey.includes(name));
  return dropped === undefined ? undefined : `its key no longer has the column "${dropped}"`;
}

function partitionsInWords(partitionedBy: TableShape["partitionedBy"]): string {
  return [partitionedBy?.name, partitionedBy?.date].filter((column) => column !== undefined).join(" and ") || "nothing";
}

/** Statements that bring a table to its shape, or why its rows forbid it. */
async function adapted(
  tx: Sql,
  { asset, shape, record }: Change,
  table: FoundTable,
): Promise<Pick<Change, "inPlace" | "replaced">> {
  const at = `"${table.layer}"."${asset.key}"`;
  const isThere = async (condition: string) => {
    if (!table.hasRows) return false;
    const [row] = await tx.unsafe<{ found: boolean }[]>(
      `SELECT EXISTS (SELECT FROM ${at} WHERE ${condition}) AS found`,
    );
    return row!.found;
  };
  const inPlace: string[] = [];
  for (const column of asset.schema.columns) {
    const { name } = column;
    const [is, type] = [table.columns.get(name), shape.columns[name]!];
    if (is === undefined) {
      inPlace.push(`ALTER TABLE ${at} ADD COLUMN ${columnDefinition(column)}`);
    } else if (is !== type) {
      const conversion = conversionOf(name, is, type);
      if (table.hasRows && (!conversion || await isThere(conversion.unless))) {
        return { inPlace: [], replaced: `its column "${name}" was ${is} and is ${type} now` };
      }
      // Without rows there is no value to keep.
      const using = conversion?.using ?? "NULL";
      inPlace.push(`ALTER TABLE ${at} ALTER COLUMN ${columnDefinition(column).replace(" ", " TYPE ")} USING ${using}`);
    }
  }
  const index = indexName(asset);
  const isIndexed = shape.primaryKey.join() === table.indexes.get(index)?.join();
  if (!isIndexed) {
    for (const name of shape.primaryKey.filter((name) => !record.primaryKey.includes(name))) {
      if (!await isThere(`"${name}" IS NULL`)) continue;
      return { inPlace: [], replaced: `its key has "${name}" now, which some of its rows lack` };
    }
    const repeated = `_until IS NULL GROUP BY ${quoted(shape.primaryKey)} HAVING count(*) > 1`;
    if (await isThere(repeated)) {
      return { inPlace: [], replaced: `some of its rows share the key ${shape.primaryKey.join(", ")}` };
    }
  }
  const stale = [...table.indexes.keys()].filter((name) => !isIndexed || name !== index);
  inPlace.push(...stale.map((name) => dropIndex(table.layer, name)));
  if (table.layer !== shape.layer) inPlace.push(`ALTER TABLE ${at} SET SCHEMA "${shape.layer}"`);
  if (!isIndexed) inPlace.push(indexStatement(asset));
  return { inPlace, replaced: undefined };
}

function indexName({ key, schema }: AnyAsset): string {
  const { primaryKey } = schema;
  // Names are cut at 63 letters: long keys are distinguished by the hash.
  return `${key.slice(0, 40)}_current_${hashOf(key.length > 40 ? [key, primaryKey] : primaryKey).slice(0, 8)}`;
}

function indexStatement(asset: AnyAsset): string {
  const columns = quoted(asset.schema.primaryKey);
  return `CREATE UNIQUE INDEX "${indexName(asset)}" ON ${tableOf(asset)} (${columns}) WHERE _until IS NULL`;
}

/** Partitions of the tables that are published by dates are found by them. */
async function indexDates(tx: Sql, graph: AssetGraph, assets: readonly AnyAsset[]): Promise<void> {
  for (const made of assets) {
    const date = made.partitionedBy?.date;
    if (date === undefined || !graph.producerOf(made.key).recipe.partitionsDef) continue;
    await tx.unsafe(
      `CREATE INDEX IF NOT EXISTS "${made.key.slice(0, 40)}_cells_${date}" ON ${tableOf(made)} ("${date}")`,
    );
  }
}

/** One reconciliation, as part of its transaction. */
class Reconciliation {
  /** Log messages for after the commit. */
  readonly told: { level: "info" | "warn"; message: string }[] = [];
  readonly #records: TableRecord[] = [];
  readonly #alteration: number;
  #retired = 0;

  constructor(
    private readonly tx: postgres.TransactionSql,
    private readonly tables: Tables,
  ) {
    this.#alteration = tables.alteration + 1;
  }

  /** Makes the tables of assets that never had one, in one statement: each of its own would be answered by itself. */
  async createNew(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    const statements = changes.flatMap(({ asset }) => [createTableStatement(asset), indexStatement(asset)]);
    await this.tx.unsafe(statements.join(";\n")).simple();
  }

  async apply(change: Change): Promise<void> {
    const { asset, shape, record, table, others, latest, remake } = change;
    let { replaced } = change;
    // An engine before there were records may have left a second table where a layer changed.
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
      this.told.push({
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
      // Whatever is published is judged by all checks that there are then.
      judgedBy: isUnjudged ? names : names.filter((name) => record.judgedBy.includes(name)),
    });
  }

  /** Alters a table where it is. Returns why it could not be, such as a view on it. */
  async #alter({ asset, shape, table, inPlace }: Change): Promise<string | undefined> {
    try {
      await this.tx.savepoint(async (sp) => {
        for (const statement of inPlace) await sp.unsafe(statement);
      });
    } catch (error) {
      return `it could not be altered: ${messageOf(error)}`;
    }
    if (table!.layer !== shape.layer) {
      this.told.push({
        level: "info",
        message: `The table of "${asset.key}" moved from ${table!.layer} to ${shape.layer}.`,
      });
    }
    const converted = asset.schema.columns.filter(({ name }) =>
      table!.columns.has(name) && table!.columns.get(name) !== shape.columns[name]
    );
    for (const { name } of converted) {
      this.told.push({
        level: "info",
        message: `Column "${name}" of "${asset.key}" was converted from ${table!.columns.get(name)} to ${
          shape.columns[name]
        }.`,
      });
    }
    return undefined;
  }

  /** Puts a table out of the way: its rows are people's to drop. */
  async #retire(key: string, table: FoundTable, because: string): Promise<void> {
    const at = `"${table.layer}"."${key}"`;
    if (!table.hasRows) {
      const dropped = await this.tx.savepoint((sp) => sp.unsafe(`DROP TABLE ${at}`)).then(() => true, () => false);
      if (dropped) return;
    }
    // Names are cut at 63 letters.
    const name = `${key.slice(0, 40)}_${this.#alteration}_${++this.#retired}`;
    for (const index of table.indexes.keys()) await this.tx.unsafe(dropIndex(table.layer, index));
    const dates = (await indexesOf(this.tx, { layer: table.layer, key })).filter(({ name }) =>
      name.startsWith(`${key.slice(0, 40)}_cells_`)
    );
    for (const index of dates) await this.tx.unsafe(dropIndex(table.layer, index.name));
    await this.tx.unsafe(`ALTER TABLE ${at} RENAME TO "${name}"`);
    await this.tx.unsafe(`ALTER TABLE "${table.layer}"."${name}" SET SCHEMA retired`);
    await this.tx`
      INSERT INTO engine.retired_table (name, asset_key, materialization, because)
      VALUES (${name}, ${key}, ${this.tables.lastMaterialization}, ${because})`;
    this.told.push({
      level: "warn",
      message:
        `A table of "${key}" was retired, because ${because}. Its rows are in retired."${name}": when nothing needs ` +
        `them any more, DROP TABLE retired."${name}".`,
    });
  }

  /** Takes back what is on record of partitions where they are told apart in another way now. */
  async #forgetDivision({ asset, shape, record, isRedivided }: Change): Promise<void> {
    const { key } = asset;
    const { tx } = this;
    if (!isRedivided) return;
    const isSame = hasSamePartitions(shape.partitionedBy, record.partitionedBy);
    if (!isSame) {
      // What changed when is known by the coordinates of then.
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

  /** Writes down how the tables are now. Returns the number of the last alteration. */
  async finish(): Promise<number> {
    await writeRecords(this.tx, this.#records, this.tables);
    return Math.max(this.tables.alteration, ...this.#records.map(({ altered }) => altered));
  }
}
