import { tickerPath } from "../ticker_path.ts";

/** Links to the pages of a pair's tickers. */
export function LegLinks({ tickers: [first, second] }: { tickers: readonly [string, string] }) {
  return (
    <>
      <a href={tickerPath(first)}>{first}</a>, <a href={tickerPath(second)}>{second}</a>
    </>
  );
}
