import type { WorkerReply, WorkerRequest } from "./embedded_worker.ts";
import type { Duplex } from "node:stream";
import { type Hear, PortSocket } from "./port_socket.ts";

/** Options and listeners of a thread. */
export interface ThreadOptions {
  /** Folder of the database; null for one in memory. */
  folder: string | null;
  /** The database stopped unexpectedly; its connections are lost, committed data are on disk. */
  onCrash(reason: Error): void;
  /** A connection has blocked others without sending anything. */
  onStall(stalledMs: number): void;
}

/** The worker that runs PGlite, from the owner's side. */
export class EmbeddedThread {
  readonly #worker = new Worker(new URL("./embedded_worker.ts", import.meta.url), { type: "module" });
  readonly #sockets = new Set<PortSocket>();
  /** Callbacks for when the database stops, by the number of each connection of another thread. */
  readonly #lent = new Map<number, () => void>();
  #lastLent = 0;
  readonly #options: ThreadOptions;
  #awaited: PromiseWithResolvers<void> | null = null;

  private constructor(options: ThreadOptions) {
    this.#options = options;
    this.#worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#hear({ type: "failed", message: event.message });
    };
  }

  /** @throws {Error} If PGlite does not start. */
  static async start(options: ThreadOptions): Promise<EmbeddedThread> {
    const thread = new EmbeddedThread(options);
    try {
      await thread.#ask({ type: "open", folder: options.folder });
      return thread;
    } catch (error) {
      thread.#worker.terminate();
      throw error;
    }
  }

  /** A connection in the form that the driver requires. */
  connect(hear?: Hear): Duplex {
    const { port1, port2 } = new MessageChannel();
    this.#post({ type: "connect", port: port2 }, [port2]);
    const socket = new PortSocket(port1, hear);
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    return socket;
  }

  /**
   * Serves a connection of another thread, which has the other end of the port.
   *
   * @param onGone Called when the database has stopped.
   * @returns A function that ends the connection on behalf of the other thread.
   */
  lend(port: MessagePort, onGone: () => void): () => void {
    const id = ++this.#lastLent;
    this.#lent.set(id, onGone);
    this.#post({ type: "connect", port, lent: id }, [port]);
    return () => {
      if (this.#lent.delete(id)) this.#post({ type: "hang_up", lent: id });
    };
  }

  /** Shuts the database down cleanly. */
  async close(): Promise<void> {
    await this.#ask({ type: "close" }).catch(() => {});
    this.#worker.terminate();
  }

  #ask(request: WorkerRequest): Promise<void> {
    this.#awaited = Promise.withResolvers();
    this.#post(request);
    return this.#awaited.promise;
  }

  #post(request: WorkerRequest, transfer: Transferable[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  #hear(reply: WorkerReply): void {
    if (reply.type === "stalled") {
      this.#options.onStall(reply.stalledMs);
    } else if (reply.type === "hung_up") {
      this.#lent.delete(reply.lent);
    } else if (reply.type === "done") {
      this.#awaited?.resolve();
      this.#awaited = null;
    } else if (this.#awaited !== null) {
      this.#awaited.reject(new Error(reply.message));
      this.#awaited = null;
    } else {
      this.#crash(new Error(`The embedded database stopped: ${reply.message}`));
    }
  }

  #crash(reason: Error): void {
    // It may be in a loop: PGlite retries aborted calls endlessly.
    this.#worker.terminate();
    this.#options.onCrash(reason);
    for (const socket of this.#sockets) socket.destroy(reason);
    for (const onGone of [...this.#lent.values()]) onGone();
    this.#lent.clear();
  }
}
