import { emptyBars, inBarOrder, NUMBERS, rowsWhere } from "../bar_columns.ts";
import { faultOfLongColumns, LONG_COLUMNS, type LongColumn } from "../long_columns.ts";
import { type DailyBars, MarketDataError, type ReadOptions } from "../market_data.ts";
import { collidingRows, type RespelledRow, SymbolPool } from "../symbol_pool.ts";
import { type RowFault, UnusableRows } from "../unusable_rows.ts";
import type { OnFault, ParquetColumns } from "./columns.ts";

/**
 * Rows of a long file, ordered by ticker, then session, then as in the file.
 *
 * A null is NaN; a null dividend 0, a null split and a split of 0 are 1, as without such a column. An unusable row is reported;
 * if its ticker and session are readable, its bar has no values.
 */
export async function readLongBars(
  path: string,
  columns: ParquetColumns,
  { onUnusable }: Pick<ReadOptions, "onUnusable">,
): Promise<DailyBars> {
  const names = longColumns(path, columns.names);
  const bars = emptyBars(0);
  /** The first fault of each row. */
  const faults = new Map<number, RowFault>();
  const onFault = (row: number, fault: RowFault) => {
    if (!faults.has(row)) faults.set(row, fault);
  };
  const pool = new SymbolPool();
  const respelled: RespelledRow[] = [];
  let tickers: (string | null)[] = [];
  let sessions: (string | null)[] = [];
  for (const [k, name] of names.entries()) {
    const stored = columns.names[k]!;
    if (name === "ticker") {
      tickers = symbolsOf(await columns.texts(stored), { pool, respelled, onFault, columns, stored });
    } else if (name === "date") sessions = await columns.sessions(stored, onFault);
    else {
      const numbers = bars[name] = await columns.numbers(stored, onFault);
      numbers.forEach((value, row) => {
        if (value === Infinity || value === -Infinity) onFault(row, columns.infinityFault(stored, row, value));
      });
    }
  }
  for (const name of ["dividend", "split"] as const) {
    // A missing column counts as a column of missing values.
    if (!names.includes(name)) bars[name] = new Float64Array(tickers.length).fill(NaN);
  }
  const unusable = new UnusableRows(path, onUnusable);
  const left = new Set<number>();
  for (const [row, fault] of [...faults].sort(([a], [b]) => a - b)) {
    const [ticker, session] = [tickers[row]!, sessions[row]!];
    unusable.add(fault, { ticker, session });
    if (ticker === null || session === null) left.add(row);
    else for (const name of NUMBERS) bars[name]?.fill(NaN, row, row + 1);
  }
  bars.ticker = tickers as string[];
  bars.session = sessions as string[];
  const readable = respelled.filter(({ row }) => !faults.has(row));
  for (const row of collidingRows(bars, readable, { pool, unusable })) left.add(row);
  unusable.settle(tickers.length);
  return inBarOrder(left.size === 0 ? bars : rowsWhere(bars, (row) => !left.has(row)));
}

/** The symbols of a column, `null` for an invalid one. */
function symbolsOf(
  texts: readonly (string | null)[],
  { pool, respelled, onFault, columns, stored }: {
    pool: SymbolPool;
    respelled: RespelledRow[];
    onFault: OnFault;
    columns: ParquetColumns;
    stored: string;
  },
): (string | null)[] {
  return texts.map((text, row) => {
    if (text === null) {
      onFault(row, columns.missingFault(stored, row));
      return null;
    }
    try {
      const symbol = pool.read(text);
      if (pool.otherSpelling !== null) respelled.push({ row, place: `row ${row + 1}`, spelling: text });
      return symbol;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const wrong = `${JSON.stringify(text)} ${error.message}`;
      onFault(row, columns.valueFault(stored, row, wrong, "Write its symbol, or remove the row."));
      return null;
    }
  });
}

function longColumns(path: string, names: readonly string[]): LongColumn[] {
  const hasDate = names.some((name) => name.toLowerCase() === "date");
  // The tables of the assets use the name "session".
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
