import postgres from "postgres";
import { Connection } from "./connection.ts";
import type { Database } from "./database.ts";
import { driverOptions } from "./driver_options.ts";
import { databaseErrorKind, DatabaseLostError, DatabaseOpenError } from "./errors.ts";
import { insertByCopy } from "./insert_columns.ts";
import type { Logger } from "./logger.ts";
import { Pool } from "./pool.ts";
import { sqlOver } from "./queries.ts";
import { type Dialed, type Dialer, Reach, type ReachLimits } from "./reach.ts";
import { selectColumns } from "./select_columns.ts";
import { hostText, readServerAddress, type ServerAddress, type ServerHost, URL_FORM } from "./server_address.ts";
import { openSocket } from "./server_socket.ts";

export interface PostgresOptions {
  databaseUrl: string;
  logger?: Logger;
  /** Waits between attempts to reach a server that is starting; as many attempts as waits, and one. */
  retryDelaysMs?: readonly number[];
  /** How patiently connections are watched. */
  limits?: Partial<ReachLimits>;
}

const OLDEST_VERSION = 15;

/**
 * What a session asks of its server, where the server lets it: that work written for it is isolated as it expects, and that a
 * client that vanished without a word keeps nothing for longer than half a minute, be it idle, in a transaction or in a query.
 */
const SESSION_SETTINGS: readonly (readonly [string, string])[] = [
  ["default_transaction_isolation", "read committed"],
  ["tcp_keepalives_idle", "10"],
  ["tcp_keepalives_interval", "4"],
  ["tcp_keepalives_count", "3"],
  ["tcp_user_timeout", "20000"],
  ["client_connection_check_interval", "2000"],
  ["idle_in_transaction_session_timeout", "25000"],
];

/**
 * Opens a PostgreSQL server, version 15 or later.
 *
 * Connections are made when they are wanted, watched, and replaced when they are lost ({@link Reach}, {@link Pool}).
 *
 * @throws {DatabaseOpenError} If it cannot be reached or used; says why and what to do, and never shows the password.
 */
export async function openPostgres(
  { databaseUrl, logger, retryDelaysMs = [250, 500, 1_000, 2_000], limits }: PostgresOptions,
): Promise<Database> {
  const address = readServerAddress(databaseUrl);
  const dialer = new ServerDialer(address, logger);
  const front = postgres(dialer.options as object) as unknown as postgres.Sql;
  const reach = new Reach(dialer, { limits, logger });
  const pool = new Pool({ open: () => reach.open(), size: address.poolSize });
  const sql = sqlOver(front, pool);
  const close = async () => {
    await pool.close();
    await reach.close();
  };
  try {
    const first = await firstContact(reach, address, { delaysMs: retryDelaysMs, logger });
    pool.adopt(first);
    await requireUsable(first, address);
    if (address.poolSize > 1) {
      const second = await reach.open();
      pool.adopt(second);
      await requireSessions(first, second, address);
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
    session: () => sqlOver(front, new Pool({ open: () => reach.open(), size: 1, replaces: false, staleMs: Infinity })),
    close,
  };
}

const WRITABLE = "not pg_is_in_recovery() and current_setting('default_transaction_read_only') = 'off'";

/** What a new session says of itself. */
interface Greeting {
  pid: number;
  startedAt: string;
  writable: boolean;
}

/** Makes sessions on the server of an address. */
class ServerDialer implements Dialer {
  readonly options: postgres.ParsedOptions;
  /** Those of the settings that the server has not refused. */
  #settings: (readonly [string, string])[];

  constructor(private readonly address: ServerAddress, private readonly logger?: Logger) {
    const { user: username, password, database, prepare, session } = address;
    this.options = driverOptions({ logger, username, password, database, prepare, connection: session });
    // What is asked for by name is not decided here.
    this.#settings = SESSION_SETTINGS.filter(([name]) => !session.options?.includes(name));
  }

  async dial(signal: AbortSignal): Promise<Dialed> {
    let last: unknown;
    for (const host of this.address.hosts) {
      try {
        const { connection, greeting } = await this.#dialHost(host, signal);
        if (greeting.writable || this.address.hosts.length === 1) {
          const { pid, startedAt } = greeting;
          return { connection, session: { pid, startedAt } };
        }
        last = new Error(`The server ${hostText(host)} takes no writes.`);
        await connection.end();
      } catch (error) {
        last = error;
      }
    }
    throw new DatabaseLostError("The database cannot be reached.", { cause: last });
  }

  async sessionsOn(connection: Connection, pids: readonly number[]) {
    const rows = await connection.command<{ pid: number; startedAt: string; working: boolean }>(`
      select pid, backend_start::text as "startedAt",
        state is distinct from 'idle' and state is distinct from 'idle in transaction'
          and state is distinct from 'idle in transaction (aborted)' and wait_event_type is distinct from 'Client' as working
      from pg_stat_activity where pid in (${pids.map(Number).join(", ")})`);
    return [...rows];
  }

  async #dialHost(host: ServerHost, signal: AbortSignal): Promise<{ connection: Connection; greeting: Greeting }> {
    const { connectTimeoutMs, tls } = this.address;
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort(Object.assign(new Error("The server did not answer in time."), { code: "CONNECT_TIMEOUT" }));
    }, connectTimeoutMs);
    const ended = AbortSignal.any([signal, late.signal]);
    try {
      const connection = new Connection(await openSocket(host, tls, ended), this.options);
      const lose = (cause: unknown) => connection.lose(new DatabaseLostError(undefined, { cause }));
      const onEnded = () => lose(ended.reason);
      ended.addEventListener("abort", onEnded);
      try {
        return { connection, greeting: await this.#greet(connection) };
      } catch (error) {
        lose(error);
        throw ended.aborted ? ended.reason : error;
      } finally {
        ended.removeEventListener("abort", onEnded);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #greet(connection: Connection): Promise<Greeting> {
    try {
      const [greeting] = await connection.command<Greeting>(greetingOf(this.#settings));
      return greeting!;
    } catch (error) {
      if (connection.lost || databaseErrorKind(error) !== "permanent" || this.#settings.length === 0) throw error;
    }
    for (const setting of this.#settings) {
      try {
        await connection.command(greetingOf([setting]));
      } catch (error) {
        if (connection.lost) throw error;
        this.logger?.debug?.(`The server does not take ${setting[0]}.`, { error });
        this.#settings = this.#settings.filter((other) => other !== setting);
      }
    }
    const [greeting] = await connection.command<Greeting>(greetingOf(this.#settings));
    return greeting!;
  }
}

/** One round trip. A setting that the server's version does not have is left out. */
function greetingOf(settings: readonly (readonly [string, string])[]): string {
  const values = settings.map(([name, value]) => `('${name}', '${value}')`).join(", ");
  return `
    select pid, backend_start::text as "startedAt",
      ${WRITABLE} as writable
      ${
    values === "" ? "" : `, (
        select count(set_config(name, value, false)) from (values ${values}) as s(name, value)
        where current_setting(name, true) is not null
      ) as set`
  }
    from pg_stat_activity where pid = pg_backend_pid()`;
}

/** What a server answers, or its absence, while it starts, as opposed to what no waiting will mend. */
const PASSING = new Set(["ECONNREFUSED", "ECONNRESET", "CONNECTION_LOST", "57P03", "53300"]);

/** A connection to a server that can be used, made by patient attempts. */
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
      const said = why instanceof Error ? why.message : String(why);
      logger?.warn?.(`PostgreSQL at ${address.text} does not answer yet (${said}); next attempt in ${delayMs} ms.`);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}

/** @throws {DatabaseOpenError} If the server is too old, or takes no writes. */
async function requireUsable(connection: Connection, { text }: ServerAddress): Promise<void> {
  const [server] = await connection.command<{ version: number; writable: boolean }>(
    `select current_setting('server_version_num')::int as version, ${WRITABLE} as writable`,
  );
  const { version, writable } = server!;
  if (version < OLDEST_VERSION * 10_000) {
    throw new DatabaseOpenError(
      `DATABASE_URL ${text}: the server is PostgreSQL ${Math.floor(version / 10_000)}, ` +
        `Tandem needs ${OLDEST_VERSION} or later. Upgrade it, or unset DATABASE_URL to use the embedded database.`,
    );
  }
  if (!writable) {
    throw new DatabaseOpenError(
      `DATABASE_URL ${text}: the server takes no writes; it is a standby, or default_transaction_read_only is on. ` +
        "Name the primary, or several servers separated by commas, of which the one that takes writes is used.",
    );
  }
}

/**
 * Makes sure that each connection has a session of its own, on which locks, settings and prepared statements rest.
 *
 * Behind a pooler in transaction mode a session is whichever is free: while one connection is in a transaction, another gets
 * either the session that the first had, or a different one than before.
 *
 * @throws {DatabaseOpenError} If connections share sessions.
 */
async function requireSessions(one: Connection, other: Connection, { text }: ServerAddress): Promise<void> {
  const session = async (connection: Connection) => {
    const [row] = await connection.command<{ pid: number }>("select pg_backend_pid() as pid");
    return row!.pid;
  };
  const shared = async (): Promise<boolean> => {
    const before = await session(one);
    await other.command("begin");
    const others = await session(other);
    // Where there is but one session for all, the first has to wait for the end of the transaction.
    const after = await within(SESSION_PATIENCE_MS, session(one));
    await other.command("rollback");
    return others === before || after !== before;
  };
  if (await shared() || await shared()) {
    throw new DatabaseOpenError(
      `DATABASE_URL ${text} leads to a connection pooler in transaction mode, in which Tandem's locks do not hold. ` +
        "Use the server's direct address (on most providers another port or host), or set the pooler to session mode.",
    );
  }
}

const SESSION_PATIENCE_MS = 2_000;

async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), timeoutMs));
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** What kept a connection from being made. */
function reasonOf(error: unknown): unknown {
  return error instanceof DatabaseLostError && error.cause !== undefined ? reasonOf(error.cause) : error;
}

function connectError(
  { text, hosts, database, user, connectTimeoutMs, tls }: ServerAddress,
  error: unknown,
): DatabaseOpenError {
  const cause = reasonOf(error);
  const said = cause instanceof Error ? cause.message : String(cause);
  const where = hosts.map((host) => "path" in host ? host.path : `${host.name} port ${host.port}`).join(" and ");
  const names = hosts.map((host) => "path" in host ? host.path : host.name).join(", ");
  const code = codeOf(cause);
  const why = (): string => {
    switch (code) {
      case "ECONNREFUSED":
        return `nothing listens on ${where}. Start the server, or correct host and port.`;
      case "ENOENT":
        return `there is no socket ${where}. Start the server, or correct the path.`;
      case "ENOTFOUND":
      case "EAI_AGAIN":
        return `the host ${names} is not known. Correct the host name.`;
      case "CONNECT_TIMEOUT":
      case "ETIMEDOUT":
      case "EHOSTUNREACH":
      case "ENETUNREACH":
        return `${where} did not answer within ${connectTimeoutMs / 1_000} s. ` +
          "Correct host and port, or let the firewall pass.";
      case "NO_TLS":
        return `the server does not offer TLS, which sslmode=${tls.mode} demands. ` +
          "Switch it on there (ssl = on), or use sslmode=disable where nobody can listen.";
      case "NO_POSTGRES":
        return `what listens on ${where} is no PostgreSQL server. Correct host and port.`;
      case "28P01":
      case "28000":
        return /no encryption|SSL off/i.test(said)
          ? "the server wants TLS. Add sslmode=require, or verify-full to check its certificate."
          : `the server refuses user ${user ?? "(none given)"}. Correct user and password.`;
      case "3D000":
        return `there is no database ${database}. Create it (createdb ${database}) or correct the name.`;
      case "42501":
        return `user ${user} may not use database ${database}. Grant it CONNECT and CREATE.`;
      case "57P03":
        return "the server is still starting or shutting down. Try again in a moment.";
      case "53300":
        return "the server has no connection left. Raise max_connections or close other clients.";
    }
    if (/CERT|UNABLE_TO|SELF_SIGNED|ISSUER|TLS|SSL/i.test(code) || /certificate|handshake/i.test(said)) {
      return `the connection could not be secured (${said}). Name the authority of the server's certificate by ` +
        "sslrootcert=PATH, or leave out channel_binding and use sslmode=require, which trusts any certificate.";
    }
    if (/statement pooling/i.test(said)) {
      return "it leads to a connection pooler in statement mode. Use the server's direct address, or session mode.";
    }
    const parameter = /unsupported startup parameter(?: in options)?: (\w+)/.exec(said)?.[1];
    if (parameter !== undefined) {
      return `the pooler does not take the parameter ${parameter}. Leave it out, or add it to the pooler's ignore_startup_parameters.`;
    }
    const unrecognized = /unrecognized configuration parameter "([^"]*)"/.exec(said)?.[1];
    if (unrecognized !== undefined) {
      return `the server does not know the setting ${unrecognized} in options. Leave it out.`;
    }
    return `${said}. ${URL_FORM}`;
  };
  return new DatabaseOpenError(`DATABASE_URL ${text} cannot be opened: ${why()}`, { cause });
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
