import type { Database } from "../../resources/database/database.ts";
import { DefinitionError } from "../errors.ts";
import type { StepOutcome } from "./records.ts";
import type { StepClaim } from "./step_ledger.ts";
import { type InLine, PoolLine } from "./pool_line.ts";
import type { PoolSlot } from "./pool_slot.ts";

/** How often the first step in line looks whether a slot is free now. */
const askEveryMs = 100;
/** How many steps of a pool run at once by default. */
const defaultSize = 1;

/**
 * Concurrency pools: of all steps whose assets name the same pool, so many run at once, across all processes.
 *
 * A slot is no lease. The row of the step that runs holds it, under a unique index on pool and slot, so that two processes can
 * never hold the same one and that it is free in the moment in which the step ends or its process is found dead. All processes
 * should be given the same sizes: each keeps to its own.
 */
export class Pools {
  readonly #lines = new Map<string, PoolLine<StepOutcome>>();

  /** @throws {DefinitionError} If a size is not a whole number of at least 1. */
  constructor(private readonly database: Database, private readonly sizes: Readonly<Record<string, number>>) {
    for (const [pool, size] of Object.entries(sizes)) {
      if (Number.isSafeInteger(size) && size >= 1) continue;
      throw new DefinitionError(`The pool "${pool}" has the size ${size}. Give it a whole number of at least 1.`);
    }
  }

  /** How many steps of the pool run at once: 1 by default. */
  size(pool: string): number {
    return Object.hasOwn(this.sizes, pool) ? this.sizes[pool]! : defaultSize;
  }

  /**
   * Waits for a slot and begins the step in it: higher priorities first, then older runs. Resolves with how the step ended, or
   * with `undefined` if the signal aborted before it began.
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
   * A free slot, if it is this step's turn: enough are free for it and for the steps of higher priority (or of older runs) that
   * asked lately, which are the first in line of each process. Otherwise its own asking is recorded. The slot may be gone when
   * it is claimed; ask again then.
   */
  async freeSlot(claim: StepClaim, pool: string): Promise<PoolSlot | undefined> {
    // A step that asked within two seconds is still asking; one that waits for something else holds no other up. The
    // asking is written down once a second only, however often it happens.
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
