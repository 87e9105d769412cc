import type { Sql } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import { hashOf } from "../declare/row_schema.ts";
import { dropIndex, indexesOf, type TableIndex, tableOf } from "./asset_table.ts";
import { sortTerm, termsOf } from "./sort_term.ts";
import { layerSchemas } from "./table_record.ts";

/**
 * Rows of one publication from which on the declared orders of an asset have indexes. Fewer rows are sorted in some hundredths of a
 * second, and each index takes about a tenth of the table.
 */
export const manyOrderedRows = 20_000;

/** Creates the declared indexes that are missing, and drops those of orders that are no longer declared or have few rows. */
export async function reconcileIndexes(tx: Sql, graph: AssetGraph, assets: readonly AnyAsset[]): Promise<void> {
  const found = await tx<{ layer: string; key: string; name: string }[]>`
    SELECT n.layer, t.relname AS key, i.relname AS name
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    JOIN ${tx.unsafe(layerSchemas)} n ON n.oid = t.relnamespace
    WHERE t.relname = ANY(${assets.map(({ key }) => key)}::text[])
      AND (i.relname LIKE '%\\_order\\_%' OR i.relname LIKE '%\\_cells\\_%')`;
  const namesOf = Map.groupBy(found, ({ layer, key }) => `${layer}.${key}`);
  const ordered = assets.filter(({ orders }) => orders.length > 0).map(({ key }) => key);
  const many = new Set((ordered.length === 0 ? [] : await tx<{ key: string }[]>`
    SELECT DISTINCT asset_key AS key FROM engine.materialization
    WHERE asset_key = ANY(${ordered}::text[]) AND rows_added >= ${manyOrderedRows}`).map(({ key }) => key));
  for (const asset of assets) {
    const present = new Set(namesOf.get(`${asset.layer}.${asset.key}`)?.map(({ name }) => name));
    const declared = [
      ...dateIndex(asset, graph.producerOf(asset.key)),
      ...many.has(asset.key) ? orderIndexes(asset) : [],
    ];
    for (const { name, statement } of declared) if (!present.has(name)) await tx.unsafe(statement);
    for (const name of present) {
      if (!name.startsWith(orderPrefix(asset)) || declared.some((index) => index.name === name)) continue;
      await tx.unsafe(dropIndex(asset.layer, name));
    }
  }
}

/** Whether an index of a table was made here. */
export function isSecondary({ key }: Pick<AnyAsset, "key">, name: string): boolean {
  return name.startsWith(orderPrefix({ key })) || name.startsWith(datePrefix({ key }));
}

/** Creates the indexes of an asset's orders after a publication that added many rows. */
export async function createOrderIndexes(tx: Sql, asset: AnyAsset, added: number): Promise<void> {
  if (added < manyOrderedRows) return;
  for (const { statement } of orderIndexes(asset)) {
    await tx.unsafe(statement.replace("CREATE INDEX", "CREATE INDEX IF NOT EXISTS"));
  }
}

/**
 * Creates the index of the dates of a table that is published by parts, if it is missing: it was left out at the first of several
 * parts.
 */
export async function createDateIndex(tx: Sql, asset: AnyAsset): Promise<void> {
  const name = dateIndexName(asset);
  if (name === undefined || (await indexesOf(tx, asset)).some((index) => index.name === name)) return;
  await tx.unsafe(dateIndexStatement(asset));
}

/** That of the date column, for tables that are published by date or from a date on. */
export function dateIndex(asset: AnyAsset, { recipe }: Producer): TableIndex[] {
  const name = dateIndexName(asset);
  const date = asset.partitionedBy?.date;
  const isCarriedOn = asset.carriedOn && asset.schema.primaryKey[0] !== date;
  const isByDate = isCarriedOn || recipe.partitionsDef !== undefined;
  if (name === undefined || !isByDate) return [];
  return [{ name, statement: dateIndexStatement(asset), columns: [date!] }];
}

/** Name of the index of the dates; `undefined` for a table without partitions by date. */
export function dateIndexName(asset: AnyAsset): string | undefined {
  const date = asset.partitionedBy?.date;
  return date === undefined ? undefined : `${datePrefix(asset)}${date}`;
}

function dateIndexStatement(asset: AnyAsset): string {
  return `CREATE INDEX "${dateIndexName(asset)}" ON ${tableOf(asset)} ("${asset.partitionedBy!.date}")`;
}

/** Those of the declared orders, for pages. */
export function orderIndexes(asset: AnyAsset): Omit<TableIndex, "columns">[] {
  const columnOf = (name: string) => asset.schema.columns.find((column) => column.name === name)!;
  return asset.orders.map((order) => {
    const terms = termsOf(asset, order, columnOf).map(sortTerm(asset)).join(", ");
    const name = `${orderPrefix(asset)}${hashOf([asset.key, terms]).slice(0, 8)}`;
    return { name, statement: `CREATE INDEX "${name}" ON ${tableOf(asset)} (${terms}) WHERE _until IS NULL` };
  });
}

// PostgreSQL truncates names to 63 bytes.

function datePrefix({ key }: Pick<AnyAsset, "key">): string {
  return `${key.slice(0, 40)}_cells_`;
}

function orderPrefix({ key }: Pick<AnyAsset, "key">): string {
  return `${key.slice(0, 40)}_order_`;
}
