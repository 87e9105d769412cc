import { dailyBars } from "../../assets/views.ts";
import { Layout } from "../layout.tsx";
import { tickerPath } from "../ticker_path.ts";

export interface TickerAbsentProps {
  ticker: string;
  /** Similar tickers, most similar first; `null` while there are no tickers. */
  near: readonly { ticker: string; name: string | null }[] | null;
}

/** Page for an unknown ticker, with suggestions. */
export function TickerAbsentPage({ ticker, near }: TickerAbsentProps) {
  return (
    <Layout
      title={`${ticker} · Tandem`}
      path="/tickers/"
      headline={
        <div class="headline">
          <h1>{near === null ? ticker : `There is no ticker ${ticker}`}</h1>
        </div>
      }
    >
      <section class="panel" aria-label="Where to go">
        {near === null
          ? (
            <p class="empty">
              There are no tickers yet: this page fills once {dailyBars.key} is materialized.{" "}
              <a href="/#assets">To the assets</a>
            </p>
          )
          : (
            <>
              {near.length > 0 && (
                <>
                  <p class="about">Similar symbols:</p>
                  <ul class="entries">
                    {near.map((one) => (
                      <li key={one.ticker}>
                        <a href={tickerPath(one.ticker)}>{one.ticker}</a> <span class="faint">{one.name}</span>
                      </li>
                    ))}
                  </ul>
                </>
              )}
              <p class="empty">
                {near.length === 0 && "No similar symbols. "}
                <a href={`/tickers?q=${encodeURIComponent(ticker)}`}>Find {ticker} among names</a>,{" "}
                <a href="/tickers">all tickers</a>
              </p>
            </>
          )}
      </section>
    </Layout>
  );
}
