import { EventEmitter } from "node:events";
import { Logger as QueueLogger, run, type Runner, type WorkerEvents } from "graphile-worker";
import type { Logger } from "../logger.ts";
import { openPgPool } from "./pg_pool.ts";

/** How long a worker waits before it looks for the database again. */
const againMs = 2_000;
/** How often jobs are looked for, beside the announcement of each. */
const pollMs = 2_000;

export interface JobWorkerOptions {
  databaseUrl: string;
  schema: string;
  /** Records the name under which the queue locks this worker's jobs. Jobs are begun afterwards. */
  recordPool(name: string): Promise<void>;
  /** Names of the jobs that it takes. */
  names: readonly string[];
  /** Runs one job at a time. An error leaves the job in the queue, to be begun again later. */
  work(payload: unknown): Promise<void>;
  logger: Logger;
}

/**
 * Runs jobs until the signal aborts, and then waits for the one that has begun. Where the database is away it waits and goes on.
 *
 * @throws {DatabaseOpenError} If the database cannot be reached at the start.
 */
export async function runJobs(options: JobWorkerOptions, stopping: AbortSignal): Promise<void> {
  const { logger } = options;
  for (let isFirst = true; !stopping.aborted; isFirst = false) {
    try {
      await runUntilLost(options, stopping);
    } catch (error) {
      if (isFirst) throw error;
      logger.warn(`Jobs cannot be taken: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!stopping.aborted) await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}

async function runUntilLost(
  { databaseUrl, schema, recordPool, names, work, logger }: JobWorkerOptions,
  stopping: AbortSignal,
): Promise<void> {
  const pgPool = await openPgPool(databaseUrl);
  let runner: Runner | undefined;
  const stop = () => void runner?.stop().catch(() => {});
  const events: WorkerEvents = new EventEmitter();
  let recorded: Promise<void> | undefined;
  events.on("pool:create", ({ workerPool }) => {
    recorded = recordPool(workerPool.id);
    // Reported by the first job.
    recorded.catch(() => {});
  });
  const begin = async (payload: unknown) => {
    await recorded;
    await work(payload);
  };
  try {
    runner = await run({
      pgPool,
      schema,
      events,
      concurrency: 1,
      noHandleSignals: true,
      pollInterval: pollMs,
      taskList: Object.fromEntries(names.map((name) => [name, begin])),
      logger: new QueueLogger(() => (level, message) => {
        if (level === "error" || level === "warning") logger.warn(message);
      }),
    });
    stopping.addEventListener("abort", stop);
    if (stopping.aborted) stop();
    await runner.promise;
  } finally {
    stopping.removeEventListener("abort", stop);
    await pgPool.end();
  }
}
