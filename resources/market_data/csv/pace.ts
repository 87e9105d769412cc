import { nextTurn } from "../../turns.ts";
import type { ReadOptions } from "../market_data.ts";

/** Number of rows between pauses: some milliseconds of parsing, so that a server stays responsive. */
const ROWS_BETWEEN_RESTS = 16_384;

/** Yields to other work during a long read, reports progress in bytes and stops on abort. */
export class Pace {
  readonly #total: number;
  readonly #options: ReadOptions;
  #rows = 0;

  constructor(totalBytes: number, options: ReadOptions) {
    this.#total = totalBytes;
    this.#options = options;
  }

  /** Counts a row; true when {@link rest} is due. */
  isRestDue(): boolean {
    return ++this.#rows % ROWS_BETWEEN_RESTS === 0;
  }

  async rest(position: number): Promise<void> {
    this.#options.onProgress?.(Math.min(position, this.#total), this.#total);
    await nextTurn();
    this.#options.signal?.throwIfAborted();
  }
}
