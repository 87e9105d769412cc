import { pairTrades } from "../../assets/views.ts";
import { ofPair } from "../pair_filter.ts";
import { count, signedPercent } from "../figures.ts";
import { monthlyReturns } from "../monthly_returns.ts";
import { pairPath } from "../pair_path.ts";
import type { Reference } from "../pair_reference.ts";
import { rowsPath } from "../rows_path.ts";
import { BacktestEquity } from "./backtest_equity.tsx";
import { Figure, FigureList } from "./figure_list.tsx";
import { MonthlyReturns } from "./monthly_returns.tsx";
import { TradeTable } from "./trade_table.tsx";

/** The original's backtest of a pair. It has look-ahead, so no figure is coloured as a gain. */
export function PairReference(
  { tickers, reference }: { tickers: readonly [string, string]; reference: Reference },
) {
  const { metrics, trades } = reference;
  const csv = rowsPath(pairTrades, ofPair(tickers));
  return (
    <div class="look-ahead">
      <p class="notice">
        In-sample. Not achievable in live trading: hedge ratio and scale are fitted on the very sessions that are
        traded, and there are no costs. It reproduces the result of the original service.
      </p>
      {metrics && (
        <FigureList>
          <Figure title="Total return" text={signedPercent(metrics.total_return)} />
          <Figure
            title="Annualized"
            text={metrics.annualized_return === null ? "–" : signedPercent(metrics.annualized_return)}
          />
          <Figure title="Max drawdown" text={signedPercent(metrics.max_drawdown)} />
          <Figure title="Trades" text={count(trades.length)} />
        </FigureList>
      )}
      <BacktestEquity
        id="reference-chart"
        label="Equity of the reference backtest, fitted on the sample it trades"
        backtest={reference}
        csv={[{ title: pairTrades.key, href: csv }]}
      />
      <MonthlyReturns
        years={monthlyReturns(reference, { before: 100_000 })}
        label="Returns of the reference backtest"
        csv={`${pairPath(...tickers)}/monthly_returns.csv?backtest=reference`}
        shaded={false}
      />
      <h3 class="part">Positions</h3>
      <TradeTable tickers={tickers} trades={trades} label="Positions of the reference backtest" csv={csv} />
    </div>
  );
}
