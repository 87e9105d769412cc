import type postgres from "postgres";
import { z } from "zod";
import type { Database, Sql } from "../../resources/database/database.ts";
import { list, named } from "../record_schema.ts";
import { releaseRun } from "./run_ledger.ts";
import type { Logger } from "../../resources/logger.ts";
import { pause } from "../declare/retry.ts";

/** Advisory lock class of heartbeats; the object id is the process's id. */
export const lockClass = 7269;

/** Interval between heartbeats of a process, and between its searches for ended ones. */
export const heartbeatMs = 5_000;

/**
 * Seconds without a heartbeat after which a process counts as making no progress: stopped, swapped out or blocked. It still holds
 * its lock, so no other process takes its work; steps that wait for it report that.
 */
export const silentAfterSeconds = 30;

/** Maximum wait for a heartbeat's connection before it is given up. */
const beatTimeoutMs = 5_000;

/** A process as seen by others. */
export interface Who {
  host: string;
  pid: number;
  role: string;
  /** Whether it takes runs queued by others. */
  takesRuns: boolean;
  /** Number of the last table alteration known to it: its writes to tables altered later are rejected. */
  tablesOf: number;
}

/** A process that counts as alive. */
export const LiveProcess = named(
  "Process",
  z.strictObject({
    id: z.int(),
    host: z.string(),
    pid: z.int(),
    role: z.string().describe("server, worker or cli"),
    silentSeconds: z.number().describe("Since its last heartbeat, by the database's clock"),
    steps: list(z.strictObject({ run: z.int(), key: z.string() })).describe("Steps that it runs or makes parts of"),
  }),
);
export type LiveProcess = z.infer<typeof LiveProcess>;

/**
 * Registration of this process among those that share the database.
 *
 * On a server the process holds a session-level advisory lock on a separate connection: the lock ends with the process, however it
 * ends, and other processes see that at once. The embedded database serves one process (its folder is locked), so every other
 * recorded process has ended.
 */
export class Heartbeat {
  #connection: postgres.Sql | null = null;
  #id: number;
  /** Whether the connection is lost and not yet replaced. */
  #cutOff = false;
  /** Name under which the job queue locks what this process takes. */
  #jobPool: string | null = null;

  private constructor(
    private readonly database: Database,
    private readonly who: Who,
    private readonly logger: Logger,
    joined: { id: number; connection: postgres.Sql | null },
  ) {
    this.#id = joined.id;
    this.#connection = joined.connection;
  }

  static async join(
    database: Database,
    who: Who,
    logger: Logger,
  ): Promise<Heartbeat> {
    return new Heartbeat(database, who, logger, await join(database, who));
  }

  /** Changes if the connection was lost and another process has recorded this one as ended. */
  get id(): number {
    return this.#id;
  }

  /**
   * Confirms that this process counts as alive, and writes its heartbeat.
   *
   * If its connection was lost, it takes its lock again unless another process has recorded it as ended since; otherwise it
   * registers under a new id.
   *
   * @returns Whether it registered again: then it no longer holds anything claimed under its old id.
   */
  async beat(): Promise<boolean> {
    if (await this.#counts(this.#connection)) return false;
    if (this.#connection && await this.#connectsAgain(this.#connection)) return false;
    const joined = await join(this.database, this.who, this.#id);
    this.logger.warn(`Process ${this.#id} was recorded as ended; continuing as process ${joined.id}.`);
    this.#id = joined.id;
    this.#connection = joined.connection;
    if (this.#jobPool !== null) await this.takeJobsAs(this.#jobPool);
    return true;
  }

  /** Records the name under which the job queue locks what this process takes. */
  async takeJobsAs(jobPool: string): Promise<void> {
    this.#jobPool = jobPool;
    await this.database.sql`UPDATE engine.process SET job_pool = ${jobPool} WHERE id = ${this.#id}`;
  }

  /** Names of live processes in the job queue. */
  async jobPools(): Promise<string[]> {
    const { sql } = this.database;
    const rows = await sql<{ pool: string }[]>`
      SELECT job_pool AS pool FROM engine.process p
      WHERE job_pool IS NOT NULL AND ended_at IS NULL AND ${holdsLock(sql)}`;
    return rows.map(({ pool }) => pool);
  }

  /** Keys of assets whose tables another process has altered since this one opened them. */
  async alteredTables(): Promise<string[]> {
    const rows = await this.database.sql<{ key: string }[]>`
      SELECT asset_key AS key FROM engine.asset_table WHERE altered > ${this.who.tablesOf} ORDER BY asset_key`;
    return rows.map(({ key }) => key);
  }

  /** Takes over the table versions of another process with the same assets, so that this process can publish to its tables. */
  async adoptTablesOf(processId: number): Promise<void> {
    await this.database.sql`
      UPDATE engine.process SET tables_of = (SELECT tables_of FROM engine.process WHERE id = ${processId})
      WHERE id = ${this.#id}`;
  }

  /**
   * Writes the heartbeat. False if this process is recorded as ended, or if the connection does not hold its lock: after a
   * reconnect of the driver, every other query would succeed.
   */
  async #counts(connection: postgres.Sql | null): Promise<boolean> {
    const sql = connection ?? this.database.sql;
    const beat = sql`
      UPDATE engine.process SET seen_at = clock_timestamp()
      WHERE id = ${this.#id} AND ended_at IS NULL AND ${connection === null ? sql`true` : this.#lockHeld(connection)}
      RETURNING id`;
    if (connection === null) return (await beat).length > 0;
    // A connection lost in the network may not answer for minutes.
    const answered = new AbortController();
    const late = pause(beatTimeoutMs, answered.signal).then(() => [], () => []);
    try {
      return (await Promise.race([beat, late])).length > 0;
    } catch {
      return false;
    } finally {
      answered.abort();
    }
  }

  #lockHeld(sql: Sql) {
    return sql`EXISTS (
      SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = ${lockClass} AND objid = ${this.#id}
        AND pid = pg_backend_pid() AND granted)`;
  }

  /**
   * Takes the lock of this process on a new connection, unless another connection still holds it or this process is recorded as
   * ended.
   */
  async #connectsAgain(lost: postgres.Sql): Promise<boolean> {
    if (!this.#cutOff) this.logger.warn("The connection of this process's heartbeat was lost; opening another.");
    this.#cutOff = true;
    await lost.end({ timeout: 0 });
    const connection = this.database.session();
    let held = false;
    try {
      const [lock] = await connection<{ taken: boolean }[]>`
        SELECT pg_try_advisory_lock(${lockClass}, ${this.#id}) AS taken`;
      this.#cutOff = false;
      held = lock!.taken && await this.#counts(connection);
      if (held) this.#connection = connection;
      return held;
    } finally {
      if (!held) await connection.end({ timeout: 0 });
    }
  }

  /** Live processes, including this one. The embedded database has no other. */
  async processes(): Promise<LiveProcess[]> {
    const { sql, kind } = this.database;
    return Array.from(
      await sql<LiveProcess[]>`
      SELECT p.id, p.host, p.pid, p.role, ${silence(sql)} AS "silentSeconds", coalesce((
        SELECT jsonb_agg(jsonb_build_object('run', s.run_id, 'key', s.key) ORDER BY s.run_id, s.key)
        FROM (
          SELECT run_id, key FROM engine.step WHERE process_id = p.id AND status = 'running'
          UNION SELECT run_id, key FROM engine.step_part WHERE taken_by = p.id AND state = 'taken'
        ) s), '[]') AS steps
      FROM engine.process p
      WHERE p.ended_at IS NULL AND ${kind === "embedded" ? sql`p.id = ${this.#id}` : holdsLock(sql)} ORDER BY p.id`,
    );
  }

  /**
   * Records the end of processes without a lock, and frees the work of all ended processes, however long ago they ended. Returns
   * the ids of the runs.
   */
  async interruptRunsOfEndedProcesses(): Promise<number[]> {
    const { sql, kind } = this.database;
    const others = await sql<{ id: number }[]>`
      SELECT id FROM engine.process WHERE ended_at IS NULL AND id <> ${this.#id} ORDER BY id`;
    for (const { id } of others) {
      await sql.begin(async (tx) => {
        if (kind === "postgres") {
          const [lock] = await tx<{ gone: boolean }[]>`SELECT pg_try_advisory_xact_lock(${lockClass}, ${id}) AS gone`;
          if (!lock!.gone) return;
        }
        await tx`UPDATE engine.process SET ended_at = clock_timestamp() WHERE id = ${id}`;
      });
    }
    return await this.#freeWorkOfEndedProcesses();
  }

  async #freeWorkOfEndedProcesses(): Promise<number[]> {
    const { sql } = this.database;
    const orphans = await sql<{ id: number }[]>`
      SELECT r.id FROM engine.run r JOIN engine.process p ON p.id = r.process_id
      WHERE r.status = 'running' AND p.ended_at IS NOT NULL ORDER BY r.id`;
    for (const { id } of orphans) {
      await sql.begin(async (tx) => {
        const [run] = await tx`
          SELECT r.id FROM engine.run r JOIN engine.process p ON p.id = r.process_id
          WHERE r.id = ${id} AND r.status = 'running' AND p.ended_at IS NOT NULL FOR UPDATE OF r`;
        if (run) await releaseRun(tx, id);
      });
    }
    // A step still claimed by an ended process would block its asset for all runs.
    await sql`
      UPDATE engine.step s
      SET process_id = NULL,
          status = CASE WHEN r.status IN ('queued', 'running', 'interrupted') THEN 'interrupted' ELSE 'cancelled' END
      FROM engine.run r, engine.process p
      WHERE s.status = 'running' AND r.id = s.run_id AND p.id = s.process_id AND p.ended_at IS NOT NULL`;
    return orphans.map(({ id }) => id);
  }

  /** Records the end of this process. */
  async leave(): Promise<void> {
    await this.database.sql`UPDATE engine.process SET ended_at = clock_timestamp() WHERE id = ${this.#id}`;
    // The lock ends with its session.
    await this.#connection?.end({ timeout: 5 });
    this.#connection = null;
  }
}

/** Whether the process `p` of a server holds its lock and is therefore alive, regardless of its row. */
export function holdsLock(sql: Sql) {
  return sql`EXISTS (
    SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = ${lockClass} AND l.objid = p.id AND l.granted
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()))`;
}

/** Seconds since the last heartbeat of the process `p`. */
export function silence(sql: Sql) {
  return sql`extract(epoch FROM clock_timestamp() - p.seen_at)::float8`;
}

/** @param instead Earlier id of the process; it is recorded as ended. */
async function join(
  database: Database,
  who: Who,
  instead: number | null = null,
): Promise<{ id: number; connection: postgres.Sql | null }> {
  const insert = async (sql: Sql) => {
    const [row] = await sql<{ id: number }[]>`
      WITH before AS (
        UPDATE engine.process SET ended_at = coalesce(ended_at, clock_timestamp()) WHERE id = ${instead}
      )
      INSERT INTO engine.process (host, pid, role, takes_runs, tables_of)
      VALUES (${who.host}, ${who.pid}, ${who.role}, ${who.takesRuns}, ${who.tablesOf}) RETURNING id`;
    return row!.id;
  };
  if (database.kind === "embedded") return { id: await insert(database.sql), connection: null };
  const connection = database.session();
  try {
    // Its lock must be held before its row is visible: others would take this process for an ended one. The lock belongs to the
    // session and outlives the transaction.
    const id = await connection.begin(async (tx) => {
      const id = await insert(tx);
      await tx`SELECT pg_advisory_lock(${lockClass}, ${id})`;
      return id;
    });
    return { id, connection };
  } catch (error) {
    await connection.end({ timeout: 0 });
    throw error;
  }
}
