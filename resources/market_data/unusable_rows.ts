import { MarketDataError, type UnusableRow } from "./market_data.ts";

/** The share of unusable rows above which a source is not understood: what has another separator or columns swapped has few good ones. */
export const mostUnusable = 0.5;

/** A row of a file that cannot be used, and how it can be mended. */
export class RowFault extends Error {
  override readonly name = "RowFault";

  /**
   * @param fault.place Where it stands, e.g. `line 12`.
   * @param fault.column Name of the column at fault, where it is one.
   * @param fault.wrong What is wrong, without a full stop.
   * @param fault.remedy A sentence.
   */
  constructor(readonly fault: { place: string; column?: string; wrong: string; remedy: string }) {
    super(`${fault.place}${fault.column === undefined ? "" : `, column ${fault.column}`}: ${fault.wrong}.`);
  }
}

/**
 * Collects the rows of a file that cannot be used. Each costs itself; a file of which most rows cannot be used is refused.
 */
export class UnusableRows {
  #count = 0;
  #first: RowFault | null = null;

  constructor(private readonly path: string, private readonly onUnusable?: (row: UnusableRow) => void) {}

  get count(): number {
    return this.#count;
  }

  /** Tells of a row; `ticker` and `session` as far as they can be read. */
  add(fault: RowFault, { ticker = null, session = null }: { ticker?: string | null; session?: string | null } = {}) {
    this.#count++;
    this.#first ??= fault;
    const { place, column, wrong } = fault.fault;
    this.onUnusable?.({ ticker, session, place, reason: column === undefined ? wrong : `${column}: ${wrong}` });
  }

  /**
   * Ends the reading of a file.
   *
   * @param all All rows, usable or not.
   * @throws {MarketDataError} If more than half of them cannot be used, with the first as an example.
   */
  settle(all: number, unit = "rows"): void {
    if (this.#count <= mostUnusable * all) return;
    const more = all === 1
      ? ""
      : ` ${this.#count} of ${all} ${unit} cannot be read, so the file is refused as a whole.`;
    throw new MarketDataError(`${this.path}, ${this.#first!.message} ${this.#first!.fault.remedy}${more}`);
  }
}
