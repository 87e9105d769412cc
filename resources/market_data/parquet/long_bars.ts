import { emptyBars, inBarOrder } from "../bar_columns.ts";
import { faultOfLongColumns, LONG_COLUMNS, type LongColumn } from "../long_columns.ts";
import { type DailyBars, MarketDataError } from "../market_data.ts";
import type { ParquetColumns } from "./columns.ts";

/**
 * Rows of a long file, ordered by ticker, then session, then as the file has them.
 *
 * A null is NaN; a null dividend 0 and a null split 1, as where the file has no such column.
 */
export async function readLongBars(path: string, columns: ParquetColumns): Promise<DailyBars> {
  const names = longColumns(path, columns.names);
  const bars = emptyBars(0);
  for (const [k, name] of names.entries()) {
    const stored = columns.names[k]!;
    if (name === "ticker") {
      bars.ticker = await columns.texts(stored);
      const blank = bars.ticker.findIndex((ticker) => ticker.trim() === "");
      if (blank >= 0) {
        throw columns.valueError(stored, blank, "it names no ticker", "Write its symbol, or remove the row.");
      }
    } else if (name === "date") {
      bars.session = await columns.sessions(stored);
    } else {
      bars[name] = await columns.numbers(stored);
      const infinite = bars[name].findIndex((value) => value === Infinity || value === -Infinity);
      if (infinite >= 0) {
        const wrong = `${bars[name][infinite]} is not a finite number`;
        throw columns.valueError(stored, infinite, wrong, "Correct it, or leave it null where there is no value.");
      }
    }
  }
  for (const name of ["dividend", "split"] as const) {
    // What is not given counts as in a row that has none.
    if (!names.includes(name)) bars[name] = new Float64Array(bars.ticker.length).fill(NaN);
  }
  return inBarOrder(bars);
}

function longColumns(path: string, names: readonly string[]): LongColumn[] {
  const hasDate = names.some((name) => name.toLowerCase() === "date");
  // The tables of the assets say session.
  const known = names.map((name) => !hasDate && name.toLowerCase() === "session" ? "date" : name);
  const fault = faultOfLongColumns(known);
  if (fault !== null) {
    throw new MarketDataError(
      `${path} ${fault}. A long file has the columns ${LONG_COLUMNS}, in any order, and may say session for date; ` +
        "a wide file has a column Timestamp or date, and then a column for each ticker.",
    );
  }
  return known.map((name) => name.toLowerCase() as LongColumn);
}
