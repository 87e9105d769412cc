import type { ImportedRows } from "../../assets/imported/imported_rows.ts";
import type { PendingImport } from "../../assets/imported/resources.ts";
import { RejectedRows } from "../../assets/market/rejected_rows.ts";

/** A bar of an import in a test. */
export interface ImportedBar {
  ticker: string;
  session: string;
  close: number;
  vwap?: number;
  volume?: number;
  adjusted_through?: string;
}

/** Columns of bars with open, high and low equal to their close. */
export function importedBars(bars: readonly ImportedBar[]): ImportedRows["bars"] {
  const closes = () => Float64Array.from(bars, ({ close }) => close);
  return {
    ticker: bars.map(({ ticker }) => ticker),
    session: bars.map(({ session }) => session),
    open: closes(),
    high: closes(),
    low: closes(),
    close: closes(),
    volume: Float64Array.from(bars, ({ volume = NaN }) => volume),
    vwap: Float64Array.from(bars, ({ vwap = NaN }) => vwap),
    dividend: new Float64Array(bars.length),
    adjusted_through: bars.map(({ session, adjusted_through = session }) => adjusted_through),
  };
}

/** An import of some rows. */
export function pendingImport(rows: Partial<ImportedRows>, version = "1"): PendingImport {
  const rejected = () => new RejectedRows();
  return {
    from: "a test",
    version,
    rows: { bars: importedBars([]), tickers: [], details: [], news: [], pairs: [], ...rows },
    rejected: { bars: rejected(), tickers: rejected(), details: rejected(), news: rejected(), pairs: rejected() },
  };
}
