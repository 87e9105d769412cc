import type { Sql } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import type { Producer } from "../declare/graph.ts";
import { createTableStatement, type TableIndex } from "./asset_table.ts";
import { dateIndex } from "./secondary_indexes.ts";
import { indexName, indexStatement } from "./table_change.ts";

/*
 * A table is created by the first publication of its asset, not when an engine opens: with its index and TOAST table it takes four
 * files and some milliseconds of the embedded database, and many assets may never be made.
 */

/** The indexes with which a table is created. */
export function newIndexes(asset: AnyAsset, producer: Producer): TableIndex[] {
  const ofKey = { name: indexName(asset), statement: indexStatement(asset), columns: [...asset.schema.primaryKey] };
  return [ofKey, ...dateIndex(asset, producer)];
}

/** Creates the table of an asset with its indexes, unless it is there. */
export async function createTable(tx: Sql, asset: AnyAsset, producer: Producer): Promise<void> {
  const indexes = newIndexes(asset, producer).map(({ statement }) =>
    statement.replace(" INDEX ", " INDEX IF NOT EXISTS ")
  );
  // In one message: the session waits for this process after each.
  await tx.unsafe([createTableStatement(asset), ...indexes].join("; ")).simple();
}
