import type { Clock } from "../../resources/clock.ts";
import type { Database } from "../../resources/database/database.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../../resources/logger.ts";
import { pause } from "../declare/retry.ts";
import type { FeedChange, FeedEvent } from "./feed_events.ts";
import { FeedSource } from "./feed_source.ts";

/** Polling interval of the database while there are listeners. */
const pollMs = 500;
/** How long the database is polled once the last listener has left: a reader who goes on to another page comes back within it. */
const idleMs = 10_000;
/** Replay buffer for reconnecting and slow clients. */
const kept = 2_000;

/** Dependencies of a {@link Feed}. */
export interface FeedOptions {
  database: Database;
  clock: Clock;
  logger: Logger;
  /** Ends all listeners. */
  closing: AbortSignal;
  pollMs?: number;
  idleMs?: number;
  kept?: number;
}

/**
 * All events of the installation, from all processes: one poll of the database every half second serves every listener of this
 * process; some seconds after the last listener has left the polls end.
 *
 * Event ids are valid for one polling session of one process. A listener that resumes with another id, or too late, gets a `reset`.
 */
export class Feed {
  /** Id of the polling session. */
  #pollingSession = "";
  #events: FeedEvent[] = [];
  #count = 0;
  #listeners = 0;
  /** When the last listener left, by `performance.now()`. */
  #left = 0;
  #looking: Promise<void> | undefined;
  #news = Promise.withResolvers<void>();
  /** Resolves when this session has read the initial state. */
  #ready = Promise.withResolvers<void>();
  #isReady = false;

  constructor(private readonly options: FeedOptions) {}

  get listeners(): number {
    return this.#listeners;
  }

  /**
   * Id of the newest event: a listener that reads state after this, and then listens for what is after the id, misses nothing.
   * `undefined` while the database is not polled.
   */
  get position(): string | undefined {
    return this.#looking && this.#isReady ? this.#idOf(this.#count) : undefined;
  }

  /**
   * Events from now on, or after an event. Begins with `reset` unless all later events are buffered: a listener that then reloads
   * everything misses nothing. Ends when `signal` aborts or the engine closes.
   *
   * @param options.after Id of the last received event.
   */
  async *listen({ after, signal }: { after?: string; signal?: AbortSignal } = {}): AsyncGenerator<FeedEvent> {
    const until = signal ? AbortSignal.any([signal, this.options.closing]) : this.options.closing;
    if (until.aborted) return;
    this.#listeners++;
    const ended = Promise.withResolvers<void>();
    const onEnd = () => ended.resolve();
    until.addEventListener("abort", onEnd, { once: true });
    try {
      this.#begin();
      let seen = this.#placeOf(after);
      if (seen === undefined) {
        await Promise.race([this.#ready.promise, ended.promise]);
        if (until.aborted) return;
        seen = this.#count;
        yield this.#reset();
      }
      while (!until.aborted) {
        const news = this.#news.promise;
        const missed = this.#count - seen;
        if (missed > this.#events.length) {
          // Too slow: events it has not received are no longer buffered.
          yield this.#reset();
          seen = this.#count;
        } else if (missed > 0) {
          const event = this.#events[this.#events.length - missed]!;
          seen++;
          yield event;
        } else {
          await Promise.race([news, ended.promise]);
        }
      }
    } finally {
      until.removeEventListener("abort", onEnd);
      this.#listeners--;
      this.#left = performance.now();
    }
  }

  /** Number of events up to the one with this id; `undefined` if unknown. */
  #placeOf(id: string | undefined): number | undefined {
    const [session, number] = id?.split(".") ?? [];
    const place = Number(number);
    const known = session === this.#pollingSession && Number.isSafeInteger(place) && place <= this.#count &&
      this.#count - place <= this.#events.length;
    return known ? place : undefined;
  }

  #reset(): FeedEvent {
    return { type: "reset", ...this.#stamp(this.#count) };
  }

  #stamp(place: number): { id: string; at: string } {
    return { id: this.#idOf(place), at: this.options.clock.now().toString() };
  }

  #idOf(place: number): string {
    return `${this.#pollingSession}.${place}`;
  }

  #begin(): void {
    if (this.#looking) return;
    this.#pollingSession = crypto.randomUUID().slice(0, 8);
    this.#events = [];
    this.#count = 0;
    this.#ready = Promise.withResolvers();
    this.#isReady = false;
    this.#looking = this.#look().finally(() => this.#looking = undefined);
  }

  async #look(): Promise<void> {
    const { database, logger, closing, idleMs: longestIdleMs = idleMs } = this.options;
    const isWanted = () => this.#listeners > 0 || performance.now() - this.#left < longestIdleMs;
    const source = new FeedSource(database);
    let away = false;
    while (isWanted() && !closing.aborted) {
      try {
        this.#tell(await source.look());
        this.#ready.resolve();
        this.#isReady = true;
        away = false;
      } catch (error) {
        if (!away && !closing.aborted) logger.warn(`Events could not be read: ${messageOf(error)}`);
        away = true;
      }
      await pause(this.options.pollMs ?? pollMs, closing).catch(() => {});
    }
  }

  #tell(changes: readonly FeedChange[]): void {
    if (changes.length === 0) return;
    for (const change of changes) this.#events.push({ ...change, ...this.#stamp(++this.#count) });
    this.#events = this.#events.slice(-(this.options.kept ?? kept));
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}
