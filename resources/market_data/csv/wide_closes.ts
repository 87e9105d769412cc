import { closesAlone } from "../bar_columns.ts";
import { type DailyBars, MarketDataError } from "../market_data.ts";
import { sessionOfTimestamp } from "../sessions.ts";
import type { CsvCursor } from "./cursor.ts";
import type { Pace } from "./pace.ts";

/**
 * Rows of a wide file, whose header the cursor has passed: a bar for every field that is not empty, with a close alone.
 *
 * Open, high, low and volume are NaN, dividends 0 and splits 1. Ordered by ticker, then session, then as the file has them.
 *
 * @param header `Timestamp` and the tickers.
 * @param lines At least as many as the text has.
 */
export async function readWideCloses(
  path: string,
  cursor: CsvCursor,
  header: readonly string[],
  lines: number,
  pace: Pace,
): Promise<DailyBars> {
  const tickers = wideTickers(path, header);
  const width = tickers.length;
  const sessions: string[] = [];
  // Row by row as in the file: turning it around while it is read would touch a new page of memory with every field.
  const cells = new Float64Array(width * lines);
  let bars = 0;
  for (let row = 0; cursor.nextLine(); row++) {
    sessions.push(sessionOf(cursor));
    for (let k = 0; k < width; k++) {
      if (cursor.lineEnded) throw cursor.fieldCountError(header.length);
      const close = cursor.number(tickers[k]!);
      cells[row * width + k] = close;
      if (!Number.isNaN(close)) bars++;
    }
    if (!cursor.lineEnded) throw cursor.fieldCountError(header.length);
    if (pace.isRestDue()) await pace.rest(cursor.position);
  }
  return tickerByTicker(tickers, sessions, cells, bars);
}

/** The tickers of a wide header, in its order. */
export function wideTickers(path: string, header: readonly string[]): string[] {
  const tickers = header.slice(1);
  if (tickers.length === 0) {
    throw new MarketDataError(`${path}, line 1: no ticker follows Timestamp. Add a column of closes for each ticker.`);
  }
  const seen = new Set<string>();
  tickers.forEach((ticker, i) => {
    if (ticker === "") {
      throw new MarketDataError(
        `${path}, line 1: column ${i + 2} has no name. Write the ticker whose closes it holds.`,
      );
    }
    if (seen.has(ticker)) {
      throw new MarketDataError(`${path}, line 1: the ticker ${ticker} heads two columns. Remove or rename one.`);
    }
    seen.add(ticker);
  });
  return tickers;
}

function sessionOf(cursor: CsvCursor): string {
  const text = cursor.text();
  try {
    return sessionOfTimestamp(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const remedy =
      "Write midnight of the session in New York with its offset, e.g. 2026-11-27 05:00:00+00:00, or its date.";
    throw cursor.valueError("Timestamp", text, error.message, remedy);
  }
}

function tickerByTicker(tickers: string[], sessions: string[], cells: Float64Array, bars: number): DailyBars {
  const order = sessions.map((_, row) => row).sort((a, b) =>
    sessions[a] === sessions[b] ? a - b : sessions[a]! < sessions[b]! ? -1 : 1
  );
  const columns = tickers.map((_, k) => k).sort((a, b) => tickers[a]! < tickers[b]! ? -1 : 1);
  const ticker: string[] = [];
  const session: string[] = [];
  const close = new Float64Array(bars);
  for (const column of columns) {
    for (const row of order) {
      const value = cells[row * tickers.length + column]!;
      if (Number.isNaN(value)) continue;
      close[ticker.length] = value;
      ticker.push(tickers[column]!);
      session.push(sessions[row]!);
    }
  }
  return closesAlone(ticker, session, close);
}
