import { messageOf, StepRunnerLostError } from "../errors.ts";
import type { EngineContext } from "../store/context.ts";
import type { StepTask } from "../store/records.ts";
import { type AbortPatience, StepClient } from "./step_client.ts";
import { inThisThread, type StepPlace, type StepPlaces } from "./step_place.ts";

/** A thread that serves steps on a port. */
export interface StepThread {
  port: MessagePort;
  /** Terminates it, even during a computation. Its open transactions are rolled back. */
  end(): void;
}

/** How threads for steps are started and ended. */
export interface StepThreadOptions {
  /**
   * Starts a thread with the same assets.
   *
   * @param onLost Called with the reason if it ends unexpectedly.
   * @throws {Error} If it cannot be started.
   */
  start(onLost: (reason: string) => void): Promise<StepThread>;
  patience?: AbortPatience;
}

/** Time without a step after which a thread is ended. */
const idleMs = 60_000;
/** Pause after a failed start of a thread. */
const startAgainMs = 60_000;

/** A thread with the steps that run in it. */
class OpenThread {
  /** `undefined` if it could not be started. */
  readonly client: Promise<StepClient | undefined>;
  steps = 0;
  idle: ReturnType<typeof setTimeout> | undefined;
  #started: StepClient | undefined;
  #over = false;

  constructor(start: () => Promise<StepClient | undefined>) {
    this.client = start().then((client) => {
      this.#over ||= !client;
      return this.#started = client;
    });
  }

  /** Whether it takes no further steps. */
  get isOver(): boolean {
    return this.#over || this.#started?.isLost === true;
  }

  /** Ends the thread, which has no step. */
  async leave(): Promise<void> {
    clearTimeout(this.idle);
    this.#over = true;
    await (await this.client)?.leave();
  }
}

/**
 * Runs steps in a thread beside the one that answers requests, which their computations do not delay. They share it, and with it
 * modules, heap and the rows that a run has just published.
 *
 * A thread that ends loses all its steps, and only one of them is the reason. Each of them runs again in a thread of its own, so that
 * the one at fault ends alone. If no thread can be started, steps run in the calling one.
 */
export class StepThreads implements StepPlaces {
  readonly #here: StepPlaces;
  #shared: OpenThread | undefined;
  /** Steps that were lost with their thread. */
  readonly #lost = new Set<string>();
  readonly #leaving = new Set<Promise<void>>();
  #startAgainAt = -Infinity;
  #closed = false;

  constructor(private readonly around: EngineContext, private readonly options: StepThreadOptions) {
    this.#here = inThisThread(around);
  }

  async take(step: Pick<StepTask, "runId" | "key">): Promise<StepPlace> {
    const id = `${step.runId} ${step.key}`;
    const alone = this.#lost.delete(id);
    const thread = alone ? this.#open() : this.#sharedThread();
    thread.steps++;
    clearTimeout(thread.idle);
    const client = await thread.client;
    if (!client) return await this.#here.take(step);
    return {
      run: async (claimed, signal) => {
        const isGone = client.isLost;
        try {
          return await client.run(claimed, signal);
        } catch (error) {
          if (!(error instanceof StepRunnerLostError)) throw error;
          this.#lost.add(id);
          // Another step ended the thread before this one began.
          throw isGone && !alone ? new StepRunnerLostError(error.message, { shared: true }) : error;
        }
      },
      release: () => this.#release(thread),
    };
  }

  /** Ends the threads, after their steps. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#shared?.client;
    if (this.#shared?.steps === 0) this.#leave(this.#shared);
    await Promise.all(this.#leaving);
  }

  #sharedThread(): OpenThread {
    if (!this.#shared || this.#shared.isOver) this.#shared = this.#open();
    return this.#shared;
  }

  #open(): OpenThread {
    return new OpenThread(() => this.#start());
  }

  #release(thread: OpenThread): void {
    if (--thread.steps > 0 || thread.isOver) return;
    if (this.#closed || thread !== this.#shared) return this.#leave(thread);
    thread.idle = setTimeout(() => this.#leave(thread), idleMs);
  }

  #leave(thread: OpenThread): void {
    const left = thread.leave().finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
  }

  /** Starts a thread; `undefined` if it cannot be started. */
  async #start(): Promise<StepClient | undefined> {
    if (performance.now() < this.#startAgainAt) return undefined;
    try {
      let client: StepClient | undefined;
      const thread = await this.options.start((reason) => client?.lose(reason));
      return client = new StepClient(thread.port, this.around, {
        end: () => thread.end(),
        patience: this.options.patience ?? { abortedMs: 2_000, amongOthersMs: 5_000, shuttingDownMs: 1_000 },
      });
    } catch (error) {
      this.#startAgainAt = performance.now() + startAgainMs;
      this.around.logger.warn(`Steps run in the thread that answers requests: ${messageOf(error)}`);
      return undefined;
    }
  }
}
