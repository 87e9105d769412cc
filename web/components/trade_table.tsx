import { counted, decimal, signedPercent } from "../figures.ts";
import type { PairTrade } from "../pair_record.ts";

export interface TradeTableProps {
  tickers: readonly [string, string];
  trades: readonly PairTrade[];
  label: string;
  /** Where they are to be had as CSV. */
  csv: string;
}

const reasons: Readonly<Record<string, string>> = {
  signal: "signal",
  stop: "stop",
  reversal: "reversal",
  window_end: "end of the window",
  stopped_trading: "a leg stopped trading",
  ruin: "ruin",
};

/** Positions from entry to exit, the latest first. */
export function TradeTable({ tickers: [ticker1, ticker2], trades, label, csv }: TradeTableProps) {
  if (trades.length === 0) return <p class="empty">No position was entered.</p>;
  return (
    <details class="trades" open={trades.length <= 12}>
      <summary>{counted(trades.length, "trade")}, the latest first</summary>
      <p class="faint">
        <a href={csv}>As CSV</a>
      </p>
      <div class="scroller bounded" tabindex={0} role="region" aria-label={`${label}, may scroll`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Entry</th>
              <th scope="col">Exit</th>
              <th scope="col">Position</th>
              <th scope="col">Closed by</th>
              <th scope="col" class="number">Sessions</th>
              <th scope="col" class="number">Gain in USD</th>
              <th scope="col" class="number">Costs in USD</th>
              <th scope="col" class="number">Return</th>
            </tr>
          </thead>
          <tbody>
            {trades.toReversed().map((trade) => (
              <tr>
                <th scope="row">{trade.entry}</th>
                <td>{trade.exit ?? "open"}</td>
                <td>
                  {trade.side > 0 ? `long ${ticker2}, short ${ticker1}` : `short ${ticker2}, long ${ticker1}`}
                </td>
                <td>{trade.reason === null ? "–" : reasons[trade.reason] ?? trade.reason}</td>
                <td class="number">{trade.sessions}</td>
                <td class="number">{trade.pnl === null ? "–" : decimal(trade.pnl, 0)}</td>
                <td class="number">{trade.costs === null ? "–" : decimal(trade.costs, 0)}</td>
                <td class={`number ${trade.return! > 0 ? "gain" : trade.return! < 0 ? "loss" : ""}`.trim()}>
                  {trade.return === null ? "–" : signedPercent(trade.return)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
