/** Lifetime of a reading, and maximum wait for one. */
export interface CachedReadingOptions {
  maxAgeMs: number;
  timeoutMs: number;
  /** Milliseconds of a monotonic clock. */
  nowMs?: () => number;
}

/** Shares one reading among concurrent callers, and limits the wait of each. */
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
    // Kept in a variable: the field may be cleared before the await.
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
      // A later failure has no caller left.
      reading.catch(() => {});
    }
  }
}
