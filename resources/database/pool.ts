import type { Connection } from "./connection.ts";
import { databaseErrorKind, DatabaseLostError } from "./errors.ts";
import type { Connections } from "./queries.ts";

export interface PoolOptions {
  /** @throws {DatabaseLostError} If no connection can be opened; its cause is the reason. */
  open(): Promise<Connection>;
  /** Maximum number of connections. */
  size: number;
  /** Whether lost connections are replaced; false if session state matters. */
  replaces?: boolean;
  /** Idle time after which a connection must answer a query before it is used again. */
  staleMs?: number;
  /** Maximum wait of a caller while no connection can be opened. */
  patienceMs?: number;
  /** Pause between attempts to open one. */
  retryMs?: number;
}

interface Waiter {
  resolve(connection: Connection): void;
  reject(error: unknown): void;
  sinceMs: number;
}

/**
 * Connections, each for one user at a time, with a queue of callers in order of arrival.
 *
 * A lost connection is dropped and another one opened on demand: there is no other failure state.
 */
export class Pool implements Connections {
  readonly #options: Required<PoolOptions>;
  readonly #connections = new Set<Connection>();
  #idle: { connection: Connection; sinceMs: number }[] = [];
  readonly #waiters: Waiter[] = [];
  #making = 0;
  /** Number of idle ones being tested for an answer. */
  #proving = 0;
  /** Set during the pause before the next attempt to open one. */
  #retry: ReturnType<typeof setTimeout> | undefined;
  #spent: DatabaseLostError | null = null;
  #closing: Promise<void> | null = null;
  #onGone: () => void = () => {};
  readonly #ending = new Set<Promise<void>>();

  constructor(options: PoolOptions) {
    this.#options = { replaces: true, staleMs: 5_000, patienceMs: 4_500, retryMs: 500, ...options };
  }

  get size(): number {
    return this.#options.size;
  }

  get open(): number {
    return this.#connections.size;
  }

  /** @throws {DatabaseLostError} If none can be opened within a few seconds, for another reason than that all are in use. */
  acquire(): Promise<Connection> {
    if (this.#closing !== null) return Promise.reject(closedError());
    const { promise, resolve, reject } = Promise.withResolvers<Connection>();
    this.#waiters.push({ resolve, reject, sinceMs: performance.now() });
    this.#serve();
    return promise;
  }

  release(connection: Connection): void {
    this.#giveBack(connection);
  }

  /** Ends the connections as they are released, and the others after the timeout. */
  close(timeoutMs = 5_000): Promise<void> {
    return this.#closing ??= this.#close(timeoutMs);
  }

  async #close(timeoutMs: number): Promise<void> {
    clearTimeout(this.#retry);
    this.#rejectWaiters(closedError());
    for (const { connection } of this.#idle.splice(0)) this.#end(connection);
    const late = setTimeout(() => this.#connections.forEach((connection) => this.#end(connection)), timeoutMs);
    while (this.#connections.size + this.#making > 0) {
      await new Promise<void>((resolve) => this.#onGone = resolve);
    }
    clearTimeout(late);
    await Promise.all(this.#ending);
  }

  /** Gives idle connections to waiting callers, and opens missing ones. */
  #serve(): void {
    if (this.#closing !== null) return;
    const { size, staleMs } = this.#options;
    const staleSinceMs = performance.now() - staleMs;
    while (this.#waiters.length > 0 && (this.#idle.at(-1)?.sinceMs ?? -Infinity) > staleSinceMs) {
      this.#waiters.shift()!.resolve(this.#idle.pop()!.connection);
    }
    const isShort = () => this.#waiters.length > this.#making + this.#proving;
    if (isShort()) {
      // All at once: after a failover all are dead, and testing them one by one would cost the time of each.
      for (const { connection } of this.#idle.splice(0)) void this.#prove(connection);
    }
    if (this.#spent !== null) this.#rejectWaiters(this.#spent);
    while (isShort() && this.#retry === undefined && this.#connections.size + this.#making < size) void this.#make();
  }

  async #make(): Promise<void> {
    this.#making++;
    let connection: Connection | undefined;
    try {
      connection = await this.#options.open();
    } catch (error) {
      this.#rejectWaiting(error);
    }
    this.#making--;
    if (connection !== undefined) this.adopt(connection);
    this.#onGone();
  }

  /** Adds a connection opened elsewhere. */
  adopt(connection: Connection): void {
    this.#connections.add(connection);
    connection.whenOver(() => this.#forget(connection));
    this.#giveBack(connection);
  }

  /** Tests a connection that was idle for long: it answers, or is found to be lost. */
  async #prove(connection: Connection): Promise<void> {
    this.#proving++;
    const answers = await connection.command("select 1").then(() => true, () => false);
    this.#proving--;
    if (answers) return this.#giveBack(connection);
    connection.lose(new DatabaseLostError());
    this.#serve();
  }

  /** Rejects callers that have waited too long for a connection, and tries again for the others. */
  #rejectWaiting(error: unknown): void {
    const { patienceMs, retryMs } = this.#options;
    const kind = databaseErrorKind(error instanceof DatabaseLostError ? error.cause : error);
    if (kind === "permanent") this.#rejectWaiters(error);
    // Other connections will be released.
    const enough = kind === "transient" && this.#connections.size > 0;
    const longSinceMs = performance.now() - patienceMs;
    while (!enough && this.#waiters.length > 0 && this.#waiters[0]!.sinceMs <= longSinceMs) {
      this.#waiters.shift()!.reject(error);
    }
    if (this.#closing !== null || this.#retry !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#serve();
    }, retryMs);
  }

  #giveBack(connection: Connection): void {
    if (connection.lost !== null) return this.#forget(connection);
    if (this.#closing !== null) return this.#end(connection);
    this.#idle.push({ connection, sinceMs: performance.now() });
    this.#serve();
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    this.#idle = this.#idle.filter((idle) => idle.connection !== connection);
    if (!this.#options.replaces) this.#spent = connection.lost ?? new DatabaseLostError();
    this.#onGone();
    this.#serve();
  }

  #end(connection: Connection): void {
    const ended = connection.end().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }

  #rejectWaiters(error: unknown): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }
}

function closedError(): Error {
  return Object.assign(new Error("The database is closed."), { code: "CONNECTION_ENDED" });
}
