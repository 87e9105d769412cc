import type { Database, Sql } from "../../resources/database/database.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../../resources/logger.ts";

/** What may be deleted once it is old. Materializations, runs, steps and checks never are. */
export interface RetentionRule {
  /** What it deletes, for the log: `events`. */
  name: string;
  /** Days for which it is kept. */
  keepDays: number;
  /**
   * Deletes some of what is older, in one short transaction.
   *
   * @returns How many rows went, and whether there may be more of them.
   */
  deleteSome(tx: Sql, keepDays: number): Promise<{ rows: number; more: boolean }>;
}

/** How often the rules are applied. */
const sweepEveryMs = 3_600_000;
/** How many rows, and rows of how many runs, are deleted at a time: a fraction of a second's work. */
const batchRows = 5_000;
const batchRuns = 200;

/**
 * Events of runs that finished longer ago, but for the one that says how the run ended: who reads them later gets that end.
 */
export function eventRetention(keepDays: number): RetentionRule {
  return {
    name: "events",
    keepDays,
    async deleteSome(tx) {
      // The database's clock, because it is the one that wrote the times.
      const runs = await tx<{ id: number }[]>`
        SELECT id FROM engine.run
        WHERE finished_at < now() - make_interval(days => ${keepDays}) AND NOT events_pruned
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
    },
  };
}

/** Applies the rules now and then. */
export class Retention {
  #dueAt = -Infinity;
  #sweeping: Promise<unknown> | undefined;

  constructor(
    private readonly database: Database,
    private readonly rules: readonly RetentionRule[],
    private readonly logger: Logger,
  ) {}

  /** Begins to apply the rules if they are due: at first, and every hour. Does not wait for it. */
  begin(signal: AbortSignal, now = performance.now()): void {
    if (now < this.#dueAt || this.#sweeping) return;
    this.#dueAt = now + sweepEveryMs;
    this.#sweeping = this.sweep(signal)
      .catch((error) => {
        if (!signal.aborted) this.logger.warn(`What is old could not be deleted: ${messageOf(error)}`);
      })
      .finally(() => this.#sweeping = undefined);
  }

  /** Resolves when nothing is being deleted. */
  async settled(): Promise<void> {
    await this.#sweeping;
  }

  /** Applies the rules until nothing old is left or the signal aborts. Returns how many rows went, by rule. */
  async sweep(signal?: AbortSignal): Promise<Record<string, number>> {
    const deleted: Record<string, number> = {};
    for (const { name, keepDays, deleteSome } of this.rules) {
      let rows = 0;
      for (let more = true; more && !signal?.aborted;) {
        const some = await this.database.sql.begin((tx) => deleteSome(tx, keepDays));
        rows += some.rows;
        more = some.more;
      }
      deleted[name] = rows;
      if (rows > 0) this.logger.info(`Deleted ${rows} ${name} that were older than ${keepDays} days.`);
    }
    return deleted;
  }
}
