import { holdTurns } from "../turns.ts";
import type { Connection } from "./connection.ts";
import type { Connections } from "./queries.ts";

/**
 * Transactions of a thread that computes, one at a time. During one the session of the embedded database waits for this thread after
 * each statement, and everyone else for the session. Therefore the other work of the thread is held: answers to other connections
 * are kept, and computations stay where they next yield ({@link holdTurns}).
 */
export class Undisturbed implements Connections {
  readonly size = 1;
  #resume: (() => void) | null = null;
  readonly #kept: (() => void)[] = [];

  /** @param connections One connection. */
  constructor(private readonly connections: Connections) {}

  async acquire(): Promise<Connection> {
    const connection = await this.connections.acquire();
    this.#resume = holdTurns();
    return connection;
  }

  release(connection: Connection): void {
    this.#resume?.();
    this.#resume = null;
    for (const deliver of this.#kept.splice(0)) deliver();
    this.connections.release(connection);
  }

  close(timeoutMs?: number): Promise<void> {
    return this.connections.close(timeoutMs);
  }

  /** Delivers a message to another connection, after the present transaction. */
  readonly deliver = (deliver: () => void): void => {
    if (this.#resume) this.#kept.push(deliver);
    else deliver();
  };
}
