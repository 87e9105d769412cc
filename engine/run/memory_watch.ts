import { residentMb } from "../../resources/freed_memory.ts";

/** How long one step after the other begins once memory was short. */
const lastsMs = 30 * 60_000;

const everyMs = 1_000;

/** Whether the process has had as much resident memory as its limit within the last half hour. */
export class MemoryWatch {
  #reachedAt = -Infinity;
  #watched = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param limitMb Megabytes. @param from.now Milliseconds of a clock that only goes forward. */
  constructor(
    readonly limitMb: number,
    private readonly from: { residentMb(): number; now(): number } = { residentMb, now: () => performance.now() },
  ) {}

  isShort(): boolean {
    this.#measure();
    return this.from.now() - this.#reachedAt < lastsMs;
  }

  /** Measures every second until it is disposed of, so that no peak of a running step is missed. */
  watching(): Disposable {
    if (this.#watched++ === 0 && this.limitMb < Infinity) this.#timer = setInterval(() => this.#measure(), everyMs);
    return { [Symbol.dispose]: () => --this.#watched === 0 && clearInterval(this.#timer) };
  }

  #measure(): void {
    if (this.limitMb < Infinity && this.from.residentMb() >= this.limitMb) this.#reachedAt = this.from.now();
  }
}
