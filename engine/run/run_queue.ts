import { InvalidRequestError, messageOf } from "../errors.ts";
import type { RunLedger } from "../store/run_ledger.ts";
import type { Logger } from "../../resources/logger.ts";
import type { RunStatus } from "../store/records.ts";
import type { RunDriver } from "./run_driver.ts";
import { unlessAborted } from "../declare/step_timeout.ts";

/** Default priority of a run. */
export const defaultPriority = 0;
/** Priority of the runs of a backfill: below requests. */
export const backfillPriority = -10;
/** Bound of the absolute value of priorities. */
export const maxPriority = 1_000;

/** @throws {InvalidRequestError} If it is not an integer within the limits. */
export function checkPriority(priority: number): void {
  if (Number.isSafeInteger(priority) && Math.abs(priority) <= maxPriority) return;
  const message = `The priority ${priority} is not a whole number from -${maxPriority} to ${maxPriority}.`;
  throw new InvalidRequestError(message, [{ path: "priority", message }]);
}

/** Dependencies of a {@link RunQueue}. */
export interface RunQueueOptions {
  ledger: { runs: Pick<RunLedger, "open"> };
  logger: Logger;
  /** Maximum number of runs driven by this process at once. */
  maxConcurrentRuns: number;
  /** Whether it also takes runs that were queued or interrupted elsewhere. */
  takesOpenRuns: boolean;
  driverOf(runId: number): RunDriver;
  /** Called whenever a run driven by this process has ended or was handed back. */
  onEnd?: () => void;
}

interface Driven {
  driver: RunDriver;
  done: Promise<RunStatus | undefined>;
}

/**
 * Drives a limited number of concurrent runs in this process, by priority and then by age. The queue itself is in the database: the
 * runs without a process.
 */
export class RunQueue {
  readonly #driven = new Map<number, Driven>();
  /** Runs started here that wait for room. */
  readonly #begun = new Set<number>();
  /** Whether a run waits for room, as far as this process knows. */
  #crowded = false;
  #closed = false;

  constructor(private readonly options: RunQueueOptions) {}

  get size(): number {
    return this.#driven.size;
  }

  /** Whether this process drives the run, or is about to. */
  drives(runId: number): boolean {
    return this.#driven.has(runId);
  }

  /** Whether this process will drive the run as soon as there is room. */
  awaits(runId: number): boolean {
    return this.#begun.has(runId);
  }

  /** Drives the run at once if there is room and no run waits for it; otherwise in its turn. */
  begin(runId: number): void {
    if (this.#closed || this.#driven.has(runId)) return;
    if (!this.#crowded && this.#driven.size < this.options.maxConcurrentRuns) return this.#drive(runId);
    this.#crowded = true;
    this.#begun.add(runId);
    this.#takeQuietly();
  }

  /** Fills free places with the first runs of the queue. */
  async take(): Promise<void> {
    const { ledger, maxConcurrentRuns, takesOpenRuns } = this.options;
    const room = maxConcurrentRuns - this.#driven.size;
    if (this.#closed || room <= 0 || (!takesOpenRuns && this.#begun.size === 0)) return;
    const begun = [...this.#begun];
    const open = await ledger.runs.open({
      limit: room + 1,
      except: [...this.#driven.keys()],
      among: takesOpenRuns ? undefined : begun,
    });
    this.#crowded = open.length > room;
    if (!this.#crowded) {
      // A run that is no longer open was taken or cancelled elsewhere.
      for (const runId of begun) if (!open.includes(runId)) this.#begun.delete(runId);
    }
    for (const runId of open) {
      if (this.#driven.size < maxConcurrentRuns) this.#drive(runId);
      else this.#crowded = true;
    }
  }

  /** Cancels the run if this process drives it, and waits for its end. */
  async cancel(runId: number): Promise<void> {
    const driven = this.#driven.get(runId);
    driven?.driver.cancel();
    await driven?.done;
  }

  /** Resolves when this process no longer drives the run; `undefined` if it does not drive it. */
  ended(runId: number): Promise<unknown> | undefined {
    return this.#driven.get(runId)?.done;
  }

  /** Cancels these runs in their drivers. */
  cancelRequested(runIds: readonly number[]): void {
    for (const runId of runIds) this.#driven.get(runId)?.driver.cancel();
  }

  /** Takes no further run, starts no further step, and waits for running steps until the signal aborts. */
  async drain(signal: AbortSignal): Promise<void> {
    this.#closed = true;
    for (const { driver } of this.#driven.values()) driver.drain();
    await unlessAborted(Promise.all([...this.#driven.values()].map(({ done }) => done)), signal).catch(() => {});
  }

  /** Hands back all runs driven here. */
  shutDown(): void {
    for (const { driver } of this.#driven.values()) driver.shutDown();
  }

  /** Hands back all runs of this process, takes no more, and waits until all are handed back. */
  async close(): Promise<void> {
    this.#closed = true;
    this.shutDown();
    await Promise.all([...this.#driven.values()].map(({ done }) => done));
  }

  #drive(runId: number): void {
    if (this.#closed || this.#driven.has(runId)) return;
    this.#begun.delete(runId);
    const driver = this.options.driverOf(runId);
    const done = driver.drive()
      .catch((error) => {
        this.options.logger.error(`Run ${runId} could not be driven: ${messageOf(error)}`, { runId });
        return undefined;
      })
      .then((status) => {
        // Handed back or never claimed: this process takes it again unless another one has.
        if (status === undefined && !this.#closed) this.#begun.add(runId);
        return status;
      })
      .finally(() => {
        this.#driven.delete(runId);
        if (this.#crowded) this.#takeQuietly();
        this.options.onEnd?.();
      });
    this.#driven.set(runId, { driver, done });
  }

  #takeQuietly(): void {
    this.take().catch((error) => {
      if (!this.#closed) this.options.logger.warn(`The queue of runs could not be read: ${messageOf(error)}`);
    });
  }
}
