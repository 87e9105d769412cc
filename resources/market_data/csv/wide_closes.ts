import { closesAlone } from "../bar_columns.ts";
import { type DailyBars, MarketDataError, type ReadOptions } from "../market_data.ts";
import { sessionOfTimestamp } from "../sessions.ts";
import { headedTickers } from "../symbols.ts";
import { RowFault, UnusableRows } from "../unusable_rows.ts";
import type { CsvCursor } from "./cursor.ts";
import type { Pace } from "./pace.ts";

/**
 * Rows of a wide file after its header: a bar with only a close for every field of a ticker that is not empty.
 *
 * Open, high, low and volume are NaN, dividends 0 and splits 1. Ordered by ticker, then session, then as in the file. An invalid
 * close is reported, and its bar has no values; a line without a session, or with another number of fields, is reported and left
 * out.
 *
 * @param tickers The columns after the first, from {@link wideTickers}.
 * @param lines At least the number of lines in the text.
 */
export async function readWideCloses(
  path: string,
  cursor: CsvCursor,
  tickers: readonly (string | null)[],
  { lines, pace, onUnusable }: { lines: number; pace: Pace } & Pick<ReadOptions, "onUnusable">,
): Promise<DailyBars> {
  const width = tickers.length;
  const sessions: string[] = [];
  // Row by row as in the file: transposing while reading would touch a new page of memory with every field.
  const cells = new Float64Array(width * lines);
  /** Indices into `cells` of invalid closes. */
  const faulty = new Set<number>();
  const faultyLines = new UnusableRows(path, onUnusable);
  const faultyCloses = new UnusableRows(path, onUnusable);
  let bars = 0;
  let all = 0;

  function readLine(row: number): void {
    const session = sessionOf(cursor);
    let closes = 0;
    const faults = new Map<number, RowFault>();
    for (let k = 0; k < width; k++) {
      if (cursor.lineEnded) throw cursor.fieldCountFault(width + 1);
      const ticker = tickers[k]!;
      let close = NaN;
      try {
        if (ticker === null) cursor.text();
        else close = cursor.number(ticker);
        if (!Number.isNaN(close)) closes++;
      } catch (fault) {
        if (!(fault instanceof RowFault)) throw fault;
        // With a missing quote, the starts of the fields after it are unknown.
        if (fault.fault.column === undefined) throw fault;
        faults.set(k, fault);
        closes++;
      }
      cells[row * width + k] = close;
    }
    if (!cursor.lineEnded) throw cursor.fieldCountFault(width + 1);
    for (const [k, fault] of faults) {
      faultyCloses.add(fault, { ticker: tickers[k]!, session });
      faulty.add(row * width + k);
    }
    sessions.push(session);
    bars += closes;
  }

  for (; cursor.nextLine(); all++) {
    try {
      readLine(sessions.length);
    } catch (fault) {
      if (!(fault instanceof RowFault)) throw fault;
      if (cursor.isBlankLine()) all--;
      else faultyLines.add(fault);
      cursor.skipLine();
    }
    if (pace.isRestDue()) await pace.rest(cursor.position);
  }
  faultyLines.settle(all);
  faultyCloses.settle(bars, "closes");
  return tickerByTicker(tickers, sessions, { cells, faulty, bars });
}

/** The tickers of a wide header in order, `null` for an unusable column, which is reported. */
export function wideTickers(
  path: string,
  header: readonly string[],
  { onUnusable }: Pick<ReadOptions, "onUnusable">,
): (string | null)[] {
  const headings = header.slice(1);
  if (headings.length === 0) {
    throw new MarketDataError(`${path}, line 1: no ticker follows Timestamp. Add a column of closes for each ticker.`);
  }
  const faulty = new UnusableRows(path, onUnusable);
  const tickers = headedTickers(headings, (i, wrong, remedy) => {
    const heading = JSON.stringify(headings[i]);
    faulty.add(new RowFault({ place: `line 1, column ${i + 2}`, wrong: `${heading} ${wrong}`, remedy }));
  });
  faulty.settle(headings.length, "columns");
  return tickers;
}

function sessionOf(cursor: CsvCursor): string {
  const text = cursor.text();
  try {
    return sessionOfTimestamp(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const remedy =
      "Write the session's date, or midnight of it in New York with its offset, e.g. 2026-11-27 05:00:00+00:00.";
    throw cursor.valueFault("Timestamp", text, error.message, remedy);
  }
}

function tickerByTicker(
  tickers: readonly (string | null)[],
  sessions: string[],
  { cells, faulty, bars }: { cells: Float64Array; faulty: ReadonlySet<number>; bars: number },
): DailyBars {
  const order = sessions.map((_, row) => row).sort((a, b) =>
    sessions[a] === sessions[b] ? a - b : sessions[a]! < sessions[b]! ? -1 : 1
  );
  const columns = [...tickers.keys()].filter((k) => tickers[k] !== null)
    .sort((a, b) => tickers[a]! < tickers[b]! ? -1 : 1);
  const ticker: string[] = [];
  const session: string[] = [];
  const close = new Float64Array(bars);
  for (const column of columns) {
    for (const row of order) {
      const place = row * tickers.length + column;
      const value = cells[place]!;
      if (Number.isNaN(value) && !faulty.has(place)) continue;
      close[ticker.length] = value;
      ticker.push(tickers[column]!);
      session.push(sessions[row]!);
    }
  }
  return closesAlone(ticker, session, close);
}
