/** The database: PostgreSQL, as a server or embedded. */
import type { Database } from "./database.ts";
import { openEmbedded } from "./embedded.ts";
import type { Logger } from "./logger.ts";
import { openPostgres } from "./postgres.ts";

export interface OpenDatabaseOptions {
  /** `postgres://…`; omitted for the embedded database in `dataDir`. */
  databaseUrl?: string;
  dataDir: string;
  /** Prefix of the names of all schemas, so that Tandem can share a database. */
  schemaPrefix?: string;
  logger?: Logger;
}

/**
 * Opens the PostgreSQL server at `databaseUrl`, or the embedded database without one.
 *
 * @throws {DatabaseOpenError} If it cannot be opened; the message names the setting at fault and the remedy.
 */
export function openDatabase({ databaseUrl, dataDir, ...options }: OpenDatabaseOptions): Promise<Database> {
  return databaseUrl ? openPostgres({ databaseUrl, ...options }) : openEmbedded({ dataDir, ...options });
}

export type { ColumnData, ColumnSpec, Database, Sql } from "./database.ts";
export { DatabaseClock } from "./database_clock.ts";
export { type EmbeddedDatabase, openEmbedded } from "./embedded.ts";
export { openLent } from "./lent_database.ts";
export * from "./errors.ts";
export type { Logger } from "./logger.ts";
export { firstUsedAt, migrate } from "./migrations.ts";
export { openForReading, openPostgres, type ReadDatabase } from "./postgres.ts";
