import { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import { DatabaseLostError } from "./errors.ts";

/** Time for the other side to close after the termination message. */
const GOODBYE_MS = 1_000;

/** Events of a socket. */
export interface SocketEvents {
  /** Bytes arrived, or buffered bytes were sent. */
  onHeard(): void;
  /** It is lost for good; called once, after the driver. */
  onLost(error: DatabaseLostError): void;
}

/**
 * The socket passed to the driver: it fails, but it never closes.
 *
 * postgres 3.4 treats a closed socket as one that it may open again, with pending work still in its state: it writes to the missing
 * socket from a timer, which ends the process, or leaves a statement in a queue that is no longer processed. Therefore it never
 * gets a close event. A dead socket fails pending work, and all later writes, with a {@link DatabaseLostError}. The client is then
 * discarded with its only socket.
 */
export class FencedSocket extends EventEmitter {
  readonly #raw: Duplex;
  readonly #events: SocketEvents;
  readonly #closed: Promise<void>;
  #lost: DatabaseLostError | null = null;
  #ended = false;

  constructor(raw: Duplex, events: SocketEvents) {
    super();
    this.#raw = raw;
    this.#events = events;
    this.#closed = new Promise((resolve) => raw.once("close", resolve));
    raw.on("data", (bytes) => {
      events.onHeard();
      this.emit("data", bytes);
    });
    raw.on("drain", () => {
      events.onHeard();
      this.emit("drain");
    });
    raw.on("error", (cause) => this.lose(new DatabaseLostError(undefined, { cause })));
    raw.on("end", () => this.lose(new DatabaseLostError()));
    raw.on("close", () => this.lose(new DatabaseLostError()));
  }

  /** The driver reads it before it terminates, and waits for pending work. */
  get readyState(): "open" | "closed" {
    return this.#ended || this.#lost ? "closed" : "open";
  }

  write(chunk: Uint8Array, done?: (error?: Error | null) => void): boolean {
    if (this.#lost === null && !this.#ended) {
      if (done === undefined) return this.#raw.write(chunk);
      return this.#raw.write(
        chunk,
        (cause) => done(cause && (this.#lost ?? new DatabaseLostError(undefined, { cause }))),
      );
    }
    const error = this.#lost ?? new DatabaseLostError();
    queueMicrotask(() => {
      done?.(error);
      this.#fail(error);
    });
    return true;
  }

  /** Called by the driver to terminate. */
  end(chunk: Uint8Array): void {
    if (this.#ended || this.#lost) return;
    this.#ended = true;
    this.#raw.end(chunk);
    // Later bytes have no reader; they are drained, because the end of the stream is seen only after them.
    this.#raw.resume();
  }

  /** Called by the driver to give up. */
  destroy(): void {
    this.lose(new DatabaseLostError());
  }

  pause(): void {
    this.#raw.pause();
  }

  resume(): void {
    this.#raw.resume();
  }

  isPaused(): boolean {
    return this.#raw.isPaused();
  }

  /** Ends the connection at once. */
  lose(error: DatabaseLostError): void {
    if (this.#lost !== null) return;
    this.#lost = error;
    this.#raw.destroy();
    if (this.#ended) return;
    this.#fail(error);
    this.#events.onLost(error);
  }

  /** Resolves when it is closed; destroys it if the other side does not close. */
  async closed(): Promise<void> {
    const timer = setTimeout(() => this.#raw.destroy(), GOODBYE_MS);
    await this.#closed;
    clearTimeout(timer);
  }

  #fail(error: DatabaseLostError): void {
    if (this.listenerCount("error") > 0) this.emit("error", error);
  }
}
