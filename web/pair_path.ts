/** Address of the page of a pair. */
export function pairPath(ticker1: string, ticker2: string): string {
  return `/pairs/${encodeURIComponent(ticker1)}/${encodeURIComponent(ticker2)}`;
}
