/** Where the page of a pair is. */
export function pairPath(ticker1: string, ticker2: string): string {
  return `/pairs/${encodeURIComponent(ticker1)}/${encodeURIComponent(ticker2)}`;
}
