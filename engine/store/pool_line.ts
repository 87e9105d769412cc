import type { PoolSlot } from "./pool_slot.ts";
import { pause } from "../declare/retry.ts";

/** A step that waits for a slot of a pool. */
export interface InLine<Outcome> {
  /** Higher goes first, then the older run. */
  priority: number;
  runId: number;
  signal: AbortSignal;
  /** A free slot, if it is this step's turn among those of all processes. */
  ask(): Promise<PoolSlot | undefined>;
  /** Tries to start in a slot. Calls `begun` as soon as it has claimed the slot; `busy` means that it could not start now. */
  attempt(slot: PoolSlot, begun: () => void): Promise<Outcome | "busy">;
}

interface Waiter<Outcome> extends InLine<Outcome> {
  attempting: boolean;
  resolve(outcome: Promise<Outcome> | undefined): void;
  reject(error: unknown): void;
}

/**
 * The steps of this process that wait for a slot of one pool. Only the first of them polls the database; the next one does after it
 * has started.
 */
export class PoolLine<Outcome> {
  readonly #waiting: Waiter<Outcome>[] = [];
  #moving = false;
  #nudge = new AbortController();

  /** @param askEveryMs Polling interval, unless a slot is released in this process earlier. */
  constructor(private readonly askEveryMs: number) {}

  /** Waits for its turn and starts. Resolves with the outcome, or with `undefined` if the signal aborted before the start. */
  async run(step: InLine<Outcome>): Promise<Outcome | undefined> {
    if (step.signal.aborted) return undefined;
    const { promise, resolve, reject } = Promise.withResolvers<Outcome | undefined>();
    const waiter: Waiter<Outcome> = { ...step, attempting: false, resolve, reject };
    const before = this.#waiting.findLastIndex((other) => !goesBefore(waiter, other));
    this.#waiting.splice(before + 1, 0, waiter);
    const leave = () => {
      if (!waiter.attempting && this.#leave(waiter)) resolve(undefined);
    };
    step.signal.addEventListener("abort", leave, { once: true });
    this.#move();
    try {
      return await promise;
    } finally {
      step.signal.removeEventListener("abort", leave);
      this.released();
    }
  }

  /** Signals that a slot may be free. */
  released(): void {
    this.#nudge.abort();
  }

  #leave(waiter: Waiter<Outcome>): boolean {
    const place = this.#waiting.indexOf(waiter);
    if (place >= 0) this.#waiting.splice(place, 1);
    return place >= 0;
  }

  async #move(): Promise<void> {
    if (this.#moving) return;
    this.#moving = true;
    while (this.#waiting.length > 0) {
      this.#nudge = new AbortController();
      if (await this.#beginOne()) continue;
      await pause(this.askEveryMs, this.#nudge.signal).catch(() => {});
    }
    this.#moving = false;
  }

  /** Starts the first step that can; false if there is no slot for the first of them, or none can start. */
  async #beginOne(): Promise<boolean> {
    for (const waiter of [...this.#waiting]) {
      if (!this.#waiting.includes(waiter)) continue;
      try {
        const slot = await waiter.ask();
        if (!slot) return false;
        // It may have left during the query; from here on the attempt handles its signal.
        if (!this.#waiting.includes(waiter)) continue;
        waiter.attempting = true;
        const begun = Promise.withResolvers<"begun">();
        const work = waiter.attempt(slot, () => begun.resolve("begun"));
        if (await Promise.race([work, begun.promise]) === "busy") {
          waiter.attempting = false;
          if (waiter.signal.aborted && this.#leave(waiter)) waiter.resolve(undefined);
          continue;
        }
        this.#leave(waiter);
        waiter.resolve(work as Promise<Outcome>);
      } catch (error) {
        this.#leave(waiter);
        waiter.reject(error);
      }
      return true;
    }
    return false;
  }
}

function goesBefore(one: InLine<unknown>, other: InLine<unknown>): boolean {
  return one.priority > other.priority || (one.priority === other.priority && one.runId < other.runId);
}
