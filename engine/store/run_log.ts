import type { Database } from "../../resources/database/database.ts";
import type { RunEvent } from "./records.ts";

/** The last events of a run, oldest first; none where there is no such run. */
export async function lastRunEvents({ sql }: Database, runId: number, limit: number): Promise<RunEvent[]> {
  const rows = await sql<RunEvent[]>`
    SELECT run_id AS "runId", seq, at, kind, key, data FROM engine.event WHERE run_id = ${runId}
    ORDER BY seq DESC LIMIT ${limit}`;
  return Array.from(rows).toReversed();
}
