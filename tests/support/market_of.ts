import type { DailyBars, MarketData, TickerListing } from "../../resources/market_data/mod.ts";
import type { RawBar } from "./bars.ts";

/** A market with given data; bars stay in the given order, without their `occurrence`. */
export function marketOf(
  { bars = [], listings, version = "1" }: {
    bars?: readonly RawBar[];
    listings?: readonly TickerListing[];
    version?: string;
  },
): MarketData {
  return {
    name: "test",
    version: () => Promise.resolve(version),
    tickers: () => Promise.resolve([...listings ?? [...new Set(bars.map((bar) => bar.ticker))].sort().map(listingOf)]),
    dailyBars: () => Promise.resolve(columnsOf(bars)),
  };
}

/** Bars in the columns that a market returns. */
export function columnsOf(bars: readonly RawBar[]): DailyBars {
  const column = (name: Exclude<keyof RawBar, "ticker" | "session">) =>
    Float64Array.from(bars, (bar) => bar[name] ?? NaN);
  return {
    ticker: bars.map((bar) => bar.ticker),
    session: bars.map((bar) => bar.session),
    open: column("open"),
    high: column("high"),
    low: column("low"),
    close: column("close"),
    volume: column("volume"),
    vwap: column("vwap"),
    dividend: column("dividend"),
    split: column("split"),
  };
}

function listingOf(ticker: string): TickerListing {
  return {
    ticker,
    name: null,
    type: null,
    exchange: null,
    sector: null,
    currency: null,
    active: true,
    delistedOn: null,
  };
}
