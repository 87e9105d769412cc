import { type Check, check, type MetadataValue, table } from "../../engine/mod.ts";
import type { UnusableRow } from "../../resources/market_data/mod.ts";

/** Number of rows named in metadata; the rest is counted. */
const mostNamed = 200;
const namedInMessage = 3;

/** Unusable rows of a source, as a raw asset reports them: in its metadata, and by {@link rowsUsable}. */
export class RejectedRows {
  readonly #named: UnusableRow[] = [];
  #count = 0;

  /** @param concerns Whether a ticker is followed. Rows of other tickers are ignored; rows without a ticker count. */
  constructor(private readonly concerns: (ticker: string) => boolean = () => true) {}

  /** Adds a row; has the form of the callbacks of sources. */
  readonly add = (row: UnusableRow): void => {
    if (row.ticker !== null && !this.concerns(row.ticker)) return;
    this.#count++;
    if (this.#named.length < mostNamed) this.#named.push(row);
  };

  /** Empty if every row is usable. */
  get metadata(): Readonly<Record<string, MetadataValue | number>> {
    if (this.#count === 0) return {};
    return {
      rejected_rows: this.#count,
      rejected: table(
        columns,
        this.#named.map(({ ticker, session, place, reason }) => [
          ticker === null ? null : printable(ticker),
          session,
          printable(place),
          printable(reason),
        ]),
      ),
    };
  }
}

/** Replaces characters that a table cannot store, or that are invisible, by their code. */
function printable(text: string): string {
  const invisible = /[\p{Cc}\p{Cf}]/gu;
  return text.toWellFormed().replace(invisible, (one) => `\\u{${one.codePointAt(0)!.toString(16)}}`);
}

const columns = ["ticker", "session", "row", "reason"];

/** Warns of the unusable rows in the metadata of {@link RejectedRows}. */
export function rowsUsable<Row>(): Check<Row> {
  return check(
    "rows_usable",
    "Every row of the source is usable and consistent with the others.",
    ({ metadata: { rejected_rows: count = 0, rejected } }) => {
      if (typeof rejected !== "object" || rejected.type !== "table") return { passed: true, message: "every row" };
      const failingRows = rejected.rows
        .map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
      const named = rejected.rows.slice(0, namedInMessage)
        .map(([ticker, session, place, reason]) =>
          `${[ticker, session].filter((part) => part !== null).join(" ") || "no ticker"} (${place}): ${reason}`
        );
      const more = Number(count) - named.length;
      const message = `${count} ${count === 1 ? "row needs" : "rows need"} attention: ${named.join("; ")}${
        more > 0 ? `; and ${more} more` : ""
      }`;
      return { passed: false, message, failingRows };
    },
    { severity: "warn" },
  );
}
