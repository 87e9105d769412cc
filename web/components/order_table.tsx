import { chosenPairs, walkForwardDaily } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { rowsPath } from "../rows_path.ts";
import type { ChosenPairs } from "../chosen_pairs.ts";
import { counted, decimal, pValue } from "../figures.ts";
import type { NewestSignals } from "../newest_signals.ts";
import { type PairOrder, pairOrders, type Standing, standings } from "../pair_orders.ts";
import { pairPath } from "../pair_path.ts";
import { inWords } from "../words.ts";
import { TableScroller } from "./table_scroller.tsx";

const titles: Readonly<Record<Standing, string>> = {
  order: "Orders",
  open: "Open positions",
  flat: "Flat",
  chosen: "Chosen, traded from the next window on",
};

/** Each pair that is traded or chosen, once: those with an order for the next session first. */
export function OrderTable({ signals, selection }: { signals: NewestSignals | null; selection: ChosenPairs | null }) {
  const groups = Map.groupBy(pairOrders(signals, selection), ({ standing }) => standing);
  const orders = groups.get("order")?.length ?? 0;
  return (
    <>
      <p class="about" id="orders-about">
        {signals && (
          <>
            Signals at the {signals.session} close ({inWords(signals.strategy)}).{" "}
            {orders === 0 ? "No orders for the next session." : `${counted(orders, "order")} for the next session.`}
            {" "}
            <a href={rowsPath(walkForwardDaily, equalTo({ strategy: signals.strategy, session: signals.session }))}>
              Signals as CSV
            </a>
            {selection && ". "}
          </>
        )}
        {selection && (
          <>
            {counted(selection.pairs.length, "pair")} in the newest selection
            {selection.asOf === null ? "" : `, as of ${selection.asOf}`}.{" "}
            <a href={`/v1/assets/${chosenPairs.key}/rows?format=csv`}>Selections as CSV</a>
          </>
        )}
      </p>
      <TableScroller label="Orders and pairs">
        <table class="orders" aria-describedby="orders-about">
          <thead>
            <tr>
              <th scope="col">Pair</th>
              <th scope="col">Signal</th>
              <th scope="col">Position</th>
              <th scope="col">Target</th>
              <th scope="col" class="number">
                <abbr title="Spread on the scale of the strategy, whose thresholds judge it">Score</abbr>
              </th>
              <th scope="col" class="number">
                <abbr title="Shares of the first ticker against one of the second">Hedge ratio</abbr>
              </th>
              <th scope="col" class="number">
                <abbr title="Sessions in which the spread halves its distance from the mean">Half-life</abbr>
              </th>
              <th scope="col" class="number">
                <abbr title="Engle–Granger; null hypothesis: not cointegrated">p cointegration</abbr>
              </th>
              <th scope="col" class="number">
                <abbr title="In the newest selection, 1 is the first choice; – is no longer chosen">Rank</abbr>
              </th>
            </tr>
          </thead>
          {standings.filter((standing) => groups.has(standing)).map((standing) => (
            <tbody key={standing}>
              <tr class="part">
                <th scope="rowgroup" colspan={9}>{titles[standing]} · {groups.get(standing)!.length}</th>
              </tr>
              {groups.get(standing)!.map((pair) => <OrderRow key={pair.tickers.join("\n")} pair={pair} />)}
            </tbody>
          ))}
        </table>
      </TableScroller>
    </>
  );
}

function OrderRow({ pair: { tickers, signal, chosen } }: { pair: PairOrder }) {
  const hedgeRatio = signal?.hedgeRatio ?? chosen?.hedgeRatio ?? null;
  return (
    <tr>
      <th scope="row">
        <a href={pairPath(...tickers)}>{tickers.join(" / ")}</a>
      </th>
      <td>{signal && (signal.acts ? <span class="badge order">{signal.says}</span> : signal.says)}</td>
      <td>{signal ? held(signal.position, tickers) : "–"}</td>
      <td>{!signal ? "–" : signal.acts ? <strong>{held(signal.target, tickers)}</strong> : "unchanged"}</td>
      <td class="number">{orDash(signal?.score, (score) => decimal(score, 2))}</td>
      <td class="number">{orDash(hedgeRatio, (ratio) => decimal(ratio, 3))}</td>
      <td class="number">{orDash(chosen?.halfLife, (sessions) => decimal(sessions, 1))}</td>
      <td class="number">{orDash(chosen?.pValue, pValue)}</td>
      <td class="number">{chosen?.pinned ? "pinned" : orDash(chosen?.rank, String)}</td>
    </tr>
  );
}

function orDash(value: number | null | undefined, text: (value: number) => string): string {
  return value === null || value === undefined ? "–" : text(value);
}

function held(spreads: number, [first, second]: readonly [string, string]): string {
  if (spreads === 0) return "flat";
  return spreads > 0 ? `long ${second}, short ${first}` : `short ${second}, long ${first}`;
}
