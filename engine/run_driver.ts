import type { CellRange } from "./cell_work.ts";
import { Cancelled, type Executor, ShuttingDown } from "./executor.ts";
import type { Ledger } from "./ledger.ts";
import type { Logger } from "./logger.ts";
import { messageOf } from "./errors.ts";
import type { RunStatus, RunStep, StepStatus } from "./records.ts";

/** Takes a run through its steps: each as soon as what it waits for has ended, and none behind a failure. */
export class RunDriver {
  readonly #controller = new AbortController();
  /** Aborts what has not begun: with `#controller`, or before it where what runs may come to its end. */
  readonly #beginning = new AbortController();

  constructor(
    readonly runId: number,
    private readonly processId: number,
    private readonly ledger: Ledger,
    private readonly executor: Executor,
    private readonly logger: Logger,
  ) {}

  cancel(): void {
    this.#abort(new Cancelled());
  }

  /** Begins no further step; those that run go on. The run is handed back unless it ends with them. */
  drain(): void {
    this.#beginning.abort(new ShuttingDown());
  }

  shutDown(): void {
    this.#abort(new ShuttingDown());
  }

  #abort(reason: Cancelled | ShuttingDown): void {
    this.#controller.abort(reason);
    this.#beginning.abort(reason);
  }

  /**
   * Claims the run and drives it to its end. Resolves with its status, or with `undefined` where it is somebody else's or was
   * handed back.
   */
  async drive(): Promise<RunStatus | undefined> {
    const run = await this.ledger.claimRun(this.runId, this.processId);
    if (!run) return undefined;
    const { lost, done } = await this.#runSteps(run);
    const { reason } = this.#controller.signal;
    const drained = this.#beginning.signal.reason instanceof ShuttingDown;
    if (reason instanceof ShuttingDown || (drained && !done && !(reason instanceof Cancelled))) {
      await this.ledger.handBackRun(this.runId, this.processId);
      return undefined;
    }
    // What was kept from beginning is nobody else's.
    if (lost && !drained) {
      this.logger.warn("Part of the run was taken over by another process; leaving the rest to it.", {
        runId: this.runId,
      });
      return undefined;
    }
    return await this.ledger.finishRun(this.runId, this.processId);
  }

  async #runSteps(
    run: { config: Record<string, unknown>; force: boolean; range: CellRange | null; priority: number },
  ): Promise<{ lost: boolean; done: boolean }> {
    const steps = await this.ledger.steps(this.runId);
    const status = new Map<string, StepStatus>(steps.map((s) => [s.key, s.status]));
    const waitsFor = new Map(steps.map((s) => [s.key, new Set(s.after)]));
    const followers = new Map<string, string[]>(steps.map((s) => [s.key, []]));
    for (const step of steps) for (const key of step.after) followers.get(key)?.push(step.key);
    const { signal } = this.#controller;
    const begin = this.#beginning.signal;
    let lost = false;

    await new Promise<void>((resolve, reject) => {
      let active = 0;
      const start = (key: string) => {
        active++;
        this.executor.execute({ runId: this.runId, key, ...run }, signal, begin).then(async (outcome) => {
          if (outcome === "lost") {
            lost = true;
          } else {
            status.set(key, outcome === "partly_failed" ? "failed" : outcome);
            if (outcome === "failed" || outcome === "skipped") await this.#skipBehind(key, followers, status);
            else if (outcome !== "cancelled") release(key);
          }
        }).catch((error) => {
          // Nothing could be recorded, so the database is out of reach: the run goes on when it is back.
          this.logger.error(`Step ${key} of run ${this.runId} could not be recorded: ${messageOf(error)}`, {
            runId: this.runId,
            assetKey: key,
          });
          lost = true;
        }).finally(() => {
          if (--active === 0) resolve();
        }).catch(reject);
      };
      const release = (key: string) => {
        for (const follower of followers.get(key)!) {
          const waiting = waitsFor.get(follower)!;
          if (waiting.delete(key) && waiting.size === 0 && isOpen(status.get(follower)!) && !begin.aborted && !lost) {
            start(follower);
          }
        }
      };
      active++;
      for (const step of steps) {
        if (isDone(step)) { for (const f of followers.get(step.key)!) waitsFor.get(f)!.delete(step.key); }
      }
      for (const step of steps) if (isOpen(step.status) && waitsFor.get(step.key)!.size === 0) start(step.key);
      if (--active === 0) resolve();
    });
    // What failed before an interruption keeps its followers from running now.
    for (const step of steps) {
      const failed = step.status === "failed" && !step.error?.partial;
      if (failed || step.status === "skipped") await this.#skipBehind(step.key, followers, status);
    }
    return { lost, done: [...status.values()].every((each) => !isOpen(each)) };
  }

  async #skipBehind(failed: string, followers: Map<string, string[]>, status: Map<string, StepStatus>): Promise<void> {
    const skipped: string[] = [];
    const open = [...followers.get(failed)!];
    while (open.length) {
      const key = open.pop()!;
      if (!isOpen(status.get(key)!)) continue;
      status.set(key, "skipped");
      skipped.push(key);
      open.push(...followers.get(key)!);
    }
    await this.ledger.skipSteps(this.runId, skipped, failed);
  }
}

function isOpen(status: StepStatus): boolean {
  return status === "pending" || status === "interrupted";
}

function isDone({ status, error }: RunStep): boolean {
  return status === "succeeded" || status === "up_to_date" || (status === "failed" && error?.partial === true);
}
