import type postgres from "postgres";
import { lockClass } from "../../engine/store/heartbeat.ts";

/** Records a process as ended. Returns its id. */
export async function endedProcess(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    INSERT INTO engine.process (host, pid, role, takes_runs, ended_at)
    VALUES ('elsewhere', 1, 'server', true, clock_timestamp()) RETURNING id`;
  return row!.id;
}

/**
 * Records a process that holds its lock by the connection of `session`, with a last heartbeat this long ago.
 *
 * @param session A separate connection, since the end of a transaction would release the lock.
 */
export async function silentProcess(session: postgres.Sql, seconds: number): Promise<number> {
  const [row] = await session<{ id: number }[]>`
    INSERT INTO engine.process (host, pid, role, takes_runs, seen_at, ended_at)
    VALUES ('elsewhere', 42, 'server', true, clock_timestamp() - ${seconds}::integer * interval '1 second', now())
    RETURNING id`;
  const { id } = row!;
  // Recorded as ended until the lock is held, so that no other process treats it as dead.
  await session`SELECT pg_advisory_lock(${lockClass}, ${id})`;
  await session`UPDATE engine.process SET ended_at = NULL WHERE id = ${id}`;
  return id;
}

/** Assigns a run to a process, with its first step running. */
export async function giveRun(sql: postgres.Sql, runId: number, processId: number): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`UPDATE engine.run SET status = 'running', process_id = ${processId}, started_at = now() WHERE id = ${runId}`;
    await tx`
      UPDATE engine.step SET status = 'running', process_id = ${processId}, attempt = 1, started_at = now()
      WHERE run_id = ${runId} AND ordinal = 0`;
  });
}
