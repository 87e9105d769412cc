import type { Database } from "../../resources/database/database.ts";
import { DefinitionError } from "../errors.ts";
import type { StepOutcome } from "./records.ts";
import type { StepClaim } from "./step_ledger.ts";
import { type InLine, PoolLine } from "./pool_line.ts";
import type { PoolSlot } from "./pool_slot.ts";

/** Polling interval of the first step in line. */
const askEveryMs = 100;
/** Default number of concurrent steps of a pool. */
const defaultSize = 1;

/**
 * Concurrency pools: limits the concurrent steps of all assets with the same pool, across all processes.
 *
 * A slot is no lease. The row of the running step holds it, under a unique index on pool and slot: two processes can never hold the
 * same one, and it is free as soon as the step ends or its process is found dead. All processes should have the same sizes: each
 * applies its own.
 */
export class Pools {
  readonly #lines = new Map<string, PoolLine<StepOutcome>>();

  /** @throws {DefinitionError} If a size is not a positive integer. */
  constructor(private readonly database: Database, private readonly sizes: Readonly<Record<string, number>>) {
    for (const [pool, size] of Object.entries(sizes)) {
      if (Number.isSafeInteger(size) && size >= 1) continue;
      throw new DefinitionError(`The pool "${pool}" has the size ${size}. Give it a whole number of at least 1.`);
    }
  }

  /** Number of concurrent steps of the pool: 1 by default. */
  size(pool: string): number {
    return Object.hasOwn(this.sizes, pool) ? this.sizes[pool]! : defaultSize;
  }

  /**
   * Waits for a slot and starts the step in it: higher priorities first, then older runs. Resolves with the outcome, or with
   * `undefined` if the signal aborted before the start.
   *
   * @param attempt See {@link InLine}.
   */
  async run(
    claim: StepClaim,
    { pool, ...step }: { pool: string } & Pick<InLine<StepOutcome>, "priority" | "signal" | "attempt">,
  ): Promise<StepOutcome | undefined> {
    let line = this.#lines.get(pool);
    if (!line) this.#lines.set(pool, line = new PoolLine(askEveryMs));
    return await line.run({ ...step, runId: claim.runId, ask: () => this.freeSlot(claim, pool) });
  }

  /**
   * A free slot, if it is this step's turn: there are enough for it and for the steps of higher priority (or of older runs) with a
   * recent request, which are the first in line of each process. Otherwise its own request is recorded. The slot may be taken
   * before the claim; then ask again.
   */
  async freeSlot(claim: StepClaim, pool: string): Promise<PoolSlot | undefined> {
    // A request within the last two seconds counts, so that a step that waits for something else does not block others. The request
    // is recorded at most once a second.
    const [turn] = await this.database.sql<{ slot: number | null }[]>`
      WITH me AS (
        SELECT r.priority, r.id, s.ordinal FROM engine.step s JOIN engine.run r ON r.id = s.run_id
        WHERE s.run_id = ${claim.runId} AND s.key = ${claim.key}
      ), free AS (
        SELECT min(n)::integer AS slot, count(*) AS number FROM generate_series(1, ${this.size(pool)}::integer) AS n
        WHERE NOT EXISTS (SELECT FROM engine.step WHERE status = 'running' AND pool = ${pool} AND pool_slot = n)
      ), ahead AS (
        SELECT count(*) AS number
        FROM me, engine.step s JOIN engine.run r ON r.id = s.run_id
        WHERE s.pool = ${pool} AND s.status IN ('pending', 'interrupted')
          AND s.pool_asked_at > clock_timestamp() - interval '2 seconds'
          AND r.status = 'running' AND r.cancel_requested_at IS NULL
          AND (-r.priority, r.id, s.ordinal) < (-me.priority, me.id, me.ordinal)
          AND NOT EXISTS (SELECT FROM engine.step other WHERE other.key = s.key AND other.status = 'running')
      ), turn AS (
        SELECT CASE WHEN free.number > ahead.number THEN free.slot END AS slot FROM free, ahead
      ), asked AS (
        UPDATE engine.step s SET pool = ${pool}, pool_asked_at = clock_timestamp()
        FROM turn
        WHERE turn.slot IS NULL AND s.run_id = ${claim.runId} AND s.key = ${claim.key}
          AND s.status IN ('pending', 'interrupted')
          AND (s.pool_asked_at IS NULL OR s.pool_asked_at < clock_timestamp() - interval '1 second')
      )
      SELECT slot FROM turn`;
    return turn?.slot == null ? undefined : { pool, slot: turn.slot };
  }
}
