import { databaseErrorKind } from "../../resources/database/mod.ts";
import { messageOf, StepRunnerLostError } from "../errors.ts";
import type { ProcessContext } from "../store/context.ts";
import { heartbeatMs } from "../store/heartbeat.ts";
import type { StepOutcome, StepTask } from "../store/records.ts";
import { StepParts } from "../store/step_parts.ts";
import { type Executor, outcomeUnlessBegun, ShuttingDown } from "./executor.ts";
import { outcomeOf } from "./run_driver.ts";
import { type SeenStep, StepWatch } from "./step_watch.ts";

/** Jobs that hand steps to workers. A job is only a request: the step is claimed and recorded in the engine's tables. */
export interface StepJobs {
  /** Asks the workers with the label to run a step. Replaces an earlier job for it that has not started. */
  add(task: StepTask, label: string | undefined): Promise<void>;
  /** Withdraws a job that has not started. */
  remove(step: Pick<StepTask, "runId" | "key">): Promise<void>;
  /** Releases the jobs of ended workers to others. */
  freeJobsOfEndedWorkers(): Promise<void>;
}

/** Time without any worker before a warning, and between two warnings. */
const noWorkerMs = 30_000;

/**
 * Hands steps to workers, processes with the same assets on the same database, and waits until their outcome is recorded. A worker
 * claims the step itself; if the worker ends, the step is open again and is handed to another one.
 */
export class QueuedExecutor implements Executor {
  readonly #watch: StepWatch;
  readonly #parts: StepParts;
  #waiting = 0;
  #caring = false;
  /** Last known number of live workers. */
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
    if (begin.aborted) return outcomeUnlessBegun(begin);
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

  waitsFor(key: string): string | undefined {
    const { runsOn } = this.around.graph.producerOf(key).recipe;
    if (runsOn !== undefined && this.options.labels.has(runsOn)) return undefined;
    if (this.#workers === 0) return "a worker: none is running";
    return runsOn === undefined ? "a worker that is free" : `a free worker with the label ${runsOn}`;
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
      // It was started, and is open again.
      attempt = step.attempt;
      const lostBy = holder;
      holder = null;
      if (begin.aborted) return resolve(outcomeUnlessBegun(begin));
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
      // A worker that takes the step anyway cannot claim it: the run is cancelled, or handed back next.
      jobs.remove(task).catch((error) => this.around.logger.warn(`A job could not be taken back: ${messageOf(error)}`))
        .finally(() => resolve(outcomeUnlessBegun(begin)));
    };
    const onSignal = () => {
      // The worker sees a cancellation, and records it. If the run is handed back, the worker loses the step.
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

  /** While steps wait: releases the jobs of ended workers, and warns if there is no worker. */
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

/** Recorded role of processes that run steps for others. */
const workerRole = "worker";
