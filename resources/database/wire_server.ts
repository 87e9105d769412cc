import { Gatherer, ReadinessFilter, type SessionEvents } from "./session_output.ts";
import {
  CODE,
  completeLength,
  concat,
  isCopyIn,
  isOfCopy,
  message,
  messages,
  onlyPrepares,
  SYNC,
} from "./wire_messages.ts";

/** The single PostgreSQL session behind all connections. */
export interface Backend extends SessionEvents {
  /** Runs a batch of frontend messages to its end; `onOutput` gets views that are valid during the call only. */
  execute(batch: Uint8Array, onOutput: (bytes: Uint8Array) => void): void;
  inTransaction(): boolean;
}

/** The client's side of a connection. */
export interface WireClient {
  /** Takes ownership of the bytes. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  end(): void;
}

const SSL_REQUEST = 80877103;
const CANCEL_REQUEST = 80877102;
/** Format and columns of the data are left to the client, which wrote the statement. */
const COPY_IN_RESPONSE = [CODE.copyInResponse, 0, 0, 0, 7, 0, 0, 0];
/** Number of consecutive connections that may overtake a waiting background one. */
const mostOvertaking = 8;

/**
 * Time for which the session is kept from background connections after a statement of another one: a page sends its statements one
 * after the other, and would otherwise wait before each for one of a step.
 */
export const graceMs = 4;

/**
 * Lets many connections of the PostgreSQL wire protocol share one session in isolation.
 *
 * A connection that has started a cycle of messages or a transaction has the session to itself until the session is idle again; the
 * others queue in order of arrival, background ones last. Single messages must not be interleaved: after an error the session skips
 * everything up to the next Sync, of any connection.
 *
 * Messages are passed on as whole batches, because a session that runs out of input within a message treats that as a lost
 * connection. `COPY … FROM STDIN` waits for input by design: it is answered on behalf of the session, and passed on when its data
 * are complete.
 */
export class WireServer {
  readonly #backend: Backend;
  #owner: WireConnection | null = null;
  #used = false;
  #lastActiveMs = 0;
  readonly #waiting: WireConnection[] = [];
  /** Number of consecutive connections that overtook a waiting background one. */
  #overtaken = 0;
  /** Until when background connections wait for others. */
  #keptUntilMs = -Infinity;
  #wake: ReturnType<typeof setTimeout> | undefined;
  #errors = 0;
  #stopped = false;

  constructor(backend: Backend) {
    this.#backend = {
      execute: (batch, onOutput) => backend.execute(batch, onOutput),
      inTransaction: () => backend.inTransaction(),
      onFatal: (message) => backend.onFatal(message),
      onError: () => void this.#errors++,
    };
  }

  /** @param options.background Gives the other connections precedence, most of the time. */
  connect(client: WireClient, { background = false } = {}): WireConnection {
    return new WireConnection(client, (connection) => this.#want(connection), background);
  }

  /** Number of errors that the session has reported. */
  get errors(): number {
    return this.#errors;
  }

  /** Stops serving connections, unless one has the session or waits for it. Returns whether it has stopped. */
  stopIfIdle(): boolean {
    this.#stopped = this.#owner === null && this.#waiting.length === 0;
    return this.#stopped;
  }

  /** Runs a maintenance statement between those of the clients, if the session was used since the last time. */
  runWhenIdle(statement: string): void {
    if (this.#owner !== null || !this.#used) return;
    this.#used = false;
    this.#backend.execute(message(CODE.query, `${statement}\0`), () => {});
  }

  /** Time since the last message of the connection that holds the session while others wait; 0 otherwise. */
  stalledMs(): number {
    return this.#waiting.length === 0 ? 0 : performance.now() - this.#lastActiveMs;
  }

  #want(connection: WireConnection): void {
    if (this.#stopped) return;
    this.#used = true;
    if (this.#owner === connection) return this.#serve(connection);
    if (!this.#waiting.includes(connection)) this.#waiting.push(connection);
    if (this.#owner === null) this.#serve(this.#next());
  }

  #serve(first: WireConnection | undefined): void {
    let next = first;
    while (next !== undefined) {
      this.#owner = next;
      next.run(this.#backend);
      this.#lastActiveMs = performance.now();
      if (next.holdsSession) return;
      this.#owner = null;
      if (!next.background) this.#keptUntilMs = this.#lastActiveMs + graceMs;
      next = this.#next();
    }
  }

  #next(): WireConnection | undefined {
    const foreground = this.#waiting.findIndex(({ background }) => !background);
    const background = this.#waiting.findIndex(({ background }) => background);
    const mayOvertake = background >= 0 && this.#overtaken < mostOvertaking;
    if (foreground < 0 && mayOvertake && performance.now() < this.#keptUntilMs) {
      this.#wake ??= setTimeout(() => {
        this.#wake = undefined;
        if (this.#owner === null) this.#serve(this.#next());
      }, graceMs);
      return undefined;
    }
    const overtakes = foreground >= 0 && mayOvertake;
    const at = foreground < 0 || (background >= 0 && !overtakes) ? background : foreground;
    this.#overtaken = overtakes ? this.#overtaken + 1 : 0;
    return at < 0 ? undefined : this.#waiting.splice(at, 1)[0];
  }
}

/** One client's connection. */
export class WireConnection {
  /** Whether this connection has the session and must send more first. */
  holdsSession = false;
  readonly #client: WireClient;
  readonly #want: (connection: WireConnection) => void;
  #input: Uint8Array = new Uint8Array(0);
  #started = false;
  #closed = false;
  #touched = false;
  /** The statement and the data so far of a `COPY … FROM STDIN`. */
  #copy: Uint8Array[] | null = null;
  /** Names of statements this connection prepared: the session outlives it, so they must be dropped. */
  readonly #statements = new Set<string>();

  constructor(client: WireClient, want: (connection: WireConnection) => void, readonly background = false) {
    this.#client = client;
    this.#want = want;
  }

  receive(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#input = this.#input.length === 0 ? bytes : concat(this.#input, bytes);
    if (!this.holdsSession) this.#takeCopy();
    if (completeLength(this.#input, this.#started) > 0) this.#want(this);
  }

  /** The client has ended: its transaction is rolled back, its prepared statements are dropped. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#input = new Uint8Array(0);
    if (this.#touched) this.#want(this);
  }

  /** Called by the server only, when this connection has the session. */
  run(backend: Backend): void {
    if (this.#closed) {
      this.#leave(backend);
      return;
    }
    while (!this.#closed) {
      const length = completeLength(this.#input, this.#started);
      if (length === 0) return;
      const batch = this.#input.subarray(0, length);
      this.#input = this.#input.subarray(length);
      if (this.#started) this.#runBatch(backend, batch);
      else this.#start(backend, batch);
    }
    this.#leave(backend);
  }

  #start(backend: Backend, packet: Uint8Array): void {
    const code = new DataView(packet.buffer, packet.byteOffset).getInt32(4);
    if (code === SSL_REQUEST) {
      this.#client.send(new TextEncoder().encode("N"));
    } else if (code === CANCEL_REQUEST) {
      // The session runs in this thread: a running query cannot be interrupted.
      this.#closed = true;
      this.#client.end();
    } else {
      this.#started = true;
      this.#execute(backend, packet, true);
    }
  }

  /** Runs the batch cycle by cycle: up to each Sync or simple query, and the rest at the end. */
  #runBatch(backend: Backend, batch: Uint8Array): void {
    this.#touched = true;
    let begin = 0;
    let end = 0;
    for (const { code, start, next } of messages(batch)) {
      if (code === CODE.terminate) {
        this.#closed = true;
        this.#client.end();
        return;
      }
      if (code === CODE.parse) this.#remember(batch, start);
      end = next;
      // The driver sends CopyFail after the end of each COPY. As a server does, nothing is made of it: to pass it on would begin a cycle.
      if (this.#copy === null && isOfCopy(code) && begin === start) {
        begin = end;
      } else if (this.#copy !== null) {
        this.#gather(backend, code, batch.subarray(start, end));
        begin = end;
      } else if (code === CODE.query && isCopyIn(batch.subarray(start, end))) {
        this.#beginCopy(batch.subarray(start, end));
        begin = end;
      } else if (code === CODE.sync || code === CODE.query) {
        this.#execute(backend, batch.subarray(begin, end), true);
        begin = end;
      }
    }
    const left = batch.subarray(begin, end);
    // The driver has a new statement described, and sends its values after the answer. The statement stays: until then the session
    // can serve others. The Sync also ends the state after an error.
    const isPrepared = begin < end && !backend.inTransaction() && onlyPrepares(left);
    if (begin < end) this.#execute(backend, isPrepared ? concat(left, SYNC) : left, false);
    // So it can while the data of a COPY are gathered.
    this.holdsSession = (begin < end && !isPrepared) || backend.inTransaction();
  }

  /** Takes the statement and the data of a COPY from the input, for which the session is not needed yet. */
  #takeCopy(): void {
    const length = completeLength(this.#input, this.#started);
    if (!this.#started || length === 0) return;
    let end = 0;
    for (const { code, start, next } of messages(this.#input.subarray(0, length))) {
      const message = this.#input.subarray(start, next);
      if (this.#copy !== null && code === CODE.copyData) this.#copy.push(message);
      else if (this.#copy === null && code === CODE.query && isCopyIn(message)) this.#beginCopy(message);
      else if (this.#copy !== null || !isOfCopy(code)) break;
      end = next;
    }
    this.#input = this.#input.subarray(end);
  }

  #beginCopy(query: Uint8Array): void {
    this.#copy = [query.slice()];
    this.#client.send(Uint8Array.from(COPY_IN_RESPONSE));
  }

  #gather(backend: Backend, code: number, message: Uint8Array): void {
    // A server ignores Flush and Sync here as well.
    if (!isOfCopy(code)) return;
    this.#copy!.push(message);
    if (code === CODE.copyData) return;
    const whole = concat(...this.#copy!);
    this.#copy = null;
    this.#execute(backend, whole, true);
  }

  #remember(batch: Uint8Array, start: number): void {
    const end = batch.indexOf(0, start + 5);
    if (end > start + 5) this.#statements.add(new TextDecoder().decode(batch.subarray(start + 5, end)));
  }

  /** @param endsCycle Whether the client expects one ReadyForQuery. */
  #execute(backend: Backend, batch: Uint8Array, endsCycle: boolean): void {
    const gathered = new Gatherer((bytes) => this.#client.send(bytes));
    const readiness = new ReadinessFilter((bytes) => gathered.add(bytes), backend);
    backend.execute(batch, (bytes) => readiness.add(bytes));
    if (endsCycle) gathered.add(Uint8Array.of(CODE.ready, 0, 0, 0, 5, readiness.status));
    gathered.flush();
  }

  #leave(backend: Backend): void {
    const discard = () => {};
    if (this.holdsSession) {
      backend.execute(SYNC, discard);
      if (backend.inTransaction()) backend.execute(message(CODE.query, "rollback\0"), discard);
    }
    if (this.#statements.size > 0) {
      const closes = [...this.#statements].map((name) => message(CODE.close, `S${name}\0`));
      backend.execute(concat(...closes, SYNC), discard);
      this.#statements.clear();
    }
    this.#copy = null;
    this.holdsSession = false;
    this.#touched = false;
  }
}
