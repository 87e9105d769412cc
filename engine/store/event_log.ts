import type postgres from "postgres";
import type { Database, Sql } from "../../resources/database/database.ts";
import { UnknownRunError } from "../errors.ts";
import { json, plain } from "./driver_values.ts";
import type { EventKind, RunEvent, RunStatus } from "./records.ts";

/** Events of runs (engine.event). */
export class EventLog {
  readonly #sql: postgres.Sql;

  constructor(database: Database) {
    this.#sql = database.sql;
  }

  /** Adds an event as the last statement of a transaction: it holds the run's row until the commit. */
  async append(
    tx: Sql,
    runId: number,
    kind: EventKind,
    key: string | null,
    data: Record<string, unknown>,
  ): Promise<void> {
    await tx`SELECT engine.append_event(${runId}, ${kind}, ${key}, ${json(this.#sql, data)})`;
  }

  /** Adds an event in its own transaction. */
  async add(runId: number, kind: EventKind, key: string | null, data: Record<string, unknown>): Promise<void> {
    await this.append(this.#sql, runId, kind, key, data);
  }

  /** Events after `after` in order, at most `limit`, with the run's status at the time of reading. */
  async after(runId: number, after: number, limit = 500): Promise<{ events: RunEvent[]; status: RunStatus }> {
    // The status is read first: if it is final, the events read after it are complete.
    const [run] = await this.#sql<{ status: RunStatus }[]>`SELECT status FROM engine.run WHERE id = ${runId}`;
    if (!run) throw new UnknownRunError(runId);
    const events = await this.#sql<RunEvent[]>`
      SELECT run_id AS "runId", seq, at, kind, key, data FROM engine.event
      WHERE run_id = ${runId} AND seq > ${after} ORDER BY seq LIMIT ${limit}`;
    return { events: plain(events), status: run.status };
  }

  /** The last events of a run, oldest first; none for an unknown run. */
  async last(runId: number, limit: number): Promise<RunEvent[]> {
    const events = await this.#sql<RunEvent[]>`
      SELECT run_id AS "runId", seq, at, kind, key, data FROM engine.event WHERE run_id = ${runId}
      ORDER BY seq DESC LIMIT ${limit}`;
    return plain(events).toReversed();
  }
}
