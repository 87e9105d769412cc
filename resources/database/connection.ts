import { type Duplex, type Readable, Stream, Writable } from "node:stream";
import postgres from "postgres";
import { DatabaseLostError } from "./errors.ts";
import { FencedSocket } from "./fenced_socket.ts";

/** An unsent statement of the driver: the properties used besides those of a promise. */
export interface Statement extends Promise<unknown> {
  /** Sends the statement once it is awaited. */
  handler: (statement: Statement) => void;
  /** The text between its parameters. */
  strings: readonly string[];
  canceller: unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  cursorFn?: unknown;
}

/** Whether the driver created a statement, and not one of its helpers for parts of statements. */
export function isStatement(made: unknown): made is Statement {
  return typeof made === "object" && made !== null && "handler" in made && typeof made.handler === "function";
}

/**
 * One connection: a client of the driver that never opens another.
 *
 * Statements are sent in the order in which they are run. When the connection is lost, pending statements and all later ones fail
 * with a {@link DatabaseLostError}.
 */
export class Connection {
  readonly #socket: FencedSocket;
  readonly #client: postgres.Sql;
  readonly #send: (statement: Statement) => void;
  readonly #pending = new Set<Statement>();
  #copy: Writable | Readable | null = null;
  #heardMs = performance.now();
  #lost: DatabaseLostError | null = null;
  #over: (() => void)[] = [];
  /** Called when statements become pending. */
  onBusy: () => void = () => {};
  /** Called for all bytes received from the server. */
  onHeard: () => void = () => {};

  /** @param socket Connected and secured; for this connection only. */
  constructor(socket: Duplex, options: postgres.ParsedOptions) {
    this.#socket = new FencedSocket(socket, {
      onHeard: () => {
        this.#heardMs = performance.now();
        this.onHeard();
      },
      onLost: (error) => {
        this.#fail(error);
        this.#client.end({ timeout: 0 }).catch(() => {});
      },
    });
    // Options parsed by the driver are used as they are, including the state that connections would share.
    const own = { ...options, parameters: {}, shared: { retries: 0, typeArrayMap: {} }, socket: () => this.#socket };
    this.#client = postgres(own as object) as unknown as postgres.Sql;
    this.#send = (this.#client.unsafe("") as unknown as Statement).handler;
  }

  /** Why it can no longer be used. */
  get lost(): DatabaseLostError | null {
    return this.#lost;
  }

  /** Whether statements or a COPY are pending. */
  get isBusy(): boolean {
    return this.#pending.size > 0 || this.#copy !== null;
  }

  /**
   * Time since the server's last sign of life while it owes an answer; 0 if it owes none. To be called repeatedly: silence counts
   * from the last call without a pending answer.
   */
  silentMs(now: number): number {
    if (!this.#isOwed()) this.#heardMs = now;
    return Math.max(0, now - this.#heardMs);
  }

  /** Sends a statement. A COPY ends when its stream is closed, everything else when it is settled. */
  run(statement: Statement): Promise<void> {
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    if (this.#lost !== null) {
      statement.reject(this.#lost);
      return Promise.resolve();
    }
    if (this.#pending.size === 0) {
      this.#heardMs = performance.now();
      this.onBusy();
    }
    this.#pending.add(statement);
    const { resolve, reject } = statement;
    statement.resolve = (value) => {
      this.#pending.delete(statement);
      if (value instanceof Stream) this.#follow(value as Writable | Readable, end);
      else end();
      resolve(value);
    };
    statement.reject = (error) => {
      this.#pending.delete(statement);
      end();
      reject(error);
      // The server sends the reason before it ends the session.
      if (isLast(error)) this.lose(new DatabaseLostError(undefined, { cause: error }));
    };
    this.#send(statement);
    return over;
  }

  /** Runs a text of one or more statements without parameters. */
  async command<Row extends object>(text: string): Promise<Row[] & { command: string }> {
    const statement = this.#client.unsafe(text) as unknown as Statement;
    statement.handler = (sent) => void this.run(sent);
    return await statement as Row[] & { command: string };
  }

  /** Gives the connection up: all pending work fails. */
  lose(error: DatabaseLostError): void {
    this.#socket.lose(error);
  }

  /** Terminates the session and resolves when the socket is closed; pending work fails. */
  async end(): Promise<void> {
    this.#fail(new DatabaseLostError("The connection to the database was ended."));
    await this.#client.end({ timeout: 0 });
    // A client that has never sent anything has no socket to close.
    this.#socket.end(TERMINATE);
    await this.#socket.closed();
  }

  /** Calls `listener` once the connection is lost or ended. */
  whenOver(listener: () => void): void {
    this.#over.push(listener);
  }

  #fail(error: DatabaseLostError): void {
    this.#lost ??= error;
    // Including statements queued inside the client, which it drops.
    for (const statement of this.#pending) statement.reject(this.#lost);
    for (const listener of this.#over.splice(0)) listener();
  }

  #isOwed(): boolean {
    const copy = this.#copy;
    if (copy === null) return this.#pending.size > 0;
    if (copy instanceof Writable) return copy.writableNeedDrain || copy.writableEnded;
    return !this.#socket.isPaused() && copy.readableLength === 0;
  }

  #follow(copy: Writable | Readable, end: () => void): void {
    this.#copy = copy;
    this.#heardMs = performance.now();
    // Before any other listener: the error may arrive with the bytes that open the stream.
    copy.on("error", () => {});
    copy.once("close", () => {
      this.#copy = null;
      end();
    });
  }
}

const TERMINATE = Uint8Array.of(0x58, 0, 0, 0, 4);

/** Whether the server ends the session after this error. */
function isLast(error: unknown): boolean {
  return error instanceof postgres.PostgresError && (error.severity === "FATAL" || error.severity === "PANIC");
}
