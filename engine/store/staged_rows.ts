import type { ColumnSpec, Database, Sql } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { hashOf, type PreparedRows } from "../declare/row_schema.ts";
import type { Producer } from "../declare/graph.ts";
import {
  analyze,
  contentOf,
  createTableStatement,
  hasTable,
  indexesOf,
  quoted,
  sizeOf,
  type TableIndex,
  tableOf,
} from "./asset_table.ts";
import { newIndexes } from "./new_table.ts";
import { dateIndexName, manyOrderedRows, orderIndexes } from "./secondary_indexes.ts";

/*
 * While the embedded database runs a transaction, all other statements wait, and writing half a million rows with their indexes takes
 * seconds. The first rows of a table are therefore written beside it, some thousand in each transaction, into a table with the same
 * columns and indexes. The transaction that records the materialization only puts that table in its place.
 *
 * Each attempt writes to a table of its own, which only the transaction of its record can make visible: rows of an attempt that was
 * interrupted, or that has lost its step, are dropped by the next attempt or when the engine opens.
 *
 * On PostgreSQL the same is done within the transaction of the record: rows are written to a new table without indexes, as frozen,
 * and each index is built at once. That takes half of the processor time of rows that are added to the indexes one by one.
 */

/** Fewer rows are written to the table. */
const manyRows = 10_000;
/** Blocks of 8 kB hashed in one statement. */
const blocksAtOnce = 128;

/** Rows in a table beside that of their asset. */
export interface StagedRows {
  /** Quoted and qualified. */
  table: string;
  content: Content | null;
}

/** The sum of the hashes of rows, and their number. */
type Content = Awaited<ReturnType<typeof contentOf>>;

/**
 * Writes the first rows of an asset beside its place; `null` if they are few, or if it has a table that cannot be replaced: then they
 * are to be written to it.
 *
 * @param options.hashed Whether the content is needed as well.
 * @param options.isFollowed Whether rows of other parts follow: {@link createDateIndex} is called after the last.
 */
export async function stageRows(
  database: Database,
  asset: AnyAsset,
  rows: Pick<PreparedRows, "data" | "count">,
  { producer, hashed, isFollowed, signal }: {
    producer: Producer;
    hashed: boolean;
    isFollowed: boolean;
    signal: AbortSignal;
  },
): Promise<StagedRows | null> {
  const { sql } = database;
  if (database.kind !== "embedded" || rows.count < manyRows || !await isReplaceable(sql, asset)) return null;
  const isThere = await hasTable(sql, asset);
  await dropStagedRows(sql, asset);
  const name = `${prefixOf(asset)}${crypto.randomUUID().slice(0, 8)}`;
  const table = `engine."${name}"`;
  // Rows arrive in key order: an index that has this order grows at its end. One with another order would be written all over with
  // each piece; building it at once takes 0.2 s for half a million rows, a tenth of that.
  const { primaryKey } = asset.schema;
  const present = isThere ? await indexesOf(sql, asset) : newIndexes(asset, producer);
  const indexes = Map.groupBy(
    wantedIndexes(asset, present, { count: rows.count, isFollowed }),
    ({ columns }) => columns?.every((column, i) => i >= primaryKey.length || column === primaryKey[i]) ?? false,
  );
  const create = async (tx: Sql, inKeyOrder: boolean) => {
    for (const { statement } of indexes.get(inKeyOrder) ?? []) await tx.unsafe(indexOn(table, statement));
  };
  try {
    await sql.begin(async (tx) => {
      await createLike(tx, asset, { table, isThere });
      await create(tx, true);
    });
    await database.insertColumns(sql, `engine.${name}`, columnsOf(asset), rows.data, { signal });
    await create(sql, false);
    await sql.begin((tx) => analyze(database, tx, table, rows.count));
    const content = hashed ? await contentInPieces(sql, asset, { table, signal }) : null;
    return { table, content };
  } catch (error) {
    await dropTable(sql, table).catch(() => {});
    throw error;
  }
}

/**
 * Writes the first rows of an asset to a new table that takes the place of the empty one, in the transaction that records
 * materialization `id`, on PostgreSQL. `null` if they are few, or if the table cannot be replaced.
 *
 * @param rows.hashed Whether the content is needed as well.
 * @param rows.isFollowed Whether rows of other parts follow: {@link createDateIndex} is called after the last.
 */
export async function replaceEmptyTable(
  database: Database,
  tx: Sql,
  asset: AnyAsset,
  { data, count, id, hashed, isFollowed, signal }: Pick<PreparedRows, "data" | "count"> & {
    id: number;
    hashed: boolean;
    isFollowed: boolean;
    signal: AbortSignal;
  },
): Promise<{ content: Content | null } | null> {
  if (database.kind !== "postgres" || count < manyRows || !await isReplaceable(tx, asset)) return null;
  const name = `${prefixOf(asset)}${crypto.randomUUID().slice(0, 8)}`;
  // In the same schema, for its default privileges.
  const table = `"${asset.layer}"."${name}"`;
  await createLike(tx, asset, { table, isThere: true });
  if (!await hasSamePrivileges(tx, table, tableOf(asset))) {
    await dropTable(tx, table);
    return null;
  }
  await database.insertColumns(tx, `${asset.layer}.${name}`, columnsOf(asset), data, { signal, frozen: true });
  const present = await indexesOf(tx, asset);
  const wanted = wantedIndexes(asset, present, { count, isFollowed });
  // A schema has each name once; readers of the empty table do not wait for another name.
  for (const [i, { name: index }] of present.entries()) {
    await tx.unsafe(`ALTER INDEX ${quoted([asset.layer])}.${quoted([index])} RENAME TO "${name}_${i}"`);
  }
  for (const { statement } of wanted) await tx.unsafe(indexOn(table, statement));
  await analyze(database, tx, table, count);
  const content = hashed ? await contentOf(tx, asset, { table }) : null;
  // From here on readers wait for the end of the transaction.
  await adoptRows(tx, asset, { table, id });
  return { content };
}

/** Makes staged rows those of an asset without rows, in the transaction that records materialization `id`. */
export async function adoptRows(
  tx: Sql,
  asset: AnyAsset,
  { table, id }: { table: string; id: number },
): Promise<void> {
  if (!await isReplaceable(tx, asset)) {
    throw new Error(`The table of "${asset.key}" has changed while its first rows were written. Run the step again.`);
  }
  // In one message: the session waits for this process after each.
  const statements = [
    `DROP TABLE IF EXISTS ${tableOf(asset)}`,
    `ALTER TABLE ${table} ADD COLUMN "_from" bigint NOT NULL DEFAULT ${id}`,
    `ALTER TABLE ${table} ALTER COLUMN "_from" DROP DEFAULT`,
    `ALTER TABLE ${table} RENAME TO "${asset.key}"`,
    ...table.startsWith("engine.") ? [`ALTER TABLE engine."${asset.key}" SET SCHEMA "${asset.layer}"`] : [],
    // A sample of a few pages tells the planner that all rows have the same value.
    `SET LOCAL default_statistics_target = 1`,
    `ANALYZE ${tableOf(asset)} ("_from")`,
  ];
  await tx.unsafe(statements.join("; ")).simple();
}

/** Drops staged rows that no attempt will publish: those of an asset, or all of them. */
export async function dropStagedRows(sql: Sql, asset?: AnyAsset): Promise<void> {
  const left = await sql.unsafe<{ name: string }[]>(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = 'engine'::regnamespace AND relkind = 'r' AND starts_with(relname, $1)`,
    [asset ? prefixOf(asset) : stagedPrefix],
  );
  for (const { name } of left) await dropTable(sql, `engine."${name}"`);
}

export async function dropTable(sql: Sql, table: string): Promise<void> {
  await sql.unsafe(`DROP TABLE IF EXISTS ${table}`);
}

const stagedPrefix = "staged_";

function prefixOf({ key }: AnyAsset): string {
  return `${stagedPrefix}${hashOf([key]).slice(0, 16)}_`;
}

function columnsOf({ schema }: AnyAsset): ColumnSpec[] {
  return schema.columns.map(({ name, type }) => ({ name, type }));
}

/** A table like that of an asset, without indexes and without `_from`. @param options.isThere Whether the asset has one. */
async function createLike(
  tx: Sql,
  asset: AnyAsset,
  { table, isThere }: { table: string; isThere: boolean },
): Promise<void> {
  await tx.unsafe(
    isThere
      ? `CREATE TABLE ${table} (LIKE ${tableOf(asset)} INCLUDING ALL EXCLUDING INDEXES)`
      : createTableStatement(asset, table),
  );
  // It is added with the id of the materialization, as the value of all rows, which takes no time.
  await tx.unsafe(`ALTER TABLE ${table} DROP COLUMN "_from"`);
}

/** Of the present indexes that of the dates if no rows follow, and those of the orders if there are many rows. */
function wantedIndexes(
  asset: AnyAsset,
  present: readonly TableIndex[],
  { count, isFollowed }: { count: number; isFollowed: boolean },
): (Omit<TableIndex, "columns"> & Partial<TableIndex>)[] {
  const kept = present.filter(({ name }) => !isFollowed || name !== dateIndexName(asset));
  const orders = count < manyOrderedRows ? [] : orderIndexes(asset);
  return [...kept, ...orders.filter(({ name }) => !kept.some((index) => index.name === name))];
}

async function hasSamePrivileges(tx: Sql, table: string, other: string): Promise<boolean> {
  const [row] = await tx.unsafe<{ same: boolean }[]>(
    `SELECT a.relowner = b.relowner AND a.relacl IS NOT DISTINCT FROM b.relacl AS same
     FROM pg_class a, pg_class b WHERE a.oid = '${table}'::regclass AND b.oid = '${other}'::regclass`,
  );
  return row!.same;
}

/** Whether an asset has no table yet, or one without rows and without anything that a copy of it would lack. */
async function isReplaceable(sql: Sql, asset: AnyAsset): Promise<boolean> {
  if (!await hasTable(sql, asset)) return true;
  const table = `'${tableOf(asset)}'::regclass`;
  const [row] = await sql.unsafe<{ replaceable: boolean }[]>(
    `SELECT NOT EXISTS (SELECT FROM ${tableOf(asset)})
       AND NOT EXISTS (SELECT FROM pg_depend WHERE refobjid = ${table} AND classid = 'pg_rewrite'::regclass)
       AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = ${table})
       AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = ${table})
       AND NOT EXISTS (SELECT FROM pg_publication_rel WHERE prrelid = ${table})
       AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = ${table} AND attacl IS NOT NULL)
       AND NOT EXISTS (
         SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
         WHERE i.indrelid = ${table} AND a.attname = '_from') AS replaceable`,
  );
  return row!.replaceable;
}

/** The statement of an index, its own or as pg_get_indexdef() gives it, for another table. */
function indexOn(table: string, statement: string): string {
  return statement.replace(/ ON (?:ONLY )?\S+ /, ` ON ${table} `);
}

async function contentInPieces(
  sql: Sql,
  asset: AnyAsset,
  { table, signal }: { table: string; signal: AbortSignal },
): Promise<Content> {
  const { blocks } = await sizeOf(sql, table);
  const content = { sum: 0n, count: 0 };
  for (let block = 0; block < blocks; block += blocksAtOnce) {
    signal.throwIfAborted();
    const piece = await contentOf(sql, asset, { table, blocks: [block, block + blocksAtOnce] });
    content.sum += piece.sum;
    content.count += piece.count;
  }
  return content;
}
