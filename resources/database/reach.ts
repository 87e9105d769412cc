import type { Connection } from "./connection.ts";
import { databaseErrorKind, DatabaseLostError } from "./errors.ts";
import type { Logger } from "./logger.ts";

/** Time limits of connections. */
export interface ReachLimits {
  /** Interval between inspections of connections that owe an answer. */
  tickMs: number;
  /** Silence after which the server is asked whether it is working on the answer. */
  suspectMs: number;
  /** Time without any sign of life after which the database counts as down. */
  awayMs: number;
  /** Silence after which a connection is given up if the server cannot be asked. */
  giveUpMs: number;
  /** Pause between attempts to reach a database that does not answer. */
  retryMs: number;
  /** Time for which the server's statement that it is working is trusted. */
  trustMs: number;
}

export const defaultReachLimits: ReachLimits = {
  tickMs: 250,
  suspectMs: 750,
  awayMs: 1_750,
  giveUpMs: 22_000,
  retryMs: 1_000,
  trustMs: 3_000,
};

/** Maximum number of concurrent attempts: TCP delays the retransmission of lost packets. */
const MOST_ATTEMPTS = 4;
/** Maximum number of attempts for one connection that are each aborted because a later one succeeded first. */
const MOST_OVERTAKEN = 5;

/** The server's report on one of its sessions. */
export interface SessionState {
  pid: number;
  /** Distinguishes a session from a later one with the same number. */
  startedAt: string;
  /** Whether it is executing a statement, or waits for something other than its client. */
  working: boolean;
}

/** A connection with its identification on the server. */
export interface Dialed {
  connection: Connection;
  session: { pid: number; startedAt: string };
}

/** Opens connections to a server. */
export interface Dialer {
  /**
   * @param signal Aborts the attempt.
   * @throws {DatabaseLostError} With the reason as its cause.
   */
  dial(signal: AbortSignal): Promise<Dialed>;
  /** Asks on a connection for the state of the given sessions; ended ones are omitted. */
  sessionsOn(connection: Connection, pids: readonly number[]): Promise<SessionState[]>;
}

interface Watched extends Dialed {
  /** Time at which the server last confirmed that it is working. */
  verifiedMs: number;
  /** Earliest time of the next question to the server. */
  askAtMs: number;
  /** Whether the server was not working on it at the last question. */
  doubted: boolean;
}

/**
 * Opens connections, and detects lost packets, which no error reports.
 *
 * **A connection** that owes an answer and is silent may be busy for hours, so that no time limit can tell it from a dead one. The
 * server can: a second connection asks it for the state of the first one's session. If that executes a statement, the connection is
 * kept for any length of time. If it waits for its client, or does not exist, twice in a row, the connection is dead and is given
 * up. If the server cannot be asked either, the connection is given up after `giveUpMs` of silence.
 *
 * **The database** is down while a connection is needed, none can be opened and no bytes arrive on any other. Then attempts
 * continue until it is back; {@link Reach.awaySignal} signals both.
 */
export class Reach {
  readonly #dialer: Dialer;
  readonly #limits: ReachLimits;
  readonly #logger: Logger | undefined;
  readonly #watched = new Map<Connection, Watched>();
  #away = new AbortController();
  #tick: ReturnType<typeof setTimeout> | undefined;
  #tickedMs = 0;
  /** Time for which connections have been needed without a sign of life of the database; null otherwise. */
  #missedMs: number | null = null;
  /** Running attempts to connect, with their start. */
  readonly #attempts = new Map<AbortController, number>();
  #lookAtMs = 0;
  #asking = false;
  /** Background work with connections of its own. */
  readonly #own = new Set<Promise<void>>();
  #closed = false;

  constructor(dialer: Dialer, { limits, logger }: { limits?: Partial<ReachLimits>; logger?: Logger } = {}) {
    this.#dialer = dialer;
    this.#limits = { ...defaultReachLimits, ...limits };
    this.#logger = logger;
  }

  /** Aborts with a {@link DatabaseLostError} when the database is found to be down; replaced when it is back. */
  get awaySignal(): AbortSignal {
    return this.#away.signal;
  }

  /**
   * A connection that is watched until it is lost or ended.
   *
   * @throws {DatabaseLostError} If none can be opened; its cause is the reason.
   */
  async open(): Promise<Connection> {
    const dialed = await this.#dial();
    const { connection } = dialed;
    const watched: Watched = { ...dialed, verifiedMs: 0, askAtMs: 0, doubted: false };
    this.#watched.set(connection, watched);
    connection.onBusy = () => this.#watch();
    connection.whenOver(() => this.#watched.delete(connection));
    connection.onHeard = () => {
      watched.doubted = false;
      this.#answered();
    };
    return connection;
  }

  /** Ends the watching; connections are ended by their owners. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#tick);
    await Promise.all(this.#own);
  }

  /** A new connection. The attempt is repeated if a later one succeeded first: the database answers again. */
  async #dial(): Promise<Dialed> {
    for (let overtaken = 1;; overtaken++) {
      const attempt = new AbortController();
      try {
        return await this.#attempt(attempt);
      } catch (error) {
        if (!attempt.signal.aborted || this.#closed || overtaken >= MOST_OVERTAKEN) throw error;
      }
    }
  }

  async #attempt(attempt: AbortController): Promise<Dialed> {
    const begunMs = performance.now();
    this.#attempts.set(attempt, begunMs);
    this.#missedMs ??= 0;
    this.#lookAtMs = begunMs + this.#limits.retryMs;
    this.#watch();
    let answered = true;
    try {
      const dialed = await this.#dialer.dial(attempt.signal);
      // Earlier attempts that still wait have an address that does not answer; abort them, so that their callers need not wait.
      for (const [other, since] of this.#attempts) if (since < begunMs - this.#limits.retryMs / 2) other.abort();
      return dialed;
    } catch (error) {
      answered = isRefusal(error);
      throw error;
    } finally {
      this.#attempts.delete(attempt);
      if (answered) this.#answered();
    }
  }

  #answered(): void {
    this.#missedMs = this.#attempts.size > 0 ? 0 : null;
    if (!this.#away.signal.aborted) return;
    this.#away = new AbortController();
    this.#logger?.warn?.("The database answers again.");
  }

  #watch(): void {
    if (this.#tick !== undefined || this.#closed) return;
    this.#tickedMs = performance.now();
    this.#tick = setTimeout(() => this.#look(), this.#limits.tickMs);
  }

  #look(): void {
    this.#tick = undefined;
    if (this.#closed) return;
    const { tickMs, awayMs } = this.#limits;
    const now = performance.now();
    // This process was suspended, and bytes that arrived since are still unread.
    const heldUp = now - this.#tickedMs > 4 * tickMs;
    const anyBusy = this.#lookAtConnections(now, heldUp);
    if (this.#missedMs !== null) {
      if (!heldUp) this.#missedMs += tickMs;
      if (this.#missedMs >= awayMs && !this.#away.signal.aborted) this.#declareAway();
      if (this.#attempts.size < MOST_ATTEMPTS && now >= this.#lookAtMs) this.#background(this.#lookForDatabase());
    }
    if (anyBusy || this.#missedMs !== null) this.#watch();
  }

  #lookAtConnections(now: number, heldUp: boolean): boolean {
    const { tickMs, suspectMs, giveUpMs } = this.#limits;
    let anyBusy = false;
    const silent: Watched[] = [];
    for (const watched of this.#watched.values()) {
      const { connection } = watched;
      if (heldUp) watched.verifiedMs = now - suspectMs + tickMs;
      const silentMs = Math.min(connection.silentMs(now), now - watched.verifiedMs);
      anyBusy ||= connection.isBusy;
      if (silentMs >= giveUpMs) {
        connection.lose(
          new DatabaseLostError("The connection to the database was silent, and no other could be made."),
        );
      } else if (silentMs >= suspectMs && now >= watched.askAtMs) {
        silent.push(watched);
      }
    }
    if (silent.length > 0 && !this.#asking) this.#background(this.#ask(silent));
    return anyBusy;
  }

  /** Asks the server, on a separate connection, whether it is working on the pending answers. */
  async #ask(silent: readonly Watched[]): Promise<void> {
    const { retryMs, trustMs } = this.#limits;
    this.#asking = true;
    try {
      const states = await this.#sessions(silent.map(({ session }) => session.pid));
      const now = performance.now();
      for (const watched of silent) {
        const { connection, session } = watched;
        const state = states.find(({ pid }) => pid === session.pid);
        if (state?.working && state.startedAt === session.startedAt) {
          Object.assign(watched, { verifiedMs: now, askAtMs: now + trustMs, doubted: false });
        } else if (connection.silentMs(now) < this.#limits.suspectMs) {
          continue;
        } else if (watched.doubted) {
          // Twice: the first time the answer may just have been on its way.
          connection.lose(
            new DatabaseLostError(
              "The connection to the database was dead: the server is not working on the query.",
            ),
          );
        } else {
          Object.assign(watched, { askAtMs: now + this.#limits.tickMs, doubted: true });
        }
      }
    } catch (error) {
      const now = performance.now();
      for (const watched of silent) {
        watched.askAtMs = now + retryMs;
        // The server is there; the reason of its refusal does not concern the connections.
        if (isRefusal(error)) watched.verifiedMs = now;
      }
    } finally {
      this.#asking = false;
    }
  }

  async #sessions(pids: readonly number[]): Promise<SessionState[]> {
    const { connection } = await this.#dial();
    const timer = setTimeout(() => connection.lose(new DatabaseLostError()), this.#limits.retryMs * 5);
    try {
      return await this.#dialer.sessionsOn(connection, pids);
    } finally {
      clearTimeout(timer);
      this.#background(connection.end());
    }
  }

  async #lookForDatabase(): Promise<void> {
    try {
      const { connection } = await this.#dial();
      await connection.end();
    } catch {
      // The next attempt follows after the pause.
    }
  }

  #background(work: Promise<void>): void {
    const done = work.finally(() => this.#own.delete(done));
    this.#own.add(done);
  }

  #declareAway(): void {
    this.#logger?.warn?.("The database does not answer.");
    this.#away.abort(new DatabaseLostError("The database does not answer."));
  }
}

/** Whether a server answered with a refusal, other than that it is starting or stopping. */
function isRefusal(error: unknown): boolean {
  const kind = databaseErrorKind(error instanceof DatabaseLostError ? error.cause : error);
  return kind === "transient" || kind === "permanent";
}
