import type { Polars } from "../../polars.ts";
import { closesAlone } from "../bar_columns.ts";
import { type DailyBars, MarketDataError } from "../market_data.ts";
import type { ParquetColumns } from "./columns.ts";

/** Names of the column of sessions, lower case; the last is what pandas calls an index without a name. */
const SESSION_NAMES = ["timestamp", "date", "session", "__index_level_0__"];

/** The column of sessions if these are the columns of a wide file, wherever it stands: pandas puts its index last. */
export function wideSessionColumn(names: readonly string[]): string | undefined {
  const lower = names.map((name) => name.toLowerCase());
  // There are tickers called OPEN and LOW, but a wide file has no column of this name and hardly these four.
  if (lower.includes("ticker") || ["open", "high", "low", "close"].every((name) => lower.includes(name))) return;
  const found = SESSION_NAMES.find((name) => lower.includes(name));
  return found === undefined ? undefined : names[lower.indexOf(found)];
}

/**
 * Rows of a wide file: a bar for every value that is neither null nor NaN, with a close alone.
 *
 * Ordered by ticker, then session, then as the file has them.
 */
export async function readWideCloses(
  polars: Polars,
  path: string,
  columns: ParquetColumns,
  sessionColumn: string,
): Promise<DailyBars> {
  const tickers = wideTickers(path, columns.names, sessionColumn);
  const sessions = await columns.sessions(sessionColumn);
  const days = [...new Set(sessions)].sort();
  const rankOf = new Map(days.map((day, rank) => [day, rank]));
  // By rank and not by name: a number sorts faster, and no ticker is taken for a pattern of names.
  const day = polars.Series("day", Int32Array.from(sessions, (session) => rankOf.get(session)!));
  const closes = await columns.doubles(tickers, sessions.length);
  const long = await polars.DataFrame([day, ...closes.map((series, rank) => series.alias(String(rank)))]).lazy()
    .unpivot("day", tickers.map((_, rank) => String(rank)), { variableName: "ticker", valueName: "close" })
    .select(polars.col("ticker").cast(polars.Int32), polars.col("day"), polars.col("close").fillNan(polars.lit(null)))
    .dropNulls()
    .sort(["ticker", "day"], false, false, true)
    .collect();
  const close = long.getColumn("close").toTypedArray() as Float64Array;
  const ticker = Array.from(long.getColumn("ticker").toTypedArray() as Int32Array, (rank) => tickers[rank]!);
  const session = Array.from(long.getColumn("day").toTypedArray() as Int32Array, (rank) => days[rank]!);
  const infinite = close.findIndex((value) => !Number.isFinite(value));
  if (infinite >= 0) {
    const row = sessions.indexOf(session[infinite]!);
    const wrong = `${close[infinite]} is not a finite number`;
    throw columns.valueError(ticker[infinite]!, row, wrong, "Correct it, or leave it null where there is no close.");
  }
  return closesAlone(ticker, session, close);
}

/** The tickers of a wide file, in order. */
export function wideTickers(path: string, names: readonly string[], sessionColumn: string): string[] {
  const tickers = names.filter((name) => name !== sessionColumn);
  if (tickers.length === 0) {
    throw new MarketDataError(`${path} has no column but ${sessionColumn}. Add a column of closes for each ticker.`);
  }
  if (tickers.some((ticker) => ticker.trim() === "")) {
    throw new MarketDataError(`${path} has a column without a name. Name it after the ticker whose closes it holds.`);
  }
  return tickers.sort();
}
