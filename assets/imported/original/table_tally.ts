import type { UnusableRow } from "../../../resources/market_data/mod.ts";
import type { OriginalTable } from "../../../resources/original/mod.ts";

/** Outcome of the rows of one table. */
export interface TableReport {
  /** Such as `gold.etf_daily_ohlc`. */
  table: string;
  /** Number of rows in the table. */
  read: number;
  /** Number of rows used. */
  taken: number;
  /** Number of rows equal to a used one, of this table or another layer. */
  repeated: number;
  refused: number;
  /** Reasons for refused rows, most frequent first, each with its first row. */
  reasons: { reason: string; rows: number; example: string }[];
  /** Why no row of the table is used. */
  note?: string;
}

/** Identification of a row by its own columns. */
interface RowSubject {
  ticker?: string | null;
  session?: string | null;
}

/** Counts the rows of a table during validation. Each is taken, repeated or refused. */
export class TableTally {
  #taken = 0;
  #repeated = 0;
  readonly #reasons = new Map<string, { reason: string; rows: number; example: string }>();

  /** @param onRefused Called with each refused row. */
  constructor(
    private readonly table: Pick<OriginalTable, "name" | "rows" | "place">,
    private readonly onRefused: (row: UnusableRow) => void = () => {},
  ) {}

  take(): void {
    this.#taken++;
  }

  repeat(): void {
    this.#repeated++;
  }

  /** @param of Ticker of the row, and date if any, as written in the row. */
  refuse(row: number, reason: string, { ticker = null, session = null }: RowSubject = {}): void {
    const place = this.table.place(row);
    this.onRefused({ ticker, session, place: `${this.table.name} ${place}`, reason });
    const known = this.#reasons.get(reason);
    if (known) known.rows++;
    else {
      const subject = [ticker, session].filter((part) => part !== null).join(" ");
      const example = subject === "" ? place : `${place}: ${subject}`;
      this.#reasons.set(reason, { reason, rows: 1, example });
    }
  }

  get report(): TableReport {
    const reasons = [...this.#reasons.values()].sort((a, b) => b.rows - a.rows);
    return {
      table: this.table.name,
      read: this.table.rows,
      taken: this.#taken,
      repeated: this.#repeated,
      refused: reasons.reduce((sum, { rows }) => sum + rows, 0),
      reasons,
    };
  }
}
