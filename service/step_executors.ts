import {
  type Executor,
  fingerprintOf,
  InProcessExecutor,
  type ProcessContext,
  QueuedExecutor,
  type StepLimits,
  type StepTask,
  StepThreads,
  StepWorker,
} from "../engine/mod.ts";
import type { Database } from "../resources/database/mod.ts";
import { JobQueue, prepareQueue, queueSchema } from "../resources/job_queue/mod.ts";
import type { ServiceInstruments } from "../resources/metrics/mod.ts";
import { ConfigurationError, type Environment } from "../settings/environment.ts";
import { startStepThread } from "./step_thread.ts";
import { jobName, type WorkerJob } from "./worker_jobs.ts";

/** Components that run steps for servers. */
export interface WorkerParts {
  steps: StepWorker;
  /** Id of this process in its database. */
  id(): number;
  /** Records the name under which the queue locks this worker's jobs. */
  recordPool(name: string): Promise<void>;
  jobNames: readonly string[];
}

/** Time in which a live worker has recorded its name in the queue; it records it before it begins a job. */
const recordedWithinSeconds = 10;

export type ProcessRole = "server" | "cli" | "worker";

function usesQueue(role: ProcessRole, { executor }: Environment): boolean {
  return role === "worker" || (role === "server" && executor === "queue");
}

/** @throws {ConfigurationError} If this process uses the job queue and has no PostgreSQL server. */
export function requireServerForQueue(role: ProcessRole, environment: Environment): void {
  if (!usesQueue(role, environment) || environment.databaseUrl) return;
  throw new ConfigurationError(
    role === "worker"
      ? "DATABASE_URL: a worker shares a PostgreSQL server with the service. Set it to the address that the service has."
      : "EXECUTOR: queue hands steps to workers through a PostgreSQL server. Set DATABASE_URL, or EXECUTOR to thread.",
  );
}

/** Whether steps run in the thread that opens the engine. */
export function runsStepsItself(role: ProcessRole, { executor }: Environment): boolean {
  return role === "cli" || (role === "server" && executor === "in_process");
}

/** Executors of a process, according to its role and settings. */
export class StepExecutors {
  #threads: StepThreads | undefined;
  /** Set in a worker, once its engine is open. */
  worker: WorkerParts | undefined;

  constructor(
    private readonly options: {
      role: ProcessRole;
      environment: Environment;
      database: Database;
      instruments: ServiceInstruments;
      replace: boolean;
    },
  ) {}

  /** Prepares the job queue if this process uses it. @throws {DatabaseOpenError} If it cannot be reached. */
  async prepare(): Promise<void> {
    const { role, environment } = this.options;
    if (!usesQueue(role, environment)) return;
    await prepareQueue(environment.databaseUrl!, queueSchema(environment.schemaPrefix));
  }

  /** For the engine; `undefined` if steps run in the thread that opens it. */
  get executor(): ((around: ProcessContext) => Executor) | undefined {
    const { role, environment } = this.options;
    if (runsStepsItself(role, environment)) return undefined;
    if (role === "worker") return (around) => this.#workerOf(around);
    if (environment.executor === "thread") return (around) => this.#inThreads(around, environment);
    return (around) => this.#queueOf(around);
  }

  /** Ends the threads, after their steps. */
  async close(): Promise<void> {
    await this.#threads?.close();
  }

  #inThreads(around: ProcessContext, limits: StepLimits): Executor {
    const { database, instruments, replace } = this.options;
    const fingerprint = fingerprintOf(around);
    const shares = this.options.role === "worker";
    this.#threads = new StepThreads(around, {
      start: (onLost) => startStepThread({ database, instruments, replace, fingerprint, shares }, onLost),
    });
    return new InProcessExecutor(around, limits, this.#threads);
  }

  #queueOf(around: ProcessContext): Executor {
    const { database, environment } = this.options;
    const { schemaPrefix, stepLabels } = environment;
    const queue = new JobQueue(database, queueSchema(schemaPrefix));
    const fingerprint = fingerprintOf(around);
    const keyOf = ({ runId, key }: Pick<StepTask, "runId" | "key">) => `${runId} ${key}`;
    return new QueuedExecutor(around, {
      jobs: {
        add: (task, label) =>
          queue.add([{
            name: jobName(fingerprint, label),
            key: keyOf(task),
            payload: { kind: "step", task } satisfies WorkerJob,
            priority: task.priority,
          }]),
        remove: (step) => queue.remove([keyOf(step)]),
        async freeJobsOfEndedWorkers() {
          const pools = await queue.lockedBy(recordedWithinSeconds);
          if (pools.length === 0) return;
          const alive = new Set(await around.heartbeat.jobPools());
          await queue.release(pools.filter((pool) => !alive.has(pool)));
        },
      },
      here: this.#inThreads(around, environment),
      labels: new Set(stepLabels ?? ["source"]),
    });
  }

  #workerOf(around: ProcessContext): Executor {
    const { stepLabels = [] } = this.options.environment;
    const fingerprint = fingerprintOf(around);
    const executor = this.#inThreads(around, { maxConcurrentSteps: 1 });
    this.worker = {
      steps: new StepWorker(around, executor, this.#threads!),
      id: () => around.heartbeat.id,
      recordPool: (name) => around.heartbeat.takeJobsAs(name),
      jobNames: [undefined, ...stepLabels].map((label) => jobName(fingerprint, label)),
    };
    return executor;
  }
}
