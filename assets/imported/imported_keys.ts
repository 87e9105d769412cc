/** The assets that an import is published as, in the order of their upstream. */
export const importedKeys: readonly string[] = [
  "imported_tickers",
  "imported_daily_bars",
  "imported_ticker_details",
  "imported_news",
  "imported_pairs",
];
