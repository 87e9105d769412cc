/** The assets that call a vendor, each replacing the file-based one of the same key. A new one needs a file and a line here. */
export { rawTickers } from "./raw_tickers.ts";
export { rawTickerDetails } from "./raw_ticker_details.ts";
export { rawNews } from "./raw_news.ts";
export { rawSplits } from "./raw_splits.ts";
export { rawDividends } from "./raw_dividends.ts";
export { rejectedBars } from "./rejected_bars.ts";
export { rawDailyBars } from "./raw_daily_bars.ts";
