import type { ReadOptions } from "../market_data.ts";

/** Rows between two rests: some milliseconds of parsing, so that a server keeps answering. */
const ROWS_BETWEEN_RESTS = 16_384;

/** Gives other work its turn during a long read, tells progress in bytes and notices an abort. */
export class Pace {
  readonly #total: number;
  readonly #options: ReadOptions;
  #rows = 0;

  constructor(totalBytes: number, options: ReadOptions) {
    this.#total = totalBytes;
    this.#options = options;
  }

  /** Counts a row; true when it is time for {@link rest}. */
  isRestDue(): boolean {
    return ++this.#rows % ROWS_BETWEEN_RESTS === 0;
  }

  async rest(position: number): Promise<void> {
    this.#options.onProgress?.(Math.min(position, this.#total), this.#total);
    await new Promise((resolve) => setTimeout(resolve));
    this.#options.signal?.throwIfAborted();
  }
}
