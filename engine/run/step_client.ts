import { databaseErrorOf } from "../../resources/database/mod.ts";
import { StepRunnerLostError } from "../errors.ts";
import type { EngineContext } from "../store/context.ts";
import type { StepOutcome } from "../store/records.ts";
import { ShuttingDown } from "./executor.ts";
import { StepExecution } from "./step_execution.ts";
import { abortText, type StepReply, type StepRequest } from "./step_messages.ts";
import type { ClaimedStep } from "./step_place.ts";
import { endStep } from "./step_runner.ts";

/** Time for an aborted step to stop before its thread is terminated. */
export interface AbortPatience {
  /** For a cancelled or timed-out step that is alone in its thread. */
  abortedMs: number;
  /** For one among others: it may wait for the computation of another, and all of them are run again. */
  amongOthersMs: number;
  /** During shutdown of this process. */
  shuttingDownMs: number;
}

/** Time for an idle thread to close its connections. */
const leaveMs = 1_000;

interface OpenStep {
  step: ClaimedStep;
  ended: PromiseWithResolvers<StepOutcome>;
  reading: StepExecution["reading"];
}

/** The steps that another thread runs, from the side of the thread that has claimed them. */
export class StepClient {
  readonly #steps = new Map<number, OpenStep>();
  readonly #publications = new Map<number, () => void>();
  readonly #left = Promise.withResolvers<void>();
  #last = 0;
  #lost: string | undefined;

  /**
   * @param port Its other end is the other thread's `serveSteps`.
   * @param options.end Terminates the other thread, even during a computation.
   */
  constructor(
    private readonly port: MessagePort,
    private readonly around: EngineContext,
    private readonly options: { end: () => void; patience: AbortPatience },
  ) {
    port.onmessage = ({ data }: MessageEvent<StepReply>) => this.#hear(data);
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** @throws {StepRunnerLostError} If the thread ends before the step; the step is still claimed then. */
  async run(step: ClaimedStep, signal: AbortSignal): Promise<StepOutcome> {
    if (this.#lost !== undefined) throw new StepRunnerLostError(this.#lost);
    const id = ++this.#last;
    const open: OpenStep = { step, ended: Promise.withResolvers(), reading: undefined };
    let stuck: ReturnType<typeof setTimeout> | undefined;
    const onAbort = () => {
      this.#send({ type: "abort", id, reason: abortText(signal.reason) });
      const { abortedMs, amongOthersMs, shuttingDownMs } = this.options.patience;
      const patienceMs = signal.reason instanceof ShuttingDown
        ? shuttingDownMs
        : this.#steps.size > 1
        ? amongOthersMs
        : abortedMs;
      stuck = setTimeout(() => {
        this.lose(`"${step.task.key}" was aborted and went on computing.`);
      }, patienceMs);
    };
    this.#steps.set(id, open);
    this.#send({ type: "run", id, step });
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return await open.ended.promise;
    } catch (error) {
      if (!signal.aborted || !(error instanceof StepRunnerLostError) || step.help) throw error;
      const { task, claim, attempt } = step;
      const execution = new StepExecution(this.around, task, claim, attempt, signal);
      execution.reading = open.reading;
      return await endStep(execution, signal.reason);
    } finally {
      clearTimeout(stuck);
      signal.removeEventListener("abort", onAbort);
      this.#steps.delete(id);
    }
  }

  /** Ends an idle thread once it has closed its connections, or by force a moment later. */
  async leave(): Promise<void> {
    this.#send({ type: "leave" });
    const timer = setTimeout(() => this.#left.resolve(), leaveMs);
    await this.#left.promise;
    clearTimeout(timer);
    this.lose("It had no step to run.");
  }

  /** The thread has ended, or is terminated now, and its steps are lost. */
  lose(reason: string): void {
    if (this.#lost !== undefined) return;
    this.#lost = `The thread that ran the step ended: ${reason}`;
    this.options.end();
    this.#left.resolve();
    this.port.close();
    for (const published of this.#publications.values()) published();
    const shared = this.#steps.size > 1;
    for (const { ended } of this.#steps.values()) ended.reject(new StepRunnerLostError(this.#lost, { shared }));
  }

  #send(request: StepRequest): void {
    if (this.#lost === undefined) this.port.postMessage(request);
  }

  #hear(reply: StepReply): void {
    switch (reply.type) {
      case "reading": {
        const open = this.#steps.get(reply.id);
        if (open) open.reading = reply.reading;
        break;
      }
      case "publishing":
        void this.around.whilePublishing(reply.keys, () => {
          const { promise, resolve } = Promise.withResolvers<void>();
          this.#publications.set(reply.id, resolve);
          this.#send({ type: "publish", id: reply.id });
          return promise;
        });
        break;
      case "published":
        this.#publications.get(reply.id)?.();
        this.#publications.delete(reply.id);
        break;
      case "left":
        this.#left.resolve();
        break;
      case "ended":
        this.#steps.get(reply.id)?.ended.resolve(reply.outcome);
        break;
      case "threw":
        this.#steps.get(reply.id)?.ended.reject(databaseErrorOf(reply.error));
    }
  }
}
