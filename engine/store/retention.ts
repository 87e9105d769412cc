import type { Database, Sql } from "../../resources/database/database.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../../resources/logger.ts";

/** Deletes old records of one kind. Materializations, runs, steps and checks are never deleted. */
export interface Sweeper {
  /** Name of the deleted records, for the log: `events`. */
  readonly name: string;
  /**
   * Deletes expired records, in short transactions, until none is left or the signal aborts.
   *
   * @returns Number of deleted rows.
   */
  sweep(signal?: AbortSignal): Promise<number>;
}

/** Interval between sweeps. */
const sweepEveryMs = 3_600_000;
/** Rows, and runs, per deletion: a fraction of a second's work. */
const batchRows = 5_000;
const batchRuns = 200;

/**
 * Deletes the events of runs that finished before the retention period, except the last one, which has the outcome and remains
 * readable.
 */
export class EventRetention implements Sweeper {
  readonly name = "events";

  constructor(private readonly database: Database, private readonly keepDays: number) {}

  async sweep(signal?: AbortSignal): Promise<number> {
    let rows = 0;
    for (let more = true; more && !signal?.aborted;) {
      const some = await this.database.sql.begin((tx) => this.#deleteSome(tx));
      rows += some.rows;
      more = some.more;
    }
    return rows;
  }

  async #deleteSome(tx: Sql): Promise<{ rows: number; more: boolean }> {
    // The database's clock: it also wrote the times.
    const runs = await tx<{ id: number }[]>`
      SELECT id FROM engine.run
      WHERE finished_at < now() - make_interval(days => ${this.keepDays}) AND NOT events_pruned
      ORDER BY finished_at LIMIT ${batchRuns} FOR UPDATE SKIP LOCKED`;
    if (runs.length === 0) return { rows: 0, more: false };
    const ids = runs.map(({ id }) => id);
    const { count } = await tx`
      DELETE FROM engine.event e USING (
        SELECT run_id, seq FROM engine.event
        WHERE run_id = ANY(${ids}::bigint[]) AND kind <> 'run_finished' LIMIT ${batchRows}
      ) old WHERE e.run_id = old.run_id AND e.seq = old.seq`;
    if (count === batchRows) return { rows: count, more: true };
    await tx`UPDATE engine.run SET events_pruned = true WHERE id = ANY(${ids}::bigint[])`;
    return { rows: count, more: runs.length === batchRuns };
  }
}

/** Runs the sweepers periodically. */
export class Retention {
  #dueAt = -Infinity;
  #sweeping: Promise<unknown> | undefined;

  constructor(private readonly sweepers: readonly Sweeper[], private readonly logger: Logger) {}

  /** Starts a sweep if it is due: at first, and every hour. Does not wait for it. */
  begin(signal: AbortSignal, now = performance.now()): void {
    if (now < this.#dueAt || this.#sweeping) return;
    this.#dueAt = now + sweepEveryMs;
    this.#sweeping = this.sweep(signal)
      .catch((error) => {
        if (!signal.aborted) this.logger.warn(`Expired records could not be deleted: ${messageOf(error)}`);
      })
      .finally(() => this.#sweeping = undefined);
  }

  /** Resolves when no deletion is running. */
  async settled(): Promise<void> {
    await this.#sweeping;
  }

  /** Runs each sweeper once, until the signal aborts. Returns the number of deleted rows by sweeper. */
  async sweep(signal?: AbortSignal): Promise<Record<string, number>> {
    const deleted: Record<string, number> = {};
    for (const sweeper of this.sweepers) {
      const rows = deleted[sweeper.name] = await sweeper.sweep(signal);
      if (rows > 0) this.logger.info(`Deleted ${rows} expired ${sweeper.name}.`);
    }
    return deleted;
  }
}
