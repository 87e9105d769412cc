import { holdTurns } from "../turns.ts";
import type { Connection } from "./connection.ts";
import type { Hear } from "./port_socket.ts";
import type { Connections } from "./queries.ts";

/**
 * Transactions of a thread that computes, one at a time. During one the session of the embedded database waits for this thread after
 * each statement, and everyone else for the session. Therefore the other work of the thread is held: answers to other connections
 * are kept, and computations stay where they next yield ({@link holdTurns}), from before the transaction begins: it may get the
 * session at any time.
 */
export class Undisturbed implements Connections {
  readonly size = 1;
  #resume: (() => void) | null = null;
  /** Delivers the answers kept for each other connection. */
  readonly #kept = new Set<() => void>();

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
    for (const deliver of [...this.#kept]) deliver();
    this.connections.release(connection);
  }

  close(timeoutMs?: number): Promise<void> {
    return this.connections.close(timeoutMs);
  }

  /** For another connection, which hears the answers to its statements after the present transaction. */
  hearing(): Hear {
    const kept: (() => void)[] = [];
    const deliverAll = () => {
      this.#kept.delete(deliverAll);
      for (const deliver of kept.splice(0)) deliver();
    };
    return (deliver, endsCycle) => {
      kept.push(deliver);
      // In the middle of a cycle the session waits for this connection, and the transaction for the session.
      if (this.#resume && endsCycle) this.#kept.add(deliverAll);
      else deliverAll();
    };
  }
}
