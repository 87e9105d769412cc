import { isDatabaseTrouble, mostTries, pauseMsAfter } from "../store/database_trouble.ts";
import { Cancelled, type Executor, ShuttingDown } from "./executor.ts";
import type { RunStatus, RunStep, StepOutcome, StepStatus, StepTask } from "../store/records.ts";
import type { Ledger } from "../store/ledger.ts";
import type { Logger } from "../../resources/logger.ts";
import { messageOf, recordOfError, StepRunnerLostError } from "../errors.ts";
import { pause } from "../declare/retry.ts";

/** Maximum pause between attempts of a small query to a database that does not answer. */
const longestAskPauseMs = 2_000;

/** Lost threads or workers after which a step fails: the step itself may crash them. */
const mostLostRunners = 3;

/** Executes the steps of a run: each as soon as its dependencies have ended, and none after a failed one. */
export class RunDriver {
  readonly #controller = new AbortController();
  /** Aborts steps that have not started: with `#controller`, or earlier if running steps may finish. */
  readonly #beginning = new AbortController();
  /** Aborts waiting for a database that is down. */
  readonly #closing = new AbortController();

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

  /** Starts no further step; running ones continue. The run is handed back unless it ends with them. */
  drain(): void {
    this.#beginning.abort(new ShuttingDown());
  }

  shutDown(): void {
    this.#closing.abort();
    this.#abort(new ShuttingDown());
  }

  #abort(reason: Cancelled | ShuttingDown): void {
    this.#controller.abort(reason);
    this.#beginning.abort(reason);
  }

  /**
   * Claims the run and drives it to its end. Resolves with its status, or with `undefined` if another process has it or it was
   * handed back.
   */
  async drive(): Promise<RunStatus | undefined> {
    const run = await this.ledger.runs.claim(this.runId, this.processId);
    if (!run) return undefined;
    const fields = { runId: this.runId };
    if (run.resumed) {
      this.logger.info(`Run ${this.runId}, which its last process left unfinished, continues here.`, fields);
    }
    if (run.cancelRequested) this.cancel();
    let ended: { lost: boolean; done: boolean };
    try {
      ended = await this.#runSteps(run);
    } catch (error) {
      await this.#handBack();
      throw error;
    }
    const { reason } = this.#controller.signal;
    const drained = this.#beginning.signal.reason instanceof ShuttingDown;
    if (reason instanceof ShuttingDown || (drained && !ended.done && !(reason instanceof Cancelled))) {
      await this.#handBack();
      return undefined;
    }
    // A step that was kept from starting still belongs to this process.
    if (ended.lost && !drained) {
      if (!await this.#handBack()) {
        this.logger.warn("Another process has taken over the run and continues it.", fields);
      }
      return undefined;
    }
    const status = await this.#untilTaken(() => this.ledger.runs.finish(this.runId, this.processId));
    // Nobody follows it: its request ended with the process before this one.
    if (run.resumed && status !== undefined) {
      const level = status === "failed" ? "warn" : "info";
      this.logger.log(level, `Run ${this.runId}, which was continued here, ended: ${status}.`, fields);
    }
    return status;
  }

  #handBack(): Promise<boolean> {
    return this.#untilTaken(() => this.ledger.runs.handBack(this.runId, this.processId));
  }

  /** Repeats a query until the database answers, or until this process shuts down: then another one cleans up. */
  async #untilTaken<T>(ask: () => Promise<T>): Promise<T> {
    for (let tries = 1;; tries++) {
      try {
        return await ask();
      } catch (error) {
        if (!isDatabaseTrouble(error) || this.#closing.signal.aborted) throw error;
        await pause(Math.min(longestAskPauseMs, pauseMsAfter(tries)), this.#closing.signal).catch(() => {});
      }
    }
  }

  /**
   * Executes a step until its outcome is recorded. If the database could not record it, the step is executed again once the
   * database answers, and counts as failed only after {@link mostTries} attempts.
   */
  async #execute(task: StepTask): Promise<StepOutcome> {
    const { signal } = this.#controller;
    const claim = { runId: task.runId, key: task.key, processId: this.processId };
    const fields = { runId: task.runId, assetKey: task.key };
    let lostRunners = 0;
    for (let tries = 1;; tries++) {
      try {
        return await this.executor.execute(task, signal, this.#beginning.signal);
      } catch (error) {
        if (signal.aborted) return signal.reason instanceof Cancelled ? "cancelled" : "lost";
        const said = `Step ${task.key} of run ${task.runId} could not be recorded: ${messageOf(error)}`;
        const hopeless = error instanceof StepRunnerLostError
          ? !error.shared && ++lostRunners >= mostLostRunners
          : !isDatabaseTrouble(error) || tries >= mostTries;
        const delayMs = pauseMsAfter(tries);
        this.logger.log(hopeless ? "error" : "warn", hopeless ? said : `${said} Next try in ${delayMs} ms.`, fields);
        if (!hopeless) await pause(delayMs, this.#beginning.signal).catch(() => {});
        const failure = hopeless ? { ...recordOfError(error), message: recordOfError(said).message } : undefined;
        const step = await this.#untilTaken(() => this.ledger.steps.reopen(claim, failure));
        // The outcome was recorded; only the answer was lost.
        const outcome = step && outcomeOf(step);
        if (outcome) return outcome;
        if (!step || this.#beginning.signal.aborted) return "lost";
        await this.#untilTaken(() =>
          this.ledger.events.add(task.runId, "step_retry", task.key, {
            attempt: tries,
            delayMs,
            error: recordOfError(error),
          })
        );
      }
    }
  }

  async #runSteps(run: Omit<StepTask, "runId" | "key" | "drivenBy">): Promise<{ lost: boolean; done: boolean }> {
    const steps = await this.#untilTaken(() => this.ledger.runs.steps(this.runId));
    const status = new Map<string, StepStatus>(steps.map((s) => [s.key, s.status]));
    const waitsFor = new Map(steps.map((s) => [s.key, new Set(s.after)]));
    const followers = new Map<string, string[]>(steps.map((s) => [s.key, []]));
    for (const step of steps) for (const key of step.after) followers.get(key)?.push(step.key);
    const begin = this.#beginning.signal;
    let lost = false;

    await new Promise<void>((resolve, reject) => {
      let active = 0;
      const start = (key: string) => {
        active++;
        this.#execute({ ...run, runId: this.runId, key, drivenBy: this.processId }).then(async (outcome) => {
          if (outcome === "lost") {
            lost = true;
          } else {
            status.set(key, outcome === "partly_failed" ? "failed" : outcome);
            if (outcome === "failed" || outcome === "skipped") await this.#skipBehind(key, followers, status);
            else if (outcome !== "cancelled") release(key);
          }
        }).catch((error) => {
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
    // Failures before an interruption keep downstream steps from running now.
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
    await this.#untilTaken(() => this.ledger.steps.skip(this.runId, skipped, failed));
  }
}

function isOpen(status: StepStatus): boolean {
  return status === "pending" || status === "interrupted";
}

function isDone({ status, error }: RunStep): boolean {
  return status === "succeeded" || status === "up_to_date" || (status === "failed" && error?.partial === true);
}

/** The outcome of a finished step; `undefined` for an open or running one. */
export function outcomeOf({ status, error }: Pick<RunStep, "status" | "error">): StepOutcome | undefined {
  if (status === "pending" || status === "interrupted" || status === "running") return undefined;
  return status === "failed" && error?.partial ? "partly_failed" : status;
}
