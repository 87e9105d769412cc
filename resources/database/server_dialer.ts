import type postgres from "postgres";
import { Connection } from "./connection.ts";
import { driverOptions } from "./driver_options.ts";
import { databaseErrorKind, DatabaseLostError } from "./errors.ts";
import type { Logger } from "./logger.ts";
import type { Dialed, Dialer } from "./reach.ts";
import { hostText, type ServerAddress, type ServerHost } from "./server_address.ts";
import { openSocket } from "./server_socket.ts";

/**
 * Session settings, if the server allows them: isolation as the statements expect, and limits so that a vanished client blocks
 * nothing for longer than half a minute, whether idle, in a transaction or in a query.
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

/** SQL expression: whether a session can write. */
export const WRITABLE = "not pg_is_in_recovery() and current_setting('default_transaction_read_only') = 'off'";

/** A new session's report on itself. */
interface Greeting {
  pid: number;
  startedAt: string;
  writable: boolean;
}

/** Opens sessions on the server of an address. */
export class ServerDialer implements Dialer {
  readonly options: postgres.ParsedOptions;
  /** The settings that the server has not refused. */
  #settings: (readonly [string, string])[];

  constructor(private readonly address: ServerAddress, private readonly logger?: Logger) {
    const { user: username, password, database, prepare, session } = address;
    this.options = driverOptions({ logger, username, password, database, prepare, connection: session });
    // Settings given explicitly take precedence.
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
        last = new Error(`The server ${hostText(host)} accepts no writes.`);
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
    const ending = new AbortController();
    const begunMs = performance.now();
    const end = () => {
      const waited = ((performance.now() - begunMs) / 1_000).toFixed(1);
      const said = `${hostText(host)} did not answer within ${waited} s.`;
      ending.abort(Object.assign(new Error(said), { code: "CONNECT_TIMEOUT" }));
    };
    const timer = setTimeout(end, connectTimeoutMs);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
    const ended = ending.signal;
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
      signal.removeEventListener("abort", end);
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
        this.logger?.debug?.(`The server does not accept ${setting[0]}.`, { error });
        this.#settings = this.#settings.filter((other) => other !== setting);
      }
    }
    const [greeting] = await connection.command<Greeting>(greetingOf(this.#settings));
    return greeting!;
  }
}

/** One round trip. A setting that the server's version lacks is omitted. */
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
