import { type Check, check } from "../../engine/mod.ts";

/** Dividends that a message names. */
const mostNamed = 5;

interface PaidBar {
  ticker: string;
  session: string;
  close: number;
  dividend: number;
}

/**
 * No dividend is more than a fifth of what its share was worth before: one in cents beside prices in dollars, or of another instrument,
 * looks so. Some special dividends are; each is told with ticker, day and size, for returns are earned on it.
 */
export function dividendsPlausible<Row extends PaidBar>({ share = 0.2 }: { share?: number } = {}): Check<Row> {
  return check<Row>(
    "dividends_plausible",
    `No dividend is more than ${100 * share} % of the close of its ex-date and itself.`,
    (rows) => {
      const dividend = rows.column("dividend") as ArrayLike<number>;
      const close = rows.column("close") as ArrayLike<number>;
      const large: Row[] = [];
      for (let i = 0; i < rows.count; i++) {
        if (dividend[i]! > share * (close[i]! + dividend[i]!)) large.push(rows.row(i));
      }
      const said = large.slice(0, mostNamed)
        .map((row) =>
          `${row.ticker} on ${row.session} (${digits(row.dividend)} beside a close of ${digits(row.close)})`
        );
      const more = large.length - said.length;
      return {
        passed: large.length === 0,
        message: large.length === 0
          ? "none is"
          : `${large.length} ${large.length === 1 ? "dividend is" : "dividends are"} large: ${said.join(", ")}${
            more > 0 ? ` and ${more} more` : ""
          }. Where one is no special dividend, correct it at the source: cents may stand for dollars`,
        failingRows: large.slice(0, 20),
      };
    },
    { severity: "warn", columns: ["ticker", "session", "close", "dividend"] },
  );
}

function digits(value: number): string {
  return String(Number(value.toPrecision(6)));
}
