import { backtestTrials, walkForwardDaily, walkForwardTrades } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { annualizedReturnBySessions, sharpeRatio, volatility } from "../../quant/mod.ts";
import { ofPair } from "../pair_filter.ts";
import { count, decimal, percent, signedPercent } from "../figures.ts";
import type { MovedPair } from "../moved_pair.ts";
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
import { PairSettings } from "./pair_settings.tsx";
import { TradeTable } from "./trade_table.tsx";
import { ChoiceLinks } from "./choice_links.tsx";
import { NotYet } from "./not_yet.tsx";

/** The tear sheet of a pair: results of its walk-forward backtest, or of the one under settings moved by hand. */
export function PairWalkForward(
  { pair: { tickers, walkForward, sources }, view, moved }: {
    pair: PairRecord;
    view: PairView;
    moved: MovedPair | null;
  },
) {
  if (!sources.has(walkForwardDaily.key)) {
    return <NotYet of={walkForwardDaily} appears="it appears">The walk-forward backtest is not there yet</NotYet>;
  }
  if (walkForward === null) {
    return <p class="empty">No window of the walk-forward chose this pair, so there is no backtest of it.</p>;
  }
  const { strategy, settings } = walkForward;
  return (
    <>
      <p class="about">
        Chosen from data known before each window and traded in it, with costs. From 100,000 USD; no position between
        windows.
      </p>
      {settings.strategies.length > 1 && (
        <ChoiceLinks
          label="Strategies"
          keep
          links={settings.strategies.map((name) => ({
            href: `${pairViewPath(tickers, view, { strategy: name })}#walk-forward`,
            title: strategyTitle(name),
            chosen: name === strategy,
          }))}
        />
      )}
      {moved && <PairSettings tickers={tickers} view={view} strategy={strategy} moved={moved} />}
      <div id="pair-backtest" data-live>
        {moved && <p class={movedClass(moved)} role="status">{movedWords(moved)}</p>}
        {typeof moved?.result === "object" && moved.result !== null
          ? <Moved tickers={tickers} standing={walkForward} backtest={moved.result.walkForward} />
          : <Standing tickers={tickers} backtest={walkForward} />}
      </div>
    </>
  );
}

function movedClass({ problems, result }: MovedPair): string {
  if (problems.size > 0 || result === "lost") return "notice bad";
  return result === null ? "about" : "notice";
}

/** What the settings are, and how they count. */
function movedWords({ fields, texts, problems, result }: MovedPair) {
  if (problems.size > 0) return `The settings do not fit, so this is the backtest as set. ${problems.get("") ?? ""}`;
  if (result === "lost") {
    return "The prices and windows of the last backtest are no longer kept. Settings can be moved once it is made again.";
  }
  const ledger = <a href={`/assets/${backtestTrials.key}`}>ledger of trials</a>;
  if (result === null) return <>As set. Each other setting that is shown here counts in the {ledger}.</>;
  const changes = fields.filter(({ name, standing }) => texts.get(name) !== standing).map(({ name, title, standing }) =>
    `${title ?? name} ${texts.get(name) || "none"} instead of ${standing || "none"}`
  );
  return (
    <>
      {changes.join(", ")}. {result.counted
        ? (
          <>
            A trial: from the next full hour on it counts once in the {ledger}, for which Sharpe ratios are deflated.
          </>
        )
        : "The same trades: what they cost is how a result is measured, and no trial."} Signals, orders and portfolios
      {" "}
      stay as set.
    </>
  );
}

/** The backtest that the walk-forward has. */
function Standing({ tickers, backtest }: { tickers: readonly [string, string]; backtest: WalkForward }) {
  const { strategy, trades } = backtest;
  const filters = [...equalTo({ strategy }), ...ofPair(tickers)];
  return (
    <>
      <Figures backtest={backtest} />
      <BacktestEquity
        id="walk-forward-chart"
        label={`Equity of the walk-forward backtest with ${strategyTitle(strategy)}`}
        backtest={backtest}
        csv={[{ title: walkForwardDaily.key, href: rowsPath(walkForwardDaily, filters) }]}
      />
      <MonthlyReturns
        years={monthlyReturns(backtest, { before: 100_000 })}
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

/**
 * The backtest under moved settings, beside the one that is set. Its rows are not stored. Settings that were picked by their result
 * are fitted to it, so that no figure is coloured as a gain.
 */
function Moved({ tickers, standing, backtest }: {
  tickers: readonly [string, string];
  standing: WalkForward;
  backtest: WalkForward;
}) {
  return (
    <div class="look-ahead">
      <Figures backtest={backtest} beside={standing} />
      <BacktestEquity
        id="walk-forward-chart"
        label={`Equity with ${strategyTitle(backtest.strategy)} under the moved settings`}
        backtest={backtest}
        beside={{ name: "As set", backtest: standing }}
        csv={[]}
      />
      <MonthlyReturns
        shaded={false}
        years={monthlyReturns(backtest, { before: 100_000 })}
        label="Returns under the moved settings"
      />
      <h3 class="part">Trades</h3>
      <TradeTable tickers={tickers} trades={backtest.trades} label="Trades under the moved settings" />
    </div>
  );
}

/** Figures of a backtest, beside those of another one if it is given. */
function Figures({ backtest, beside }: { backtest: WalkForward; beside?: WalkForward }) {
  const others = beside && figuresOf(beside);
  return (
    <FigureList>
      {figuresOf(backtest).map(({ title, hint, text, of }, i) => (
        <Figure
          key={title}
          title={title}
          hint={hint}
          text={text}
          of={of}
          beside={others && `as set ${others[i]!.text}`}
        />
      ))}
    </FigureList>
  );
}

function figuresOf(
  { equity, trades, days, windows }: WalkForward,
): { title: string; hint?: string; text: string; of?: number }[] {
  const closed = trades.filter((trade) => trade.exit !== null);
  const won = closed.filter((trade) => trade.return! > 0).length;
  const costs = trades.reduce((sum, trade) => sum + (trade.costs ?? 0), 0);
  const drawdown = Math.min(...underwater(equity));
  const total = equity.at(-1)! / 100_000 - 1;
  const own = Float64Array.of(100_000, ...days.map((day) => day.equity));
  const returns = own.slice(1).map((value, t) => value / own[t]! - 1);
  const isMeasured = returns.length >= 2 && returns.some((value) => value !== returns[0]);
  return [
    { title: "Total return", text: signedPercent(total), of: total },
    {
      title: "Annualized",
      hint: "Of the sessions in which the pair was traded, 252 a year",
      text: signedPercent(annualizedReturnBySessions(own)),
      of: total,
    },
    { title: "Volatility", hint: "Annualized", text: isMeasured ? percent(volatility(returns)) : "–" },
    { title: "Sharpe", hint: "Annualized, cash at 0 %", text: isMeasured ? decimal(sharpeRatio(returns), 2) : "–" },
    { title: "Max drawdown", text: signedPercent(drawdown), of: drawdown },
    { title: "Trades", text: count(trades.length) },
    { title: "Win rate (closed trades)", text: closed.length === 0 ? "–" : percent(won / closed.length) },
    { title: "Costs", text: `${decimal(costs, 0)} USD` },
    { title: "Windows", text: count(windows.length) },
    { title: "Sessions traded", text: count(days.length) },
  ];
}
