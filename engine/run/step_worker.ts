import { pause } from "../declare/retry.ts";
import { messageOf } from "../errors.ts";
import type { ProcessContext } from "../store/context.ts";
import { isDatabaseTrouble, pauseMsAfter } from "../store/database_trouble.ts";
import type { StepOutcome, StepTask } from "../store/records.ts";
import type { StepClaim } from "../store/step_ledger.ts";
import { Cancelled, type Executor, ShuttingDown } from "./executor.ts";
import { StepWatch } from "./step_watch.ts";

/** Runs steps of runs that other processes drive. */
export class StepWorker {
  readonly #watch: StepWatch;

  constructor(private readonly around: ProcessContext, private readonly executor: Executor) {
    this.#watch = new StepWatch(around.database, around.logger);
  }

  /**
   * Claims a step for this process and runs it until its outcome is recorded. `lost` if it is not to be run any more, or if it was
   * given back because this process ends.
   *
   * @param options.begin Keeps the step from beginning.
   * @param options.signal Aborts a step that has begun.
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
      const outcome = await this.executor.execute(
        task,
        AbortSignal.any([signal, own.signal]),
        AbortSignal.any([begin, signal, own.signal]),
      );
      if (outcome === "lost") await this.#giveBack(claim, "pending", signal);
      return outcome;
    } catch (error) {
      this.around.logger.warn(`Step ${task.key} of run ${task.runId} is given back: ${messageOf(error)}`);
      await this.#giveBack(claim, isDatabaseTrouble(error) ? "pending" : "interrupted", signal);
      return "lost";
    }
  }

  /** Gives a step back once the database takes that, or leaves it when this process ends: then it is open in any case. */
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
