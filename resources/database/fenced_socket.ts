import { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import { DatabaseLostError } from "./errors.ts";

/** How long the other side has to close after a goodbye. */
const GOODBYE_MS = 1_000;

/** Events of a socket. */
export interface SocketEvents {
  /** Bytes came, or bytes that waited went out. */
  onHeard(): void;
  /** It is gone and will not come back; told once, after the driver. */
  onLost(error: DatabaseLostError): void;
}

/**
 * The socket as the driver sees it: it fails, but it never closes.
 *
 * postgres 3.4 takes a socket that closed for one that it may open again, with what was under way still in its state: it
 * writes to the missing socket from a timer, which ends the process, or keeps a statement in a queue that is not served any
 * more. So it is never told. A socket that died fails what is under way with a {@link DatabaseLostError}, and likewise
 * everything that is written afterwards. The client is then thrown away with its only socket.
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

  /** The driver asks before it says goodbye, and waits for the end of what is open. */
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

  /** The driver's goodbye. */
  end(chunk: Uint8Array): void {
    if (this.#ended || this.#lost) return;
    this.#ended = true;
    this.#raw.end(chunk);
    // Later bytes have no reader; they are drained, because the end of the stream is seen only after them.
    this.#raw.resume();
  }

  /** The driver's way of giving up. */
  destroy(): void {
    this.lose(new DatabaseLostError());
  }

  pause(): void {
    this.#raw.pause();
  }

  resume(): void {
    this.#raw.resume();
  }

  /** Whether the driver has asked for no more bytes for now. */
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

  /** Resolves when nothing of it is left; ends it where the other side does not. */
  async closed(): Promise<void> {
    const timer = setTimeout(() => this.#raw.destroy(), GOODBYE_MS);
    await this.#closed;
    clearTimeout(timer);
  }

  #fail(error: DatabaseLostError): void {
    if (this.listenerCount("error") > 0) this.emit("error", error);
  }
}
