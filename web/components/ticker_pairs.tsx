import { cointegratedPairs } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { brieflyFigured, count, counted, decimal, pValue } from "../figures.ts";
import { pairPath } from "../pair_path.ts";
import { rowsPath } from "../rows_path.ts";
import { tickerPath } from "../ticker_path.ts";
import type { TickerPair, TickerRecord } from "../ticker_record.ts";

const mostPairs = 50;

/** The pairs that a ticker is in and the cluster that they come from, as of the newest session. */
export function TickerPairs({ record: { ticker, pairs, pairsAsOf, cluster } }: { record: TickerRecord }) {
  return (
    <>
      {cluster && (
        <p class="about">
          {cluster.cluster === null ? `As of ${cluster.asOf} ${ticker} moves with no others: it is in no cluster.` : (
            <>
              As of {cluster.asOf} in{" "}
              <a href={`/tickers?cluster=${cluster.cluster}`}>cluster {cluster.cluster}</a>, with{" "}
              {cluster.members.filter((member) => member !== ticker).map((member, i) => (
                <>
                  {i > 0 && ", "}
                  <a href={tickerPath(member)}>{member}</a>
                </>
              ))}
              .
            </>
          )}
        </p>
      )}
      {pairs.length === 0
        ? (
          <p class="empty">
            {pairsAsOf === null
              ? `No pair has been tested yet: they appear here once ${cointegratedPairs.key} is materialized.`
              : `No pair with ${ticker} was tested as of ${pairsAsOf}: no source of candidates proposes one.`}
          </p>
        )
        : <PairList ticker={ticker} pairs={pairs} asOf={pairsAsOf!} />}
    </>
  );
}

function PairList({ ticker, pairs, asOf }: { ticker: string; pairs: readonly TickerPair[]; asOf: string }) {
  const accepted = pairs.filter((pair) => pair.accepted).length;
  const chosen = pairs.filter((pair) => pair.rank !== null).length;
  const sides = (["ticker_1", "ticker_2"] as const).filter((leg) => pairs.some((pair) => pair[leg] === ticker));
  return (
    <>
      <p class="about" id="ticker-pairs-about">
        {counted(pairs.length, "pair")} tested as of {asOf}: {count(accepted)} accepted, {count(chosen)}{" "}
        chosen to be traded. {pairs.length > mostPairs && `The first ${mostPairs} are shown. `}
        <a href={`/pairs?ticker=${encodeURIComponent(ticker)}`}>Find them among all pairs</a>, as CSV:{" "}
        {sides.map((leg, i) => (
          <>
            {i > 0 && ", "}
            <a
              href={rowsPath(cointegratedPairs, [...equalTo({ as_of: asOf }), {
                column: leg,
                operator: "eq",
                value: ticker,
              }])}
            >
              {leg === "ticker_1" ? "where it is the first" : "where it is the second"}
            </a>
          </>
        ))}
      </p>
      <div class="scroller bounded" tabindex={0} role="region" aria-label={`Pairs of ${ticker}, may scroll`}>
        <table aria-describedby="ticker-pairs-about">
          <thead>
            <tr>
              <th scope="col">Pair</th>
              <th scope="col">Accepted</th>
              <th scope="col">Chosen</th>
              <th scope="col" class="number">
                <abbr title="Engle–Granger; null hypothesis: not cointegrated">p cointegration</abbr>
              </th>
              <th scope="col" class="number">
                <abbr title="Sessions (trading days) in which the spread halves its distance from the mean">
                  Half-life
                </abbr>
              </th>
              <th scope="col">What failed</th>
            </tr>
          </thead>
          <tbody>
            {pairs.slice(0, mostPairs).map((pair) => (
              <tr>
                <th scope="row">
                  <a href={pairPath(pair.ticker_1, pair.ticker_2)}>{pair.ticker_1} / {pair.ticker_2}</a>
                </th>
                <td>
                  <span class={`badge ${pair.accepted ? "fresh" : "missing"}`}>
                    <span aria-hidden="true">{pair.accepted ? "●" : "○"}</span> {pair.accepted ? "yes" : "no"}
                  </span>
                </td>
                <td>{pair.rank === null ? "–" : `number ${count(pair.rank)}`}</td>
                <td class="number">
                  {pair.engle_granger_p_value === null ? "–" : pValue(pair.engle_granger_p_value)}
                </td>
                <td class="number">
                  {pair.half_life === null ? "–" : pair.half_life > 0 ? decimal(pair.half_life, 1) : "never"}
                </td>
                <td class="reason">
                  {pair.failed_criteria.map(({ reason }) => brieflyFigured(reason)).join(" ") || "–"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
