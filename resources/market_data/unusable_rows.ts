import { MarketDataError, type UnusableRow } from "./market_data.ts";

/** The share of unusable rows above which a source is rejected: with another separator or swapped columns few rows are usable. */
export const mostUnusable = 0.5;

/** An unusable row of a file, with its remedy. */
export class RowFault extends Error {
  override readonly name = "RowFault";

  /**
   * @param fault.place Position in the file, e.g. `line 12`.
   * @param fault.column Name of the column at fault, if it is one.
   * @param fault.wrong What is wrong, without a full stop.
   * @param fault.remedy A sentence.
   */
  constructor(readonly fault: { place: string; column?: string; wrong: string; remedy: string }) {
    super(`${fault.place}${fault.column === undefined ? "" : `, column ${fault.column}`}: ${fault.wrong}.`);
  }
}

/** Collects the unusable rows of a file. A file with mostly unusable rows is rejected. */
export class UnusableRows {
  #count = 0;
  #first: RowFault | null = null;

  constructor(private readonly path: string, private readonly onUnusable?: (row: UnusableRow) => void) {}

  get count(): number {
    return this.#count;
  }

  /** Reports a row; `ticker` and `session` as far as readable. */
  add(fault: RowFault, { ticker = null, session = null }: { ticker?: string | null; session?: string | null } = {}) {
    this.#count++;
    this.#first ??= fault;
    const { place, column, wrong } = fault.fault;
    this.onUnusable?.({ ticker, session, place, reason: column === undefined ? wrong : `${column}: ${wrong}` });
  }

  /**
   * Ends the reading of a file.
   *
   * @param all Number of all rows, usable or not.
   * @throws {MarketDataError} If more than half of them are unusable, with the first as an example.
   */
  settle(all: number, unit = "rows"): void {
    if (this.#count <= mostUnusable * all) return;
    const more = all === 1
      ? ""
      : ` ${this.#count} of ${all} ${unit} cannot be read, so the file is refused as a whole.`;
    throw new MarketDataError(`${this.path}, ${this.#first!.message} ${this.#first!.fault.remedy}${more}`);
  }
}
