import { createConnection } from "node:net";
import postgres from "postgres";
import type { Database } from "./database.ts";
import { driverOptions } from "./driver_options.ts";
import { DatabaseOpenError } from "./errors.ts";
import { insertByCopy } from "./insert_columns.ts";
import { lateClosing } from "./late_closing.ts";
import type { Logger } from "./logger.ts";
import { selectColumns } from "./select_columns.ts";

export interface PostgresOptions {
  databaseUrl: string;
  logger?: Logger;
  /** Waits between attempts to reach a server that is starting; as many attempts as waits, and one. */
  retryDelaysMs?: readonly number[];
}

const OLDEST_VERSION = 15;
const CONNECT_TIMEOUT_S = 5;
const POOL_SIZE = 10;
/** What a server answers, or its absence, while it starts, as opposed to what no waiting will mend. */
const PASSING = new Set(["ECONNREFUSED", "ECONNRESET", "CONNECTION_CLOSED", "57P03", "53300"]);

/**
 * Opens a PostgreSQL server, version 15 or later.
 *
 * @throws {DatabaseOpenError} If it cannot be reached or used; says why and what to do, and never shows the password.
 */
export async function openPostgres(
  { databaseUrl, logger, retryDelaysMs = [250, 500, 1_000, 2_000] }: PostgresOptions,
): Promise<Database> {
  const target = describeUrl(databaseUrl);
  let sql: postgres.Sql;
  try {
    sql = connect(databaseUrl, { ...driverOptions(logger), max: POOL_SIZE });
  } catch (cause) {
    throw new DatabaseOpenError(`DATABASE_URL ${target.text} cannot be used. ${URL_FORM}`, { cause });
  }
  try {
    const version = await firstContact(sql, retryDelaysMs, logger, target);
    if (version < OLDEST_VERSION * 10_000) {
      throw new DatabaseOpenError(
        `DATABASE_URL ${target.text}: the server is PostgreSQL ${Math.floor(version / 10_000)}, ` +
          `Tandem needs ${OLDEST_VERSION} or later. Upgrade it, or unset DATABASE_URL to use the embedded database.`,
      );
    }
  } catch (error) {
    await sql.end({ timeout: 0 });
    throw error instanceof DatabaseOpenError ? error : connectError(target, error);
  }
  return {
    kind: "postgres",
    location: target.text,
    sql,
    insertColumns: insertByCopy(),
    selectColumns: (query, parameters, columns, options) => selectColumns(sql, query, parameters, columns, options),
    session: () => connect(databaseUrl, { ...driverOptions(logger), max: 1, idle_timeout: 0, max_lifetime: 0 }),
    close: () => sql.end({ timeout: 5 }),
  };
}

/** What the driver tells the function that makes its sockets. */
interface Destination {
  host: string[];
  port: number[];
  path?: string | (() => string);
}

function connect(databaseUrl: string, options: object): postgres.Sql {
  const socket = ({ host, port, path }: Destination) => {
    const file = typeof path === "function" ? path() : path;
    // Not waited for: what the driver writes is kept until there is a connection, and its own timer limits how long.
    return lateClosing(file ? createConnection(file) : createConnection(port[0]!, host[0]!));
  };
  // With TLS or several hosts the driver makes its sockets itself, and has to.
  const own = makesOwnSockets(databaseUrl) ? {} : { socket };
  // The driver knows `socket`, its types do not.
  return postgres(databaseUrl, { ...options, connect_timeout: CONNECT_TIMEOUT_S, ...own } as object) as postgres.Sql;
}

function makesOwnSockets(databaseUrl: string): boolean {
  const { hostname, searchParams } = new URL(databaseUrl);
  const tls = searchParams.get("sslmode") ?? searchParams.get("ssl") ?? Deno.env.get("PGSSLMODE") ?? "disable";
  return hostname.includes(",") || !["disable", "false"].includes(tls);
}

async function firstContact(
  sql: postgres.Sql,
  delaysMs: readonly number[],
  logger: Logger | undefined,
  target: Target,
): Promise<number> {
  for (let attempt = 0;; attempt++) {
    try {
      const [row] = await sql<{ version: number }[]>`select current_setting('server_version_num')::int as version`;
      return row!.version;
    } catch (error) {
      const delayMs = delaysMs[attempt];
      if (delayMs === undefined || !PASSING.has(codeOf(error))) throw error;
      logger?.warn?.(`PostgreSQL at ${target.text} does not answer yet; next attempt in ${delayMs} ms.`);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}

interface Target {
  /** Without user and password. */
  text: string;
  host: string;
  port: string;
  database: string;
  user: string;
}

const URL_FORM = "It should look like postgres://user:password@host:5432/database.";

function describeUrl(databaseUrl: string): Target {
  let url: URL;
  try {
    url = new URL(databaseUrl);
  } catch {
    // The text is not shown: what is no URL may still hold a password.
    throw new DatabaseOpenError(`DATABASE_URL is not a URL. ${URL_FORM}`);
  }
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:") {
    throw new DatabaseOpenError(`DATABASE_URL starts with ${url.protocol}// where postgres:// is needed. ${URL_FORM}`);
  }
  const host = decodeURIComponent(url.hostname) || Deno.env.get("PGHOST") || "localhost";
  const port = url.port || Deno.env.get("PGPORT") || "5432";
  const user = decodeURIComponent(url.username) || Deno.env.get("PGUSER") || "";
  const database = decodeURIComponent(url.pathname.slice(1)) || Deno.env.get("PGDATABASE") || user;
  return { text: `postgres://${host}:${port}/${database}`, host, port, database, user };
}

function connectError(target: Target, cause: unknown): DatabaseOpenError {
  const { host, port, database, user } = target;
  const why = (): string => {
    switch (codeOf(cause)) {
      case "ECONNREFUSED":
        return `nothing listens on ${host} port ${port}. Start the server, or correct host and port.`;
      case "ENOTFOUND":
      case "EAI_AGAIN":
        return `the host ${host} is not known. Correct the host name.`;
      case "CONNECT_TIMEOUT":
      case "ETIMEDOUT":
      case "EHOSTUNREACH":
      case "ENETUNREACH":
        return `${host} port ${port} did not answer within ${CONNECT_TIMEOUT_S} s. ` +
          "Correct host and port, or let the firewall pass.";
      case "28P01":
      case "28000":
        return `the server refuses user ${user || "(none given)"}. Correct user and password.`;
      case "3D000":
        return `there is no database ${database}. Create it (createdb ${database}) or correct the name.`;
      case "42501":
        return `user ${user} may not use database ${database}. Grant it CONNECT and CREATE.`;
      case "57P03":
        return "the server is still starting or shutting down. Try again in a moment.";
      case "53300":
        return "the server has no connection left. Raise max_connections or close other clients.";
      default:
        return `${cause instanceof Error ? cause.message : String(cause)}. ${URL_FORM}`;
    }
  };
  return new DatabaseOpenError(`DATABASE_URL ${target.text} cannot be opened: ${why()}`, { cause });
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
