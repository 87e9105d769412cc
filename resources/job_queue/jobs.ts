import type postgres from "postgres";
import type { Database } from "../database/mod.ts";

/** A job for a worker. */
export interface Job {
  /** Workers take the jobs of the names that they know. */
  name: string;
  /** A later job with the same key takes the place of one that none has begun. */
  key: string;
  /** JSON. */
  payload: unknown;
  /** Higher goes first, from -32768 to 32767. */
  priority: number;
}

/** Asks for jobs. Those that run them are `runJobs`. */
export class JobQueue {
  readonly #sql: postgres.Sql;

  constructor(database: Pick<Database, "sql">, private readonly schema: string) {
    this.#sql = database.sql;
  }

  async add(jobs: readonly Job[]): Promise<void> {
    const rows = jobs.map(({ name, key, payload, priority }) => ({ name, key, payload, priority: -priority }));
    await this.#sql`
      SELECT count(${this.#sql(this.schema)}.add_job(j.name, j.payload, job_key => j.key, priority => j.priority))
      FROM json_to_recordset(${
      JSON.stringify(rows)
    }::text::json) AS j(name text, key text, payload json, priority integer)`;
  }

  /** Takes back jobs. One that has been begun goes on, and is not begun again. */
  async remove(keys: readonly string[]): Promise<void> {
    await this.#sql`
      SELECT count(${this.#sql(this.schema)}.remove_job(key)) FROM unnest(${keys as string[]}::text[]) AS key`;
  }

  /** Names under which jobs have been locked for some seconds. */
  async lockedBy(seconds: number): Promise<string[]> {
    const rows = await this.#sql<{ pool: string }[]>`
      SELECT DISTINCT locked_by AS pool FROM ${this.#sql(this.schema)}.jobs
      WHERE locked_at < clock_timestamp() - make_interval(secs => ${seconds})`;
    return rows.map(({ pool }) => pool);
  }

  /** Releases the jobs that are locked under these names to others. */
  async release(pools: readonly string[]): Promise<void> {
    if (pools.length === 0) return;
    await this.#sql`SELECT ${this.#sql(this.schema)}.force_unlock_workers(${pools as string[]}::text[])`;
  }
}

/** The schema in which the queue is, beside those of Tandem. */
export function queueSchema(schemaPrefix: string): string {
  return `${schemaPrefix}graphile_worker`;
}

/** Makes the tables of the queue, or brings them up to date. @throws {DatabaseOpenError} */
export async function prepareQueue(databaseUrl: string, schema: string): Promise<void> {
  // Loaded by processes with a queue alone.
  const [{ runMigrations }, { openPgPool }] = await Promise.all([import("graphile-worker"), import("./pg_pool.ts")]);
  const pgPool = await openPgPool(databaseUrl);
  try {
    await runMigrations({ pgPool, schema });
  } finally {
    await pgPool.end();
  }
}
