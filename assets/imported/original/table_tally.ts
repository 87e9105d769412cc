import type { UnusableRow } from "../../../resources/market_data/mod.ts";
import type { OriginalTable } from "../../../resources/original/mod.ts";

/** Outcome of the rows of one table. */
export interface TableReport {
  /** `gold.etf_daily_ohlc`. */
  table: string;
  /** Rows that it has. */
  read: number;
  /** Rows that count. */
  taken: number;
  /** Rows that say the same as one that counts, of this table or another layer. */
  repeated: number;
  refused: number;
  /** Why rows are refused, the most frequent reason first, each with the first of its rows. */
  reasons: { reason: string; rows: number; example: string }[];
  /** Why nothing of the table is taken. */
  note?: string;
}

/** Identification of a row from its own columns. */
interface RowSubject {
  ticker?: string | null;
  session?: string | null;
}

/** Counts the rows of a table while they are judged. Each is taken, repeated or refused. */
export class TableTally {
  #taken = 0;
  #repeated = 0;
  readonly #reasons = new Map<string, { reason: string; rows: number; example: string }>();

  /** @param onRefused Called with each row that is refused. */
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

  /** @param of The ticker that the row is about, and the date where it has one, as the row has them. */
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
