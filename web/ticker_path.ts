/** Where the page of a ticker is. */
export function tickerPath(ticker: string): string {
  return `/tickers/${encodeURIComponent(ticker)}`;
}
