import { type Duplex, type Readable, Stream, Writable } from "node:stream";
import postgres from "postgres";
import { DatabaseLostError } from "./errors.ts";
import { FencedSocket } from "./fenced_socket.ts";

/** A statement of the driver's that has not been sent: what is used of it beside its being a promise. */
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

/** Whether the driver made a statement, and not one of its helpers for parts of one. */
export function isStatement(made: unknown): made is Statement {
  return typeof made === "object" && made !== null && "handler" in made && typeof made.handler === "function";
}

/**
 * One connection: a client of the driver that never opens another.
 *
 * Statements are sent in the order in which they are run. When the connection is lost, those under way and all later ones
 * fail with a {@link DatabaseLostError}.
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
  /** Called when the first of some statements is sent. */
  onBusy: () => void = () => {};
  /** Called for everything that comes from the server. */
  onHeard: () => void = () => {};

  /** @param socket Connected, and as secure as it is to be; this connection's alone. */
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
    // Options that the driver has read before are taken as they are, with what connections would share.
    const own = { ...options, parameters: {}, shared: { retries: 0, typeArrayMap: {} }, socket: () => this.#socket };
    this.#client = postgres(own as object) as unknown as postgres.Sql;
    this.#send = (this.#client.unsafe("") as unknown as Statement).handler;
  }

  /** Why nothing can be asked of it any more. */
  get lost(): DatabaseLostError | null {
    return this.#lost;
  }

  /** Whether statements or a COPY are under way. */
  get isBusy(): boolean {
    return this.#pending.size > 0 || this.#copy !== null;
  }

  /**
   * For how long the server has owed an answer without a sign of life; 0 where it owes none. To be asked again and again:
   * silence counts from the last time that it was not owed.
   */
  silentMs(now: number): number {
    if (!this.#isOwed()) this.#heardMs = now;
    return Math.max(0, now - this.#heardMs);
  }

  /** Sends a statement. A COPY is over when its stream is closed, everything else when it is settled. */
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
      // The server says why it ends the session before it does.
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

  /** Gives the connection up: everything under way fails. */
  lose(error: DatabaseLostError): void {
    this.#socket.lose(error);
  }

  /** Says goodbye and resolves when the socket is closed; what is under way fails. */
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
    // Also what waits inside the client behind something else, which the client forgets.
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
    // Before any other listener: the error may come with the very bytes that opened the stream.
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
