/** The assets of a database with an import. A new one needs a file and a line here. */
export { importedTickers } from "./imported_tickers.ts";
export { importedDailyBars } from "./imported_daily_bars.ts";
export { importedTickerDetails } from "./imported_ticker_details.ts";
export { importedNews } from "./imported_news.ts";
export { importedPairs } from "./imported_pairs.ts";
export { joinedTickers } from "./joined_tickers.ts";
export { joinedDailyBars } from "./joined_daily_bars.ts";
export { joinedTickerDetails } from "./joined_ticker_details.ts";
export { joinedNews } from "./joined_news.ts";
