/** Address of the page of a ticker. */
export function tickerPath(ticker: string): string {
  return `/tickers/${encodeURIComponent(ticker)}`;
}
