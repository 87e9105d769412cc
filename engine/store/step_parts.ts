import type postgres from "postgres";
import type { Database } from "../../resources/database/database.ts";
import type { Block } from "../declare/blocks.ts";
import type { Rectangle } from "../partitions/mod.ts";
import { json } from "./driver_values.ts";

/** An attempt of a step with parts made by several processes. */
export interface SharedStep {
  runId: number;
  key: string;
  attempt: number;
}

/** Some partitions of a step, and fresh ones, whose rows the function may continue from. */
export interface PartitionPart {
  partitions: readonly Rectangle[];
  settled: readonly Rectangle[];
}

/** A block of a computation of a step's function. */
export interface BlockPart {
  block: Block & {
    /** The name of the computation. */
    name: string;
    /** Number of the computation in the attempt, by which its input is stored. */
    computation: number;
  };
}

/** A part of a step claimed by a process. */
export type TakenPart = { part: number } & (PartitionPart & { block: null } | BlockPart);

/** Bytes stored per statement. */
const pieceBytes = 4 * 1024 * 1024;

/**
 * Parts of running steps (engine.step_part, engine.step_part_rows, engine.step_block_input): their partitions or blocks, their process
 * and their results.
 */
export class StepParts {
  readonly #sql: postgres.Sql;

  constructor(database: Database) {
    this.#sql = database.sql;
  }

  /** Offers the parts of a step. */
  async offer({ runId, key, attempt }: SharedStep, parts: readonly (PartitionPart | BlockPart)[]): Promise<void> {
    const rows = parts.map((part, i) => ({ part: i, ...part }));
    await this.#sql`
      INSERT INTO engine.step_part (run_id, key, attempt, part, partitions, settled, block, state)
      SELECT ${runId}, ${key}, ${attempt}, p.part, p.partitions, p.settled, p.block, 'open'
      FROM jsonb_to_recordset(${json(this.#sql, rows)})
        AS p(part integer, partitions jsonb, settled jsonb, block jsonb)`;
  }

  /** Stores what all blocks of a computation need. */
  async storeInput({ runId, key, attempt }: SharedStep, computation: number, data: Uint8Array): Promise<void> {
    for (const [piece, bytes] of pieces(data)) {
      await this.#sql`
        INSERT INTO engine.step_block_input (run_id, key, attempt, computation, piece, data)
        VALUES (${runId}, ${key}, ${attempt}, ${computation}, ${piece}, ${bytes})`;
    }
  }

  /** Reads what all blocks of a computation need; `undefined` if it is no longer stored. */
  async input({ runId, key, attempt }: SharedStep, computation: number): Promise<Uint8Array | undefined> {
    return await joined((piece) =>
      this.#sql<{ data: Uint8Array }[]>`
        SELECT data FROM engine.step_block_input
        WHERE run_id = ${runId} AND key = ${key} AND attempt = ${attempt} AND computation = ${computation}
          AND piece = ${piece}`
    );
  }

  /**
   * Claims the first free part.
   *
   * @param options.by The process that makes it.
   * @param options.holds Whether that process holds the step: then it also makes the parts that others have given back.
   */
  async take(
    { runId, key, attempt }: SharedStep,
    { by, holds }: { by: number; holds: boolean },
  ): Promise<TakenPart | undefined> {
    const [taken] = await this.#sql<TakenPart[]>`
      UPDATE engine.step_part SET state = 'taken', taken_by = ${by}
      WHERE (run_id, key, attempt, part) = (
        SELECT p.run_id, p.key, p.attempt, p.part FROM engine.step_part p JOIN engine.step s USING (run_id, key, attempt)
        WHERE p.run_id = ${runId} AND p.key = ${key} AND p.attempt = ${attempt} AND s.status = 'running'
          AND (p.state = 'open' OR (p.state = 'kept' AND ${holds}))
        ORDER BY p.part LIMIT 1 FOR UPDATE OF p SKIP LOCKED)
      RETURNING part, partitions, settled, block`;
    return taken;
  }

  /** Stores the result of a part made by this process. False if the part no longer belongs to it. */
  async handIn(
    { runId, key, attempt }: SharedStep,
    { part, by, data }: { part: number; by: number; data: Uint8Array },
  ): Promise<boolean> {
    return await this.#sql.begin(async (tx) => {
      const [own] = await tx`
        UPDATE engine.step_part SET state = 'made'
        WHERE run_id = ${runId} AND key = ${key} AND attempt = ${attempt} AND part = ${part}
          AND state = 'taken' AND taken_by = ${by} RETURNING part`;
      if (!own) return false;
      for (const [piece, bytes] of pieces(data)) {
        await tx`
          INSERT INTO engine.step_part_rows (run_id, key, attempt, part, piece, data)
          VALUES (${runId}, ${key}, ${attempt}, ${part}, ${piece}, ${bytes})`;
      }
      return true;
    });
  }

  /** Gives the parts that a process has claimed and not stored back to the process that holds the step. */
  async giveBack({ runId, key, attempt }: SharedStep, by: number): Promise<void> {
    await this.#sql`
      UPDATE engine.step_part SET state = 'kept', taken_by = NULL
      WHERE run_id = ${runId} AND key = ${key} AND attempt = ${attempt} AND state = 'taken' AND taken_by = ${by}`;
  }

  /** Reads and removes a stored part; `undefined` if there is none now. */
  async collect({ runId, key, attempt }: SharedStep): Promise<{ part: number; data: Uint8Array } | undefined> {
    const [made] = await this.#sql<{ part: number }[]>`
      SELECT part FROM engine.step_part
      WHERE run_id = ${runId} AND key = ${key} AND attempt = ${attempt} AND state = 'made' ORDER BY part LIMIT 1`;
    if (!made) return undefined;
    const data = await joined((piece) =>
      this.#sql<{ data: Uint8Array }[]>`
        SELECT data FROM engine.step_part_rows
        WHERE run_id = ${runId} AND key = ${key} AND attempt = ${attempt} AND part = ${made.part} AND piece = ${piece}`
    );
    await this.#sql`
      DELETE FROM engine.step_part
      WHERE run_id = ${runId} AND key = ${key} AND attempt = ${attempt} AND part = ${made.part}`;
    return data && { part: made.part, data };
  }

  /** Frees the parts claimed by ended processes; returns the remaining parts. */
  async freeOfEnded({ runId, key, attempt }: SharedStep): Promise<number[]> {
    await this.#sql`
      UPDATE engine.step_part t SET state = 'open', taken_by = NULL FROM engine.process p
      WHERE t.run_id = ${runId} AND t.key = ${key} AND t.attempt = ${attempt} AND t.state = 'taken'
        AND p.id = t.taken_by AND p.ended_at IS NOT NULL`;
    const rows = await this.#sql<{ part: number }[]>`
      SELECT part FROM engine.step_part WHERE run_id = ${runId} AND key = ${key} AND attempt = ${attempt}`;
    return rows.map(({ part }) => part);
  }

  /** Deletes the parts of attempts that no longer run. */
  async removeAbandoned(): Promise<void> {
    await this.#sql`
      WITH running AS (SELECT run_id, key, attempt FROM engine.step WHERE status = 'running'),
      part AS (DELETE FROM engine.step_part p
        WHERE NOT EXISTS (SELECT FROM running r WHERE (r.run_id, r.key, r.attempt) = (p.run_id, p.key, p.attempt)))
      DELETE FROM engine.step_block_input i
        WHERE NOT EXISTS (SELECT FROM running r WHERE (r.run_id, r.key, r.attempt) = (i.run_id, i.key, i.attempt))`;
  }

  /** Deletes the parts of all attempts of a step. */
  async remove({ runId, key }: Pick<SharedStep, "runId" | "key">): Promise<void> {
    await this.#sql`
      WITH part AS (DELETE FROM engine.step_part WHERE run_id = ${runId} AND key = ${key})
      DELETE FROM engine.step_block_input WHERE run_id = ${runId} AND key = ${key}`;
  }
}

/** Bytes in pieces with their numbers; one if there are none. */
function* pieces(data: Uint8Array): Generator<[number, Uint8Array]> {
  for (let at = 0, piece = 0; at < data.length || piece === 0; at += pieceBytes, piece++) {
    yield [piece, data.subarray(at, at + pieceBytes)];
  }
}

/** Stored pieces joined; `undefined` without a first one. */
async function joined(
  read: (piece: number) => Promise<readonly { data: Uint8Array }[]>,
): Promise<Uint8Array | undefined> {
  const found: Uint8Array[] = [];
  for (;;) {
    const [row] = await read(found.length);
    if (!row) break;
    found.push(row.data);
  }
  if (found.length < 2) return found[0];
  const all = new Uint8Array(found.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of found) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
