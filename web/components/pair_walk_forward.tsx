import { walkForwardDaily, walkForwardTrades } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { ofPair } from "../pair_filter.ts";
import { count, decimal, percent, signedPercent } from "../figures.ts";
import { monthlyReturns } from "../monthly_returns.ts";
import { underwater } from "../pair_charts.ts";
import { pairPath } from "../pair_path.ts";
import type { PairRecord } from "../pair_record.ts";
import { type PairView, pairViewPath } from "../pair_view.ts";
import type { WalkForward } from "../pair_walk_forward.ts";
import { rowsPath } from "../rows_path.ts";
import { strategyTitle } from "../strategy_words.ts";
import { BacktestEquity } from "./backtest_equity.tsx";
import { Figure, FigureList } from "./figure_list.tsx";
import { MonthlyReturns } from "./monthly_returns.tsx";
import { TradeTable } from "./trade_table.tsx";

/** The tear sheet of a pair: results of its walk-forward backtest. */
export function PairWalkForward(
  { pair: { tickers, walkForward, sources }, view }: { pair: PairRecord; view: PairView },
) {
  if (!sources.has(walkForwardDaily.key)) {
    return (
      <p class="empty">
        The walk-forward backtest is not there yet: it appears once {walkForwardDaily.key} is materialized.{" "}
        <a href={`/assets/${walkForwardDaily.key}`}>To {walkForwardDaily.key}</a>
      </p>
    );
  }
  if (walkForward === null) {
    return <p class="empty">No window of the walk-forward chose this pair, so there is no backtest of it.</p>;
  }
  const { strategy, settings, trades } = walkForward;
  const filters = [...equalTo({ strategy }), ...ofPair(tickers)];
  return (
    <>
      <p class="about">
        Chosen from data known before each window and traded in it, with costs. From 100,000 USD; no position between
        windows.
      </p>
      {settings.strategies.length > 1 && (
        <nav class="tabs" aria-label="Strategies">
          {settings.strategies.map((name) => (
            <a
              href={`${pairViewPath(tickers, view, { strategy: name })}#walk-forward`}
              aria-current={name === strategy ? "true" : undefined}
              data-keep
              key={name}
            >
              {strategyTitle(name)}
            </a>
          ))}
        </nav>
      )}
      <Figures backtest={walkForward} />
      <BacktestEquity
        id="walk-forward-chart"
        label={`Equity of the walk-forward backtest with ${strategyTitle(strategy)}`}
        backtest={walkForward}
        csv={[{ title: walkForwardDaily.key, href: rowsPath(walkForwardDaily, filters) }]}
      />
      <MonthlyReturns
        years={monthlyReturns(walkForward, { before: 100_000 })}
        label="Returns of the walk-forward backtest"
        csv={`${pairPath(...tickers)}/monthly_returns.csv?strategy=${encodeURIComponent(strategy)}`}
      />
      <h3 class="part">Trades</h3>
      <TradeTable
        tickers={tickers}
        trades={trades}
        label="Trades of the walk-forward backtest"
        csv={rowsPath(walkForwardTrades, filters)}
      />
    </>
  );
}

function Figures({ backtest: { equity, trades, days, windows } }: { backtest: WalkForward }) {
  const closed = trades.filter((trade) => trade.exit !== null);
  const won = closed.filter((trade) => trade.return! > 0).length;
  const costs = trades.reduce((sum, trade) => sum + (trade.costs ?? 0), 0);
  const drawdown = Math.min(...underwater(equity));
  return (
    <FigureList>
      <Figure title="Total return" text={signedPercent(equity.at(-1)! / 100_000 - 1)} of={equity.at(-1)! - 100_000} />
      <Figure title="Max drawdown" text={signedPercent(drawdown)} of={drawdown} />
      <Figure title="Trades" text={count(trades.length)} />
      <Figure title="Win rate (closed trades)" text={closed.length === 0 ? "–" : percent(won / closed.length)} />
      <Figure title="Costs" text={`${decimal(costs, 0)} USD`} />
      <Figure title="Windows" text={count(windows.length)} />
      <Figure title="Sessions traded" text={count(days.length)} />
    </FigureList>
  );
}
