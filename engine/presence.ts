import type postgres from "postgres";
import type { Database, Sql } from "../resources/database/database.ts";
import { interruptSteps } from "./ledger.ts";
import type { Logger } from "./logger.ts";

/** Advisory lock class of process presence; the object id is the process's id. */
export const lockClass = 7269;

/** A process as others see it. */
export interface Who {
  host: string;
  pid: number;
  role: string;
  /** Whether it goes on with runs that others queued. */
  takesRuns: boolean;
}

/**
 * This process's place among those that share the database.
 *
 * On a server it holds a session-level advisory lock on a connection of its own for as long as it lives: the lock ends with
 * the process, however it ends, and another process sees at once that it did. The embedded database serves one process (its
 * folder is locked), so that every other process it knows of is gone.
 */
export class Presence {
  #connection: postgres.Sql | null = null;
  #id: number;

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
  ): Promise<Presence> {
    return new Presence(database, who, logger, await join(database, who));
  }

  /** Changes when the connection was lost and another process may have concluded that this one is gone. */
  get id(): number {
    return this.#id;
  }

  /**
   * Makes sure that this process still counts as alive, and joins anew where the connection was lost.
   *
   * @returns Whether it had to join anew: then everything it held under its old id is no longer its own.
   */
  async beat(): Promise<boolean> {
    if (!this.#connection) return false;
    if (await this.#isHeld(this.#connection)) return false;
    this.logger.warn("The connection that proves this process alive was lost; joining anew.");
    await this.#connection.end({ timeout: 0 });
    const joined = await join(this.database, this.who);
    this.#id = joined.id;
    this.#connection = joined.connection;
    return true;
  }

  /** Asks for the lock itself: a driver that has connected again would answer anything else as if nothing had happened. */
  async #isHeld(connection: postgres.Sql): Promise<boolean> {
    try {
      const [lock] = await connection<{ held: boolean }[]>`
        SELECT EXISTS (
          SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = ${lockClass} AND objid = ${this.#id}
            AND pid = pg_backend_pid() AND granted
        ) AS held`;
      return lock!.held;
    } catch {
      return false;
    }
  }

  /** Interrupts the runs of processes that are gone, so that somebody else can go on with them. Returns their ids. */
  async buryTheDead(): Promise<number[]> {
    const { sql, kind } = this.database;
    const others = await sql<{ id: number }[]>`
      SELECT id FROM engine.process WHERE ended_at IS NULL AND id <> ${this.#id} ORDER BY id`;
    const interrupted: number[] = [];
    for (const { id } of others) {
      await sql.begin(async (tx) => {
        if (kind === "postgres") {
          const [lock] = await tx<{ gone: boolean }[]>`SELECT pg_try_advisory_xact_lock(${lockClass}, ${id}) AS gone`;
          if (!lock!.gone) return;
        }
        await tx`UPDATE engine.process SET ended_at = clock_timestamp() WHERE id = ${id}`;
        const runs = await tx<{ id: number }[]>`
          UPDATE engine.run SET status = 'interrupted', process_id = NULL
          WHERE process_id = ${id} AND status = 'running' RETURNING id`;
        for (const run of runs) await interruptSteps(tx, run.id);
        interrupted.push(...runs.map((r) => r.id));
      });
    }
    return interrupted;
  }

  /** Says goodbye. */
  async leave(): Promise<void> {
    await this.database.sql`UPDATE engine.process SET ended_at = clock_timestamp() WHERE id = ${this.#id}`;
    // The lock ends with its session.
    await this.#connection?.end({ timeout: 5 });
    this.#connection = null;
  }
}

async function join(
  database: Database,
  who: Who,
): Promise<{ id: number; connection: postgres.Sql | null }> {
  const insert = (sql: Sql) =>
    sql<{ id: number }[]>`
      INSERT INTO engine.process (host, pid, role, takes_runs)
      VALUES (${who.host}, ${who.pid}, ${who.role}, ${who.takesRuns}) RETURNING id`;
  if (database.kind === "embedded") {
    const [row] = await insert(database.sql);
    return { id: row!.id, connection: null };
  }
  const connection = database.session();
  try {
    // The row must not be seen by others before its lock is held, or they would take this process for a dead one. The lock is
    // the session's and outlives the transaction.
    const id = await connection.begin(async (tx) => {
      const [row] = await insert(tx);
      await tx`SELECT pg_advisory_lock(${lockClass}, ${row!.id})`;
      return row!.id;
    });
    return { id, connection };
  } catch (error) {
    await connection.end({ timeout: 0 });
    throw error;
  }
}
