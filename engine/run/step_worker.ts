import { pause } from "../declare/retry.ts";
import { messageOf, StepRunnerLostError } from "../errors.ts";
import type { PartWork, ProcessContext } from "../store/context.ts";
import { isDatabaseTrouble, pauseMsAfter } from "../store/database_trouble.ts";
import type { StepOutcome, StepTask } from "../store/records.ts";
import type { StepClaim } from "../store/step_ledger.ts";
import { StepParts } from "../store/step_parts.ts";
import { Cancelled, type Executor, ShuttingDown } from "./executor.ts";
import type { StepPlaces } from "./step_place.ts";
import { StepWatch } from "./step_watch.ts";

/** Runs steps of runs that other processes drive. */
export class StepWorker {
  readonly #watch: StepWatch;

  /** @param places Where parts of other workers' steps are made. */
  constructor(
    private readonly around: ProcessContext,
    private readonly executor: Executor,
    private readonly places: StepPlaces,
  ) {
    this.#watch = new StepWatch(around.database, around.logger);
  }

  /**
   * Claims a step for this process and runs it until its outcome is recorded. `lost` if it no longer needs to run, or was given
   * back because this process ends.
   *
   * @param options.begin Prevents the start of the step.
   * @param options.signal Aborts a started step.
   */
  async run(task: StepTask, { begin, signal }: { begin: AbortSignal; signal: AbortSignal }): Promise<StepOutcome> {
    const processId = this.around.heartbeat.id;
    const own = new AbortController();
    let held = false;
    using _followed = this.#watch.follow(task, (step) => {
      const isHeld = step.status === "running" && step.heldBy === processId;
      if (step.cancelRequested) own.abort(new Cancelled());
      else if (step.drivenBy !== task.drivenBy || (held && !isHeld)) own.abort(new ShuttingDown());
      held ||= isHeld;
    });
    const claim = { runId: task.runId, key: task.key, processId };
    try {
      await this.around.heartbeat.adoptTablesOf(task.drivenBy);
      const outcome = await this.executor.execute(
        task,
        AbortSignal.any([signal, own.signal]),
        AbortSignal.any([begin, signal, own.signal]),
      );
      if (outcome === "lost") await this.#giveBack(claim, "pending", signal);
      return outcome;
    } catch (error) {
      this.around.logger.warn(`Step ${task.key} of run ${task.runId} is given back: ${messageOf(error)}`);
      const isBlameless = isDatabaseTrouble(error) || (error instanceof StepRunnerLostError && error.shared);
      await this.#giveBack(claim, isBlameless ? "pending" : "interrupted", signal);
      return "lost";
    }
  }

  /** Makes parts of a step that another process holds, until none is left or that process has lost the step. */
  async help(
    { task, claim, attempt, reads }: PartWork,
    { begin, signal }: { begin: AbortSignal; signal: AbortSignal },
  ) {
    const { database, heartbeat, logger } = this.around;
    const by = heartbeat.id;
    const own = new AbortController();
    using _followed = this.#watch.follow(task, (step) => {
      if (step.status !== "running" || step.heldBy !== claim.processId || step.attempt !== attempt) {
        own.abort(new ShuttingDown());
      }
    });
    const place = await this.places.take(task);
    try {
      // A lost part needs no record: the process that holds the step, or another helper, makes it.
      const ending = AbortSignal.any([begin, signal, own.signal]);
      if (!ending.aborted) await place.run({ task, claim, attempt, help: { by, reads } }, ending);
    } catch (error) {
      if (!own.signal.aborted && !begin.aborted) {
        logger.warn(`Parts of step ${task.key} of run ${task.runId} are given back: ${messageOf(error)}`);
      }
    } finally {
      place.release();
      await new StepParts(database).giveBack({ runId: task.runId, key: task.key, attempt }, by)
        .catch((error) => logger.warn(`A part could not be given back: ${messageOf(error)}`));
    }
  }

  /** Gives a step back once the database answers. If this process ends first, the step becomes open anyway. */
  async #giveBack(claim: StepClaim, status: "pending" | "interrupted", ending: AbortSignal): Promise<void> {
    for (let tries = 1;; tries++) {
      try {
        return await this.around.ledger.steps.giveBack(claim, status);
      } catch (error) {
        if (!isDatabaseTrouble(error)) throw error;
        if (ending.aborted) return;
        await pause(pauseMsAfter(tries), ending).catch(() => {});
      }
    }
  }
}
