/** Assets that an import is published as, in upstream order. */
export const importedKeys: readonly string[] = [
  "imported_tickers",
  "imported_daily_bars",
  "imported_ticker_details",
  "imported_news",
  "imported_pairs",
];
