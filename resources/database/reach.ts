import type { Connection } from "./connection.ts";
import { databaseErrorKind, DatabaseLostError } from "./errors.ts";
import type { Logger } from "./logger.ts";

/** How patiently connections are watched. */
export interface ReachLimits {
  /** How often connections are looked at that owe an answer. */
  tickMs: number;
  /** After which silence the server is asked whether it works on what it owes. */
  suspectMs: number;
  /** After which time without any sign of the database it counts as away. */
  awayMs: number;
  /** After which silence a connection is given up where the server cannot be asked. */
  giveUpMs: number;
  /** Between attempts to reach a database that does not answer. */
  retryMs: number;
  /** For how long the server is believed that it works on something. */
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

/** Attempts that wait side by side for an answer: what is lost on its way is not sent again for a while. */
const MOST_ATTEMPTS = 4;
/** Attempts for one connection of which each is ended because a later one got through first. */
const MOST_OVERTAKEN = 5;

/** What the server says of a session of its own. */
export interface SessionState {
  pid: number;
  /** Tells a session from a later one with the same number. */
  startedAt: string;
  /** Whether it works on a statement, or waits for something other than its client. */
  working: boolean;
}

/** A connection and by what the server knows it. */
export interface Dialed {
  connection: Connection;
  session: { pid: number; startedAt: string };
}

/** How a server is reached. */
export interface Dialer {
  /**
   * @param signal Ends the attempt.
   * @throws {DatabaseLostError} With the reason as its cause.
   */
  dial(signal: AbortSignal): Promise<Dialed>;
  /** Asks on a connection how the given sessions are; those that are gone are left out. */
  sessionsOn(connection: Connection, pids: readonly number[]): Promise<SessionState[]>;
}

interface Watched extends Dialed {
  /** When the server last said that it works on it. */
  verifiedMs: number;
  /** When the server is asked next, at the earliest. */
  askAtMs: number;
  /** Whether the server did not work on it the last time it was asked. */
  doubted: boolean;
}

/**
 * Opens connections, and notices when packets no longer arrive, which no error reports.
 *
 * **A connection** that owes an answer and is silent may be busy for hours, so that no time limit can tell it from a dead one.
 * The server can: a second connection asks it what the session of the first is doing. Where it works on a statement, all is well
 * for however long. Where it waits for its client, or knows no such session, twice in a row, the connection is dead and is given
 * up. Where the server cannot be asked either, the connection is given up when it has been silent for `giveUpMs`.
 *
 * **The database** is away while a connection is wanted, none can be made and nothing comes on any other. Then it is looked for
 * until it is back; {@link Reach.awaySignal} tells both.
 */
export class Reach {
  readonly #dialer: Dialer;
  readonly #limits: ReachLimits;
  readonly #logger: Logger | undefined;
  readonly #watched = new Map<Connection, Watched>();
  #away = new AbortController();
  #tick: ReturnType<typeof setTimeout> | undefined;
  #tickedMs = 0;
  /** For how long connections have been wanted without a sign of the database; null where there is no such doubt. */
  #missedMs: number | null = null;
  /** Attempts to connect that are under way, with when they began. */
  readonly #attempts = new Map<AbortController, number>();
  #lookAtMs = 0;
  #asking = false;
  /** What is done in the background, with connections of its own. */
  readonly #own = new Set<Promise<void>>();
  #closed = false;

  constructor(dialer: Dialer, { limits, logger }: { limits?: Partial<ReachLimits>; logger?: Logger } = {}) {
    this.#dialer = dialer;
    this.#limits = { ...defaultReachLimits, ...limits };
    this.#logger = logger;
  }

  /** Aborts with a {@link DatabaseLostError} when the database is found to be away; another one is there when it is back. */
  get awaySignal(): AbortSignal {
    return this.#away.signal;
  }

  /**
   * A connection that is watched until it is lost or ended.
   *
   * @throws {DatabaseLostError} If none can be had; its cause says why.
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

  /** Ends the looking; connections are for their owners to end. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#tick);
    await Promise.all(this.#own);
  }

  /** A new connection. The attempt is repeated when a later one got through first: the database answers again. */
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
      // Attempts that began earlier and still wait go to an address that does not answer; their callers would wait with them.
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
    // This process was held up, and what has come meanwhile is still to be read.
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

  /** Asks the server, by a connection for that alone, whether it works on what it owes. */
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
          // Twice, because the first time the answer may just have been on its way.
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
        // The server is there; why it does not answer says nothing about the connections.
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
      // Looked for again.
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

/** Whether a server was there to say no, and did not say that it is starting or stopping. */
function isRefusal(error: unknown): boolean {
  const kind = databaseErrorKind(error instanceof DatabaseLostError ? error.cause : error);
  return kind === "transient" || kind === "permanent";
}
