import { pause } from "../declare/retry.ts";

/** An interruptible sleep. A ring without a sleeper ends the next sleep at once, so that no ring is lost. */
export class Alarm {
  #ringing = new AbortController();

  ring(): void {
    this.#ringing.abort();
  }

  /** Resolves after `ms`, when the alarm rings, or when the signal aborts; never rejects. */
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    await pause(ms, AbortSignal.any([signal, this.#ringing.signal])).catch(() => {});
    this.#ringing = new AbortController();
  }
}
