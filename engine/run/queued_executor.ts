import { databaseErrorKind } from "../../resources/database/mod.ts";
import { messageOf, StepRunnerLostError } from "../errors.ts";
import type { ProcessContext } from "../store/context.ts";
import { heartbeatMs } from "../store/heartbeat.ts";
import type { StepOutcome, StepTask } from "../store/records.ts";
import { StepParts } from "../store/step_parts.ts";
import { type Executor, goneBy, ShuttingDown } from "./executor.ts";
import { outcomeOf } from "./run_driver.ts";
import { type SeenStep, StepWatch } from "./step_watch.ts";

/** Jobs by which steps reach workers. A job is a request: the step itself is claimed, and recorded, in the engine's tables. */
export interface StepJobs {
  /** Asks the workers that have the label to run a step. Instead of an earlier job for it that none has begun. */
  add(task: StepTask, label: string | undefined): Promise<void>;
  /** Takes back a job that none has begun. */
  remove(step: Pick<StepTask, "runId" | "key">): Promise<void>;
  /** Lets other workers take the jobs of those that have ended. */
  freeJobsOfEndedWorkers(): Promise<void>;
}

/** How long steps wait for the first worker before that is logged, and between two such lines. */
const noWorkerMs = 30_000;

/**
 * Hands steps to workers, processes with the same assets on the same database, and waits until their outcome is recorded. A worker
 * claims the step for itself; when it ends, the step is open again and is handed on.
 */
export class QueuedExecutor implements Executor {
  readonly #watch: StepWatch;
  readonly #parts: StepParts;
  #waiting = 0;
  #caring = false;
  /** Workers that are alive, as far as is known. */
  #workers = 0;

  /**
   * @param options.here Runs the steps with one of the `labels` in this process.
   */
  constructor(
    private readonly around: ProcessContext,
    private readonly options: { jobs: StepJobs; here: Executor; labels: ReadonlySet<string> },
  ) {
    this.#watch = new StepWatch(around.database, around.logger);
    this.#parts = new StepParts(around.database);
  }

  async execute(task: StepTask, signal: AbortSignal, begin: AbortSignal = signal): Promise<StepOutcome> {
    const { here, labels, jobs } = this.options;
    const { runsOn } = this.around.graph.producerOf(task.key).recipe;
    if (runsOn !== undefined && labels.has(runsOn)) return await here.execute(task, signal, begin);
    if (begin.aborted) return goneBy(begin);
    const [before] = await this.around.ledger.runs.steps(task.runId).then((steps) =>
      steps.filter(({ key }) => key === task.key)
    );
    await jobs.add(task, runsOn);
    this.#waiting++;
    if (!this.#caring) void this.#care();
    try {
      return await this.#outcome(task, { signal, begin, attempt: before!.attempt });
    } finally {
      this.#waiting--;
    }
  }

  waitsFor(): string | undefined {
    if (this.#waiting === 0) return undefined;
    return this.#workers === 0 ? "a worker: none is running" : "a worker that is free";
  }

  /** @param options.attempt The last attempt before this one. */
  async #outcome(
    task: StepTask,
    { signal, begin, attempt }: { signal: AbortSignal; begin: AbortSignal; attempt: number },
  ): Promise<StepOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<StepOutcome>();
    const { jobs } = this.options;
    let holder: number | null = null;
    const seen = (step: SeenStep) => {
      const outcome = outcomeOf(step);
      if (outcome) return resolve(outcome);
      if (step.drivenBy !== task.drivenBy) return resolve("lost");
      if (step.status === "running") {
        holder = step.heldBy;
        return;
      }
      if (step.attempt === attempt) return;
      // It was begun, and is open again.
      attempt = step.attempt;
      const lostBy = holder;
      holder = null;
      if (begin.aborted) return resolve(goneBy(begin));
      if (step.status === "interrupted") {
        return reject(
          new StepRunnerLostError(
            `The worker that ran the step (process ${lostBy ?? "unknown"}) ended, or lost its thread.`,
          ),
        );
      }
      jobs.add(task, this.around.graph.producerOf(task.key).recipe.runsOn).catch(reject);
    };
    const onBegin = () => {
      if (holder !== null) return;
      // A worker that takes the step all the same is refused: the run is cancelled, or handed back next.
      jobs.remove(task).catch((error) => this.around.logger.warn(`A job could not be taken back: ${messageOf(error)}`))
        .finally(() => resolve(goneBy(begin)));
    };
    const onSignal = () => {
      // The worker sees a cancellation, and records it. Of a run that is handed back it loses the step.
      if (signal.reason instanceof ShuttingDown) resolve("lost");
    };
    begin.addEventListener("abort", onBegin, { once: true });
    signal.addEventListener("abort", onSignal, { once: true });
    if (begin.aborted) onBegin();
    using _followed = this.#watch.follow(task, seen);
    try {
      return await promise;
    } finally {
      begin.removeEventListener("abort", onBegin);
      signal.removeEventListener("abort", onSignal);
    }
  }

  /** As long as steps wait: hands on jobs that ended workers have kept, and says so if there is no worker. */
  async #care(): Promise<void> {
    this.#caring = true;
    const { heartbeat, logger } = this.around;
    let aloneSince = performance.now();
    while (this.#waiting > 0) {
      try {
        await this.options.jobs.freeJobsOfEndedWorkers();
        await this.#parts.removeAbandoned();
        this.#workers = (await heartbeat.processes()).filter(({ role }) => role === workerRole).length;
        if (this.#workers > 0) aloneSince = performance.now();
        else if (performance.now() - aloneSince > noWorkerMs) {
          logger.warn(
            `Steps wait for a worker, and none is running: start one with deno task worker. Steps: ${this.#waiting}.`,
          );
          aloneSince = performance.now();
        }
      } catch (error) {
        if (databaseErrorKind(error) === undefined) logger.error(`Jobs could not be watched: ${messageOf(error)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, heartbeatMs));
    }
    this.#caring = false;
  }
}

/** Role of the processes that run steps of others, in their records. */
export const workerRole = "worker";
