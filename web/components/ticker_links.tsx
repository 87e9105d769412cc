import { tickerPath } from "../ticker_path.ts";

/** Links to tickers, between commas. */
export function TickerLinks({ of }: { of: readonly string[] }) {
  return (
    <>
      {of.map((ticker, i) => (
        <>
          {i > 0 && ", "}
          <a href={tickerPath(ticker)}>{ticker}</a>
        </>
      ))}
    </>
  );
}
