/** How long a reading holds, and how long it is waited for. */
export interface CachedReadingOptions {
  maxAgeMs: number;
  timeoutMs: number;
  /** Milliseconds of a clock that only goes forward. */
  nowMs?: () => number;
}

/**
 * Reads something once for all who ask about the same time, however many they are, and lets none of them wait for long.
 */
export class CachedReading<T> {
  #last: { value: T; atMs: number } | undefined;
  #reading: Promise<T> | undefined;
  readonly #nowMs: () => number;

  constructor(private readonly read: () => Promise<T>, private readonly options: CachedReadingOptions) {
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /**
   * A recent reading, or else a new one.
   *
   * @returns `undefined` if the reading takes too long; it continues, and the next caller gets it.
   * @throws What the reading throws.
   */
  async get(): Promise<T | undefined> {
    const { maxAgeMs, timeoutMs } = this.options;
    if (this.#last && this.#nowMs() - this.#last.atMs < maxAgeMs) return this.#last.value;
    // Kept here: it may have ended, and be forgotten, before it is waited for.
    const reading = this.#reading ??= this.read()
      .then((value) => {
        this.#last = { value, atMs: this.#nowMs() };
        return value;
      })
      .finally(() => this.#reading = undefined);
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), timeoutMs);
    try {
      return await Promise.race([reading, late.promise]);
    } finally {
      clearTimeout(timer);
      // A caller that stopped waiting is not told of a later failure.
      reading.catch(() => {});
    }
  }
}
