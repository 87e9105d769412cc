import type { Polars } from "../../polars.ts";
import { closesAlone } from "../bar_columns.ts";
import { type DailyBars, MarketDataError, type ReadOptions } from "../market_data.ts";
import { headedTickers } from "../symbols.ts";
import { RowFault, UnusableRows } from "../unusable_rows.ts";
import type { ParquetColumns } from "./columns.ts";

/** Names of the column of sessions, lower case; the last is pandas' name of an unnamed index. */
const SESSION_NAMES = ["timestamp", "date", "session", "__index_level_0__"];

/** The column of sessions, if these are the columns of a wide file, in any position: pandas puts its index last. */
export function wideSessionColumn(names: readonly string[]): string | undefined {
  const lower = names.map((name) => name.toLowerCase());
  // There are tickers called OPEN and LOW, but a wide file has no column `ticker` and hardly all four of these.
  if (lower.includes("ticker") || ["open", "high", "low", "close"].every((name) => lower.includes(name))) return;
  const found = SESSION_NAMES.find((name) => lower.includes(name));
  return found === undefined ? undefined : names[lower.indexOf(found)];
}

/**
 * Rows of a wide file: a bar with only a close for every value that is neither null nor NaN.
 *
 * Ordered by ticker, then session, then as in the file. A close that is infinite, or text that is not a number, is reported, and
 * its bar has no values; a row without a session is reported and left out.
 */
export async function readWideCloses(
  polars: Polars,
  path: string,
  columns: ParquetColumns,
  { sessionColumn, named, onUnusable }:
    & { sessionColumn: string; named: readonly WideColumn[] }
    & Pick<ReadOptions, "onUnusable">,
): Promise<DailyBars> {
  const faultyRows = new UnusableRows(path, onUnusable);
  const faultyCloses = new UnusableRows(path, onUnusable);
  const sessions = await columns.sessions(sessionColumn, (_, fault) => faultyRows.add(fault));
  faultyRows.settle(sessions.length);
  const days = [...new Set(sessions)].filter((day) => day !== null).sort();
  const rankOf = new Map(days.map((day, rank) => [day, rank]));
  // By rank, not by name: numbers sort faster, and a ticker could be interpreted as a pattern of names.
  const day = polars.Series(
    "day",
    Int32Array.from(sessions, (session) => session === null ? -1 : rankOf.get(session)!),
  );
  const unreadable = new Map<string, RowFault>();
  const valueKey = (column: string, day: string | null) => `${column} ${day}`;
  const closes = await columns.doubles(
    named.map(({ column }) => column),
    sessions.length,
    (column, row, fault) => unreadable.set(valueKey(column, sessions[row]!), fault),
  );
  const long = await polars.DataFrame([day, ...closes.map((series, rank) => series.alias(String(rank)))]).lazy()
    .unpivot("day", named.map((_, rank) => String(rank)), { variableName: "ticker", valueName: "close" })
    .select(polars.col("ticker").cast(polars.Int32), polars.col("day"), polars.col("close").fillNan(polars.lit(null)))
    .filter(polars.col("day").gtEq(polars.lit(0)))
    .dropNulls()
    .sort(["ticker", "day"], false, false, true)
    .collect();
  const close = long.getColumn("close").toTypedArray() as Float64Array;
  const ranks = long.getColumn("ticker").toTypedArray() as Int32Array;
  const ticker = Array.from(ranks, (rank) => named[rank]!.ticker);
  const session = Array.from(long.getColumn("day").toTypedArray() as Int32Array, (rank) => days[rank]!);
  close.forEach((value, i) => {
    if (Number.isFinite(value)) return;
    const { column } = named[ranks[i]!]!;
    const fault = unreadable.get(valueKey(column, session[i]!)) ??
      columns.infinityFault(column, sessions.indexOf(session[i]!), value);
    faultyCloses.add(fault, { ticker: ticker[i]!, session: session[i]! });
    close[i] = NaN;
  });
  faultyCloses.settle(close.length, "closes");
  return closesAlone(ticker, session, close);
}

/** A column of closes. */
export interface WideColumn {
  column: string;
  ticker: string;
}

/** The columns of closes in a wide file with their tickers, ordered by these; an unusable column is reported. */
export function wideColumns(
  path: string,
  columns: ParquetColumns,
  { sessionColumn, onUnusable }: { sessionColumn: string } & Pick<ReadOptions, "onUnusable">,
): WideColumn[] {
  const names = columns.names.filter((name) => name !== sessionColumn);
  if (names.length === 0) {
    throw new MarketDataError(`${path} has no column but ${sessionColumn}. Add a column of closes for each ticker.`);
  }
  const faulty = new UnusableRows(path, onUnusable);
  const tell = (i: number, wrong: string, remedy: string) => {
    const place = `column ${columns.names.indexOf(names[i]!) + 1}`;
    faulty.add(new RowFault({ place, wrong: `${JSON.stringify(names[i])} ${wrong}`, remedy }));
  };
  const found: WideColumn[] = [];
  for (const [i, ticker] of headedTickers(names, tell).entries()) {
    if (ticker === null) continue;
    const column = names[i]!;
    if (columns.holdsNumbers(column)) found.push({ column, ticker });
    else tell(i, `is of type ${columns.typeOf(column)} where numbers are wanted`, "Store it as a double.");
  }
  faulty.settle(names.length, "columns");
  return found.sort((a, b) => a.ticker < b.ticker ? -1 : 1);
}
