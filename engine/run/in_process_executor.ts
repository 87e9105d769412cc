import { type Executor, limited, outcomeUnlessBegun } from "./executor.ts";
import type { StepOutcome, StepTask } from "../store/records.ts";
import type { StepClaim } from "../store/step_ledger.ts";
import type { PoolSlot } from "../store/pool_slot.ts";
import { MemoryWatch } from "./memory_watch.ts";
import { keepReturningFreedMemory } from "../../resources/freed_memory.ts";
import { pause } from "../declare/retry.ts";
import { inThisThread, type StepPlaces } from "./step_place.ts";
import { timeLimit } from "../declare/step_timeout.ts";
import type { ProcessContext } from "../store/context.ts";

/** Polling interval for an asset that another run materializes. */
const busyPollMs = 100;

/** Which steps of a process run at the same time. */
export interface StepLimits {
  maxConcurrentSteps: number;
  /**
   * Resident memory of the process, in MB, from which no step begins beside another one until half an hour later; no such limit by
   * default. Steps that read from outside (`source`) are not counted: they may wait for an hour, and other steps would wait for them.
   */
  stepsTogetherBelowMb?: number;
}

/**
 * Executes a limited number of concurrent steps in this process: claims them, and runs them in places, by default in this thread.
 */
export class InProcessExecutor implements Executor {
  readonly #limited: ReturnType<typeof limited>;
  /** Of the steps that do not read from outside. */
  readonly #inMemory: ReturnType<typeof limited>;
  #runningInMemory = 0;
  readonly #memory: MemoryWatch;

  constructor(
    private readonly around: ProcessContext,
    limits: StepLimits,
    private readonly places: StepPlaces = inThisThread(around),
  ) {
    this.#limited = limited(limits.maxConcurrentSteps);
    this.#memory = new MemoryWatch(limits.stepsTogetherBelowMb ?? Infinity);
    this.#inMemory = limited(Infinity, () => !this.#memory.isShort());
  }

  waitsFor(key: string): string | undefined {
    const isCounted = this.around.graph.producerOf(key).recipe.source === undefined;
    if (!isCounted || this.#runningInMemory === 0 || !this.#memory.isShort()) return undefined;
    return `the steps before it: its process had ${this.#memory.limitMb} MB or more in memory within the last half hour, and then runs one after the other`;
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
    const { source, timeoutMs } = this.around.graph.producerOf(task.key).recipe;
    const run = () =>
      this.#limited(async () => {
        if (begin.aborted) return outcomeUnlessBegun(begin);
        const place = await this.places.take(task);
        using _released = { [Symbol.dispose]: () => place.release() };
        if (begin.aborted) return outcomeUnlessBegun(begin);
        const claimed = await this.around.ledger.steps.claim(claim, { slot, drivenBy: task.drivenBy });
        if (claimed.status !== "claimed") return claimed.status === "busy" ? "busy" : outcomeUnlessBegun(begin);
        begun?.();
        using limit = timeLimit(task.key, timeoutMs, signal);
        const returnFreedMemory = keepReturningFreedMemory();
        try {
          return await place.run({ task, claim, attempt: claimed.attempt }, limit.signal);
        } finally {
          await returnFreedMemory();
        }
      }, task.priority);
    if (source !== undefined) return run();
    return this.#inMemory(async () => {
      this.#runningInMemory++;
      using _watched = this.#memory.watching();
      try {
        return await run();
      } finally {
        this.#runningInMemory--;
      }
    }, task.priority);
  }
}
