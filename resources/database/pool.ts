import type { Connection } from "./connection.ts";
import { databaseErrorKind, DatabaseLostError } from "./errors.ts";
import type { Connections } from "./queries.ts";

export interface PoolOptions {
  /** @throws {DatabaseLostError} If no connection can be had; its cause says why. */
  open(): Promise<Connection>;
  /** Connections at most. */
  size: number;
  /** Whether a connection that was lost is replaced; where its state matters, it must not be. */
  replaces?: boolean;
  /** After so long without use a connection must answer before it is given away. */
  staleMs?: number;
  /** How long a caller waits while no connection can be made. */
  patienceMs?: number;
  /** Between attempts to make one. */
  retryMs?: number;
}

interface Waiter {
  resolve(connection: Connection): void;
  reject(error: unknown): void;
  sinceMs: number;
}

/**
 * Connections, each for one user at a time, and those who wait for one in order of arrival.
 *
 * A connection that is lost is forgotten and another one made when it is wanted: there is no other state that one could be in.
 */
export class Pool implements Connections {
  readonly #options: Required<PoolOptions>;
  readonly #connections = new Set<Connection>();
  #idle: { connection: Connection; sinceMs: number }[] = [];
  readonly #waiters: Waiter[] = [];
  #making = 0;
  /** Idle ones that are being asked whether they still answer. */
  #proving = 0;
  /** Until when no further attempt to make one is made. */
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

  /** Those that are open. */
  get open(): number {
    return this.#connections.size;
  }

  /** @throws {DatabaseLostError} If none can be had within a few seconds, for another reason than that all are in use. */
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

  /** Ends the connections as they are given back, and after the time those that are not. */
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
      // All at once: after a failover all are dead, and found dead one by one each would cost its time.
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
      this.#disappoint(error);
    }
    this.#making--;
    if (connection !== undefined) this.adopt(connection);
    this.#onGone();
  }

  /** Takes a connection that was made elsewhere. */
  adopt(connection: Connection): void {
    this.#connections.add(connection);
    connection.whenOver(() => this.#forget(connection));
    this.#giveBack(connection);
  }

  /** A connection that has been idle for long answers, or is found to be lost. */
  async #prove(connection: Connection): Promise<void> {
    this.#proving++;
    const answers = await connection.command("select 1").then(() => true, () => false);
    this.#proving--;
    if (answers) return this.#giveBack(connection);
    connection.lose(new DatabaseLostError());
    this.#serve();
  }

  /** Tells those who have waited for long that none can be made, and tries again for the others. */
  #disappoint(error: unknown): void {
    const { patienceMs, retryMs } = this.#options;
    const kind = databaseErrorKind(error instanceof DatabaseLostError ? error.cause : error);
    if (kind === "permanent") this.#rejectWaiters(error);
    // There are others that will come back.
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
