import { counted, sessionChange } from "../figures.ts";
import type { PairTrade } from "../pair_backtest.ts";
import { type Column, DataTable, numberColumn, places } from "./data_table.tsx";

export interface TradeTableProps {
  tickers: readonly [string, string];
  trades: readonly PairTrade[];
  label: string;
  /** Address of the trades as CSV; the rows of the page without one. */
  csv?: string;
}

const reasons: Readonly<Record<string, string>> = {
  signal: "signal",
  stop: "stop",
  reversal: "reversal",
  window_end: "end of the window",
  stopped_trading: "a leg stopped trading",
  ruin: "ruin",
};

const columnsOf = ([ticker1, ticker2]: readonly [string, string]): Column<PairTrade>[] => [
  { title: "Entry", header: true, cell: ({ entry }) => entry },
  { title: "Exit", cell: ({ exit }) => exit ?? "open" },
  {
    title: "Position",
    cell: ({ side }) => side > 0 ? `long ${ticker2}, short ${ticker1}` : `short ${ticker2}, long ${ticker1}`,
  },
  { title: "Closed by", cell: ({ reason }) => reason === null ? "–" : reasons[reason] ?? reason },
  { title: "Sessions", number: true, cell: ({ sessions }) => sessions },
  numberColumn("Gain", "pnl", places(0), { unit: "USD, before costs" }),
  numberColumn("Costs", "costs", places(0), { unit: "USD" }),
  numberColumn("Return", "return", sessionChange, {
    unit: "after costs",
    cellClass: (trade) => trade.return! > 0 ? "gain" : trade.return! < 0 ? "loss" : undefined,
  }),
];

/** Positions from entry to exit, latest first. */
export function TradeTable({ tickers, trades, label, csv }: TradeTableProps) {
  if (trades.length === 0) return <p class="empty">No position was entered.</p>;
  return (
    <details class="trades" open={trades.length <= 12}>
      <summary>{counted(trades.length, "trade")}, newest first</summary>
      {csv !== undefined && (
        <p class="faint">
          <a href={csv}>As CSV</a>
        </p>
      )}
      <DataTable label={label} bounded columns={columnsOf(tickers)} rows={trades.toReversed()} />
    </details>
  );
}
