import { type Clock, type SharedClock, tolerableSkewMs } from "../clock.ts";
import type { Database } from "./database.ts";
import type { Logger } from "./logger.ts";

/** Time after which the clock is synchronized again. */
const holdsMs = 5_000;

/**
 * The clock of a database server, shared by all its processes. Between two reads time advances by a monotonic clock, so that jumps of this
 * machine's own clock have no effect.
 */
export class DatabaseClock implements SharedClock {
  #at: { instant: Temporal.Instant; monotonicMs: number } | undefined;
  #skewMs: number | null = null;
  #setting: Promise<void> | undefined;

  /** @param around.own Clock of this machine: used until the database has answered. */
  constructor(private readonly around: { database: Pick<Database, "sql">; own: Clock; logger?: Logger }) {}

  get skewMs(): number | null {
    return this.#skewMs;
  }

  now(): Temporal.Instant {
    const at = this.#at;
    if (!at) return this.around.own.now();
    const elapsedMs = performance.now() - at.monotonicMs;
    // The monotonic clock does not count suspended time. A failed synchronization is repeated at the next reading.
    if (elapsedMs > holdsMs) this.sync().catch(() => {});
    return at.instant.add({ milliseconds: Math.round(elapsedMs) });
  }

  sync(): Promise<void> {
    return this.#setting ??= this.#set().finally(() => this.#setting = undefined);
  }

  async #set(): Promise<void> {
    const asked = performance.now();
    const [row] = await this.around.database.sql<{ now: string }[]>`SELECT clock_timestamp() AS now`;
    const answered = performance.now();
    const instant = Temporal.Instant.from(row!.now);
    // The time was read between request and answer.
    this.#at = { instant, monotonicMs: (asked + answered) / 2 };
    const behindMs = (answered - asked) / 2;
    this.#compare(this.around.own.now().epochMilliseconds - behindMs - instant.epochMilliseconds);
  }

  #compare(skewMs: number): void {
    const wasWrong = Math.abs(this.#skewMs ?? 0) >= tolerableSkewMs;
    const isWrong = Math.abs(skewMs) >= tolerableSkewMs;
    this.#skewMs = skewMs;
    if (isWrong === wasWrong) return;
    const { logger } = this.around;
    if (isWrong) {
      const seconds = Math.round(Math.abs(skewMs) / 1_000);
      logger?.warn?.(
        `The clock of this machine is ${seconds} s ${
          skewMs > 0 ? "ahead of" : "behind"
        } the database's. Schedules go by the database's.`,
      );
    } else logger?.info?.("The clock of this machine is right again.");
  }
}
