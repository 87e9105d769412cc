import { messageOf } from "../errors.ts";
import type { EngineContext } from "../store/context.ts";
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
  /** Milliseconds without a step after which a thread is ended. */
  idleMs?: number;
  patience?: AbortPatience;
}

/** Pause after a failed start of a thread. */
const startAgainMs = 60_000;

/**
 * Runs each step in a thread, so that its computation delays neither requests nor transactions of other steps. A thread runs one
 * step at a time; it starts if a step finds no idle one, and ends after some time without a step, or with its step. If none can be
 * started, steps run in this thread.
 */
export class StepThreads implements StepPlaces {
  readonly #here: StepPlaces;
  /** Idle threads, most recently used last. */
  readonly #idle: { client: StepClient; timer: ReturnType<typeof setTimeout> }[] = [];
  readonly #leaving = new Set<Promise<void>>();
  #startAgainAt = -Infinity;
  #closed = false;

  constructor(private readonly around: EngineContext, private readonly options: StepThreadOptions) {
    this.#here = inThisThread(around);
  }

  async take(): Promise<StepPlace> {
    const client = this.#takeIdle() ?? await this.#start();
    if (!client) return await this.#here.take();
    return { run: (step, signal) => client.run(step, signal), release: () => this.#giveBack(client) };
  }

  /** Ends the threads, after their steps. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { client, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      this.#end(client);
    }
    await Promise.all(this.#leaving);
  }

  #takeIdle(): StepClient | undefined {
    for (;;) {
      const idle = this.#idle.pop();
      if (!idle) return undefined;
      clearTimeout(idle.timer);
      if (!idle.client.isLost) return idle.client;
    }
  }

  #giveBack(client: StepClient): void {
    if (client.isLost) return;
    if (this.#closed) return this.#end(client);
    const timer = setTimeout(() => {
      this.#idle.splice(this.#idle.findIndex((idle) => idle.client === client), 1);
      this.#end(client);
    }, this.options.idleMs ?? 60_000);
    this.#idle.push({ client, timer });
  }

  #end(client: StepClient): void {
    const left = client.leave().finally(() => this.#leaving.delete(left));
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
        patience: this.options.patience ?? { abortedMs: 2_000, shuttingDownMs: 1_000 },
      });
    } catch (error) {
      this.#startAgainAt = performance.now() + startAgainMs;
      this.around.logger.warn(`Steps run in the thread that answers requests: ${messageOf(error)}`);
      return undefined;
    }
  }
}
