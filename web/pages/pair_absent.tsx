import { cointegratedPairs } from "../../assets/views.ts";
import { Layout } from "../layout.tsx";

export interface PairAbsentProps {
  tickers: readonly [string, string];
  /** Whether any asset of pairs is materialized. */
  materialized: boolean;
}

/** Page for an unknown pair, with a way back. */
export function PairAbsentPage({ tickers: [ticker1, ticker2], materialized }: PairAbsentProps) {
  const name = `${ticker1} / ${ticker2}`;
  return (
    <Layout
      title={`${name} · Tandem`}
      path="/pairs/"
      headline={
        <div class="headline">
          <h1>{materialized ? `${name} has not been tested` : name}</h1>
        </div>
      }
    >
      <section class="panel" aria-label="Reason">
        <p class="empty">
          {materialized
            ? "No source of candidates (clusters, nearest neighbours, pinned pairs) proposes this pair, and no window of the walk-forward chose it. "
            : `No pair has been tested yet: this page fills once ${cointegratedPairs.key} is materialized. `}
          {materialized
            ? (
              <>
                <a href={`/pairs?ticker=${encodeURIComponent(ticker1)}`}>Pairs of {ticker1}</a>,{" "}
                <a href={`/pairs?ticker=${encodeURIComponent(ticker2)}`}>pairs of {ticker2}</a>,{" "}
                <a href="/pairs">all pairs</a>
              </>
            )
            : <a href="/#assets">To the assets</a>}
        </p>
      </section>
    </Layout>
  );
}
