import { csvOf } from "../routes/csv.ts";
import type { TickerEntry } from "./ticker_directory.ts";

const columns = [
  { name: "ticker", type: "text" },
  { name: "name", type: "text" },
  { name: "type", type: "text" },
  { name: "exchange", type: "text" },
  { name: "active", type: "boolean" },
  { name: "delisted_on", type: "date" },
  { name: "last_session", type: "date" },
  { name: "close", type: "double precision" },
  { name: "change", type: "double precision" },
  { name: "volume", type: "double precision" },
  { name: "pairs_tested", type: "integer" },
  { name: "pairs_accepted", type: "integer" },
  { name: "pairs_chosen", type: "integer" },
  { name: "cluster", type: "integer" },
] as const;

/** A list of tickers as CSV, with the columns of the page; `change` is a fraction. */
export function tickersCsv(entries: readonly TickerEntry[]): string {
  return csvOf(
    columns,
    entries.map((entry) => ({
      ticker: entry.ticker,
      name: entry.name,
      type: entry.type,
      exchange: entry.exchange,
      active: entry.active,
      delisted_on: entry.delistedOn,
      last_session: entry.lastSession,
      close: entry.close,
      change: entry.change,
      volume: entry.volume,
      pairs_tested: entry.pairs,
      pairs_accepted: entry.accepted,
      pairs_chosen: entry.chosen,
      cluster: entry.cluster,
    })),
  );
}
