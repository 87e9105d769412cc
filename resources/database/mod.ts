/** The database: PostgreSQL, as a server or embedded. */
import type { Database } from "./database.ts";
import { openEmbedded } from "./embedded.ts";
import type { Logger } from "./logger.ts";

export interface OpenDatabaseOptions {
  dataDir: string;
  logger?: Logger;
}

export function openDatabase({ dataDir, logger }: OpenDatabaseOptions): Promise<Database> {
  return openEmbedded({ dataDir, logger });
}

export { DatabaseOpenError, FolderHeldError, MigrationError } from "./errors.ts";
export { openEmbedded } from "./embedded.ts";
export type { ColumnData, ColumnSpec, ColumnType, Database, Sql } from "./database.ts";
