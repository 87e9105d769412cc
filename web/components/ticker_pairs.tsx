import { cointegratedPairs } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { brieflyFigured, count, counted, halfLife, pValue } from "../figures.ts";
import { pairPath } from "../pair_path.ts";
import { rowsPath } from "../rows_path.ts";
import type { TickerPair, TickerRecord } from "../ticker_record.ts";
import { Accepted } from "./accepted.tsx";
import { type Column, DataTable, numberColumn } from "./data_table.tsx";
import { TickerLinks } from "./ticker_links.tsx";

const mostPairs = 50;

const columns: readonly Column<TickerPair>[] = [
  {
    title: "Pair",
    header: true,
    cell: ({ ticker_1, ticker_2 }) => <a href={pairPath(ticker_1, ticker_2)}>{ticker_1} / {ticker_2}</a>,
  },
  { title: "Accepted", cell: (pair) => <Accepted pair={pair} /> },
  { title: "Chosen", cell: ({ rank }) => rank === null ? "–" : `rank ${count(rank)}` },
  numberColumn("p cointegration", "engle_granger_p_value", pValue, {
    hint: "Engle–Granger; null hypothesis: not cointegrated",
  }),
  numberColumn("Half-life", "half_life", halfLife, {
    unit: "sessions",
    hint: "Sessions (trading days) in which the spread halves its distance from the mean",
  }),
  {
    title: "Failed criteria",
    class: "reason",
    cell: ({ failed_criteria: failed }) => failed.map(({ reason }) => brieflyFigured(reason)).join(" ") || "–",
  },
];

/** The pairs of a ticker and its cluster, as of the newest session. */
export function TickerPairs({ record: { ticker, pairs, pairsAsOf, cluster } }: { record: TickerRecord }) {
  return (
    <>
      {cluster && (
        <p class="about">
          {cluster.cluster === null ? `As of ${cluster.asOf} ${ticker} is in no cluster.` : (
            <>
              As of {cluster.asOf} in{" "}
              <a href={`/tickers?cluster=${cluster.cluster}`}>cluster {cluster.cluster}</a>, with{" "}
              <TickerLinks of={cluster.members.filter((member) => member !== ticker)} />.
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
              {leg === "ticker_1" ? "as first leg" : "as second leg"}
            </a>
          </>
        ))}
      </p>
      <DataTable
        label={`Pairs of ${ticker}`}
        bounded
        describedBy="ticker-pairs-about"
        columns={columns}
        rows={pairs.slice(0, mostPairs)}
      />
    </>
  );
}
