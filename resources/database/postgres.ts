import postgres from "postgres";
import { codeOf, connectError, reasonOf } from "./connect_error.ts";
import type { Connection } from "./connection.ts";
import type { Database } from "./database.ts";
import { DatabaseOpenError } from "./errors.ts";
import { insertByCopy } from "./insert_columns.ts";
import type { Logger } from "./logger.ts";
import { Pool } from "./pool.ts";
import { sqlOver } from "./queries.ts";
import { Reach, type ReachLimits } from "./reach.ts";
import { schemaNaming } from "./schemas.ts";
import { selectColumns, selectPieces } from "./select_columns.ts";
import { readServerAddress, type ServerAddress } from "./server_address.ts";
import { requireSessions, requireUsable } from "./server_checks.ts";
import { ServerDialer } from "./server_dialer.ts";

export interface PostgresOptions {
  databaseUrl: string;
  /** Prefix of the names of all schemas. */
  schemaPrefix?: string;
  logger?: Logger;
  /** Pauses between attempts to reach a server that is starting; there is one attempt more than pauses. */
  retryDelaysMs?: readonly number[];
  /** Time limits of connections. */
  limits?: Partial<ReachLimits>;
}

/**
 * Opens a PostgreSQL server, version 15 or later.
 *
 * Connections are opened on demand, watched, and replaced when they are lost ({@link Reach}, {@link Pool}).
 *
 * @throws {DatabaseOpenError} If it cannot be reached or used; with the reason and the remedy, and never with the password.
 */
export async function openPostgres(
  { databaseUrl, schemaPrefix = "", logger, retryDelaysMs = [250, 500, 1_000, 2_000], limits }: PostgresOptions,
): Promise<Database> {
  const address = readServerAddress(databaseUrl);
  const dialer = new ServerDialer(address, logger);
  const front = postgres(dialer.options as object) as unknown as postgres.Sql;
  const reach = new Reach(dialer, { limits, logger });
  const pool = new Pool({ open: () => reach.open(), size: address.poolSize });
  const naming = schemaNaming(schemaPrefix);
  const sql = sqlOver(front, pool, naming);
  const close = async () => {
    await pool.close();
    await reach.close();
  };
  try {
    const first = await firstContact(reach, address, { delaysMs: retryDelaysMs, logger });
    pool.adopt(first);
    await requireUsable(first, address);
    const second = await reach.open();
    try {
      await requireSessions(first, second, address);
    } finally {
      if (address.poolSize > 1) pool.adopt(second);
      else await second.end();
    }
  } catch (error) {
    await close();
    throw error instanceof DatabaseOpenError ? error : connectError(address, error);
  }
  return {
    kind: "postgres",
    location: address.text,
    sql,
    awaySignal: () => reach.awaySignal,
    insertColumns: insertByCopy(),
    selectColumns: (query, parameters, columns, options) => selectColumns(sql, query, parameters, columns, options),
    selectPieces: (queries, parameters, columns, options) => selectPieces(sql, queries, parameters, columns, options),
    session: () => {
      const one = new Pool({ open: () => reach.open(), size: 1, replaces: false, staleMs: Infinity });
      return sqlOver(front, one, naming);
    },
    close,
  };
}

/** A server of another program, from which tables are read. */
export interface ReadDatabase extends Pick<Database, "location" | "selectColumns" | "close"> {}

/**
 * Opens a server to read data of another program: any version, also a standby. Nothing is written.
 *
 * @param setting Name of the URL in errors.
 * @throws {DatabaseOpenError} If it cannot be reached; with the reason and the remedy, and never with the password.
 */
export async function openForReading(
  { databaseUrl, setting, logger }: { databaseUrl: string; setting: string; logger?: Logger },
): Promise<ReadDatabase> {
  const address = readServerAddress(databaseUrl, Deno.env.get, setting);
  const dialer = new ServerDialer(address, logger);
  const reach = new Reach(dialer, { logger });
  const pool = new Pool({ open: () => reach.open(), size: 1 });
  const close = async () => {
    await pool.close();
    await reach.close();
  };
  try {
    pool.adopt(await reach.open());
  } catch (error) {
    await close();
    throw connectError(address, error);
  }
  const sql = sqlOver(postgres(dialer.options as object) as unknown as postgres.Sql, pool);
  return {
    location: address.text,
    selectColumns: (query, parameters, columns, options) => selectColumns(sql, query, parameters, columns, options),
    close,
  };
}

/** Errors of a server that is starting or not yet there, which waiting may resolve. */
const PASSING = new Set(["ECONNREFUSED", "ECONNRESET", "CONNECT_TIMEOUT", "CONNECTION_LOST", "57P03", "53300"]);

/** A usable connection to a server, after repeated attempts. */
async function firstContact(
  reach: Reach,
  address: ServerAddress,
  { delaysMs, logger }: { delaysMs: readonly number[]; logger?: Logger },
): Promise<Connection> {
  for (let attempt = 0;; attempt++) {
    try {
      return await reach.open();
    } catch (error) {
      const delayMs = delaysMs[attempt];
      if (delayMs === undefined || !PASSING.has(codeOf(reasonOf(error)))) throw error;
      const why = reasonOf(error);
      const said = (why instanceof Error ? why.message : String(why)).replace(/\.$/, "");
      logger?.warn?.(`PostgreSQL at ${address.text} does not answer yet (${said}); next attempt in ${delayMs} ms.`);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}
