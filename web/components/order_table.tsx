import { chosenPairs, walkForwardDaily } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { rowsPath } from "../rows_path.ts";
import type { ChosenPair, ChosenPairs } from "../chosen_pairs.ts";
import { counted, decimal, orDash, pValue } from "../figures.ts";
import type { NewestSignal, NewestSignals } from "../newest_signals.ts";
import { pairPath } from "../pair_path.ts";
import { strategyTitle } from "../strategy_words.ts";
import { type Column, DataTable } from "./data_table.tsx";

/** Standings of a pair, most important first. */
const standings = ["order", "open", "flat", "chosen"] as const;
type Standing = typeof standings[number];

/** A pair that is traded, or chosen to be. */
interface PairOrder {
  tickers: readonly [string, string];
  /** `order`: an order fills in the next session; `open`, `flat`: traded, with or without a position; `chosen`: not traded yet. */
  standing: Standing;
  /** At the newest close; `null` for a pair that is not traded yet. */
  signal: NewestSignal | null;
  /** In the newest selection; `null` for a pair that is no longer in it. */
  chosen: ChosenPair | null;
}

/** All pairs that the walk-forward trades now, and those of the newest selection that it does not trade yet. */
function pairOrders(signals: NewestSignals | null, selection: ChosenPairs | null): PairOrder[] {
  const name = ({ tickers }: { tickers: readonly [string, string] }) => tickers.join("\n");
  const chosen = new Map(selection?.pairs.map((pair) => [name(pair), pair]));
  const traded = (signals?.signals ?? []).map((signal): PairOrder => ({
    tickers: signal.tickers,
    standing: signal.acts ? "order" : signal.position !== 0 ? "open" : "flat",
    signal,
    chosen: chosen.get(name(signal)) ?? null,
  }));
  const known = new Set(traded.map(name));
  const waiting = [...chosen.values()].filter((pair) => !known.has(name(pair)))
    .map((pair): PairOrder => ({ tickers: pair.tickers, standing: "chosen", signal: null, chosen: pair }));
  const rank = ({ chosen }: PairOrder) => chosen?.rank ?? Infinity;
  return [...traded, ...waiting].sort((a, b) =>
    standings.indexOf(a.standing) - standings.indexOf(b.standing) ||
    (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0)
  );
}

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
    hint: "Deviations of the spread from its mean, by the strategy; by the formation where it decides nothing",
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
    hint: "Engle–Granger, the larger of both orders; null hypothesis: not cointegrated",
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

function held(spreads: number, [first, second]: readonly [string, string]): string {
  if (spreads === 0) return "flat";
  return spreads > 0 ? `long ${second}, short ${first}` : `short ${second}, long ${first}`;
}
