import { type Executor, limited, outcomeUnlessBegun } from "./executor.ts";
import type { StepOutcome, StepTask } from "../store/records.ts";
import type { StepClaim } from "../store/step_ledger.ts";
import type { PoolSlot } from "../store/pool_slot.ts";
import { pause } from "../declare/retry.ts";
import { inThisThread, type StepPlaces } from "./step_place.ts";
import { timeLimit } from "../declare/step_timeout.ts";
import type { ProcessContext } from "../store/context.ts";

/** Polling interval for an asset that another run materializes. */
const busyPollMs = 100;

/**
 * Executes a limited number of concurrent steps in this process: claims them, and runs them in places, by default in this thread.
 */
export class InProcessExecutor implements Executor {
  readonly #limited: ReturnType<typeof limited>;

  constructor(
    private readonly around: ProcessContext,
    maxConcurrentSteps: number,
    private readonly places: StepPlaces = inThisThread(around),
  ) {
    this.#limited = limited(maxConcurrentSteps);
  }

  async execute(task: StepTask, signal: AbortSignal, begin: AbortSignal = signal): Promise<StepOutcome> {
    const { heartbeat, pools, graph } = this.around;
    const claim: StepClaim = { runId: task.runId, key: task.key, processId: heartbeat.id };
    const { pool } = graph.producerOf(task.key).recipe;
    if (pool !== undefined) {
      const { priority } = task;
      const attempt = (slot: PoolSlot, begun: () => void) => this.#attempt({ task, claim, signal, begin, slot, begun });
      return await pools.run(claim, { pool, priority, signal: begin, attempt }) ?? outcomeUnlessBegun(begin);
    }
    for (let waits = 1;; waits++) {
      const outcome = await this.#attempt({ task, claim, signal, begin });
      if (outcome !== "busy") return outcome;
      // The holder of the asset may have ended without releasing it.
      if (waits % 50 === 0) await heartbeat.interruptRunsOfEndedProcesses();
      await pause(busyPollMs, begin).catch(() => {});
    }
  }

  /** Runs the step to its end, unless it is held up: a waiting step takes up no place. */
  #attempt(
    { task, claim, signal, begin, slot, begun }: {
      task: StepTask;
      claim: StepClaim;
      signal: AbortSignal;
      begin: AbortSignal;
      slot?: PoolSlot;
      /** Called once this process has claimed the step. */
      begun?: () => void;
    },
  ): Promise<StepOutcome | "busy"> {
    return this.#limited(async () => {
      if (begin.aborted) return outcomeUnlessBegun(begin);
      const place = await this.places.take(task);
      using _released = { [Symbol.dispose]: () => place.release() };
      if (begin.aborted) return outcomeUnlessBegun(begin);
      const claimed = await this.around.ledger.steps.claim(claim, { slot, drivenBy: task.drivenBy });
      if (claimed.status !== "claimed") return claimed.status === "busy" ? "busy" : outcomeUnlessBegun(begin);
      begun?.();
      using limit = timeLimit(task.key, this.around.graph.producerOf(task.key).recipe.timeoutMs, signal);
      return await place.run({ task, claim, attempt: claimed.attempt }, limit.signal);
    }, task.priority);
  }
}
