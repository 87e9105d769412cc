import { chosenPairs, walkForwardDaily } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { rowsPath } from "../rows_path.ts";
import type { ChosenPairs } from "../chosen_pairs.ts";
import { counted, decimal, pValue } from "../figures.ts";
import type { NewestSignals } from "../newest_signals.ts";
import { type PairOrder, pairOrders, type Standing, standings } from "../pair_orders.ts";
import { pairPath } from "../pair_path.ts";
import { strategyTitle } from "../strategy_words.ts";
import { type Column, DataTable } from "./data_table.tsx";

const titles: Readonly<Record<Standing, string>> = {
  order: "Orders",
  open: "Open positions",
  flat: "Flat",
  chosen: "Chosen, traded from the next window on",
};

const columns: readonly Column<PairOrder>[] = [
  { title: "Pair", header: true, cell: ({ tickers }) => <a href={pairPath(...tickers)}>{tickers.join(" / ")}</a> },
  {
    title: "Signal",
    cell: ({ signal }) => signal && (signal.acts ? <span class="badge order">{signal.says}</span> : signal.says),
  },
  { title: "Position", cell: ({ signal, tickers }) => signal ? held(signal.position, tickers) : "–" },
  {
    title: "Target",
    cell: ({ signal, tickers }) =>
      !signal ? "–" : signal.acts ? <strong>{held(signal.target, tickers)}</strong> : "unchanged",
  },
  {
    title: "Z-score",
    hint: "Deviations of the spread from its mean, by the strategy",
    number: true,
    cell: ({ signal }) => orDash(signal?.z, (z) => decimal(z, 2)),
  },
  {
    title: "Enters at",
    hint: "Z-score beyond which a position towards the mean may be entered; – where no level decides",
    number: true,
    cell: ({ signal }) => orDash(signal?.entryZ, (z) => `±${decimal(z, 2)}`),
  },
  {
    title: "Hedge ratio",
    hint: "Shares of the first ticker against one of the second",
    number: true,
    cell: ({ signal, chosen }) => orDash(signal?.hedgeRatio ?? chosen?.hedgeRatio, (ratio) => decimal(ratio, 3)),
  },
  {
    title: "Half-life",
    unit: "sessions",
    hint: "Sessions in which the spread halves its distance from the mean",
    number: true,
    cell: ({ chosen }) => orDash(chosen?.halfLife, (sessions) => decimal(sessions, 1)),
  },
  {
    title: "p cointegration",
    hint: "Engle–Granger; null hypothesis: not cointegrated",
    number: true,
    cell: ({ chosen }) => orDash(chosen?.pValue, pValue),
  },
  {
    title: "Rank",
    hint: "In the newest selection, 1 is the first choice; – is no longer chosen",
    number: true,
    cell: ({ chosen }) => chosen?.pinned ? "pinned" : orDash(chosen?.rank, String),
  },
];

/** Pairs traded or chosen, each once: those with an order for the next session first. */
export function OrderTable({ signals, selection }: { signals: NewestSignals | null; selection: ChosenPairs | null }) {
  const groups = Map.groupBy(pairOrders(signals, selection), ({ standing }) => standing);
  const orders = groups.get("order")?.length ?? 0;
  return (
    <>
      <p class="about" id="orders-about">
        {signals && (
          <>
            Signals at the {signals.session} close ({strategyTitle(signals.strategy)}).{" "}
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
      <DataTable
        label="Orders and pairs"
        class="orders"
        describedBy="orders-about"
        columns={columns}
        groups={standings.filter((standing) => groups.has(standing)).map((standing) => ({
          title: `${titles[standing]} · ${groups.get(standing)!.length}`,
          rows: groups.get(standing)!,
        }))}
      />
    </>
  );
}

function orDash(value: number | null | undefined, text: (value: number) => string): string {
  return value === null || value === undefined ? "–" : text(value);
}

function held(spreads: number, [first, second]: readonly [string, string]): string {
  if (spreads === 0) return "flat";
  return spreads > 0 ? `long ${second}, short ${first}` : `short ${second}, long ${first}`;
}
