import type postgres from "postgres";
import type { Database } from "../resources/database/database.ts";
import { interruptSteps } from "./ledger.ts";
import type { Logger } from "./logger.ts";

/** Advisory lock class of process presence; the object id is the process's id. */
const lockClass = 7269;

/**
 * This process's place among those that share the database.
 *
 * On a server it holds a session-level advisory lock on a connection of its own for as long as it lives: the lock ends with
 * the process, however it ends, and another process sees at once that it did. The embedded database serves one process (its
 * folder is locked), so that every other process it knows of is gone.
 */
export class Presence {
  #connection: postgres.ReservedSql | null = null;
  #id: number;

  private constructor(
    private readonly database: Database,
    private readonly who: { host: string; pid: number; role: string },
    private readonly logger: Logger,
    joined: { id: number; connection: postgres.ReservedSql | null },
  ) {
    this.#id = joined.id;
    this.#connection = joined.connection;
  }

  static async join(
    database: Database,
    who: { host: string; pid: number; role: string },
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
    try {
      await this.#connection`SELECT 1`;
      return false;
    } catch (error) {
      this.logger.warn("The connection that proves this process alive was lost; joining anew.", {
        error: String(error),
      });
      releaseQuietly(this.#connection);
      const joined = await join(this.database, this.who);
      this.#id = joined.id;
      this.#connection = joined.connection;
      return true;
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
    if (this.#connection) {
      await this.#connection`SELECT pg_advisory_unlock(${lockClass}, ${this.#id})`;
      releaseQuietly(this.#connection);
      this.#connection = null;
    }
  }
}

async function join(
  database: Database,
  who: { host: string; pid: number; role: string },
): Promise<{ id: number; connection: postgres.ReservedSql | null }> {
  const insert = (sql: postgres.Sql) =>
    sql<{ id: number }[]>`
      INSERT INTO engine.process (host, pid, role) VALUES (${who.host}, ${who.pid}, ${who.role}) RETURNING id`;
  if (database.kind === "embedded") {
    const [row] = await insert(database.sql);
    return { id: row!.id, connection: null };
  }
  const connection = await database.sql.reserve();
  try {
    // The row must not be seen by others before its lock is held, or they would take this process for a dead one.
    await connection`BEGIN`;
    const [row] = await insert(connection);
    await connection`SELECT pg_advisory_lock(${lockClass}, ${row!.id})`;
    await connection`COMMIT`;
    return { id: row!.id, connection };
  } catch (error) {
    releaseQuietly(connection);
    throw error;
  }
}

function releaseQuietly(connection: postgres.ReservedSql): void {
  try {
    connection.release();
  } catch {
    // It is gone already, which is all that was wanted.
  }
}
