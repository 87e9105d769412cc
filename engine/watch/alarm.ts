import { pause } from "../declare/retry.ts";

/** A sleep that others can end. A ring without a sleeper ends the next sleep at once, so that no call is missed. */
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
