import { Chart, ChartCredit, ChartTable } from "../components/chart.tsx";
import { ForecastChart } from "../components/forecast_chart.tsx";
import { ForecastChoice } from "../components/forecast_choice.tsx";
import { Figure, FigureList } from "../components/figure_list.tsx";
import { MonthlyReturns } from "../components/monthly_returns.tsx";
import { LegLinks } from "../components/leg_links.tsx";
import { PairDividends } from "../components/pair_dividends.tsx";
import { PairTests } from "../components/pair_tests.tsx";
import { ResidualCharts } from "../components/residual_charts.tsx";
import { Panel } from "../components/panel.tsx";
import { Sources } from "../components/sources.tsx";
import { TradeTable } from "../components/trade_table.tsx";
import { brieflyFigured, count, decimal, percent, signedPercent } from "../figures.ts";
import { Layout } from "../layout.tsx";
import {
  equityChart,
  from100,
  type LegScale,
  pairSpread,
  pricesChart,
  spreadChart,
  underwater,
} from "../pair_charts.ts";
import { monthlyReturns } from "../monthly_returns.ts";
import { residualDiagnostics } from "../residual_diagnostics.ts";
import { pairPath } from "../pair_path.ts";
import { rowsPath } from "../rows_path.ts";
import type { PairForecasts } from "../forecast_record.ts";
import type { PairBacktest, PairRecord, WalkForward } from "../pair_record.ts";

/** One pair: prices, spread, forecasts, backtests, and the numbers behind the tests. */
export function PairPage(
  { pair, forecasts, scale }: { pair: PairRecord; forecasts: PairForecasts | null; scale: LegScale },
) {
  const [ticker1, ticker2] = pair.tickers;
  const name = `${ticker1} / ${ticker2}`;
  const sections = [
    { id: "prices", title: "Prices" },
    { id: "spread", title: "Spread" },
    ...(forecasts ? [{ id: "forecasts", title: "Forecasts" }] : []),
    { id: "walk-forward", title: "Walk-forward" },
    ...(pair.reference ? [{ id: "reference", title: "Reference" }] : []),
    { id: "tests", title: "Tests" },
    { id: "residual", title: "Residual" },
  ];
  const path = pairPath(ticker1, ticker2);
  return (
    <Layout
      title={`${name} · Tandem`}
      path={path}
      script="charts.js"
      styles={["pairs.css"]}
      sections={sections}
      headline={<Headline pair={pair} name={name} />}
    >
      {pair.dividends && <PairDividends dividends={pair.dividends} tickers={pair.tickers} />}
      <Panel id="prices" title="Prices">
        <Prices pair={pair} scale={scale} />
      </Panel>
      <Panel id="spread" title="Spread">
        <Spread pair={pair} />
      </Panel>
      {forecasts && (
        <Panel id="forecasts" title="Forecasts of the spread, and what came true">
          <ForecastChoice action={`${path}#forecasts`} of={forecasts} />
          <ForecastChart of={forecasts} />
        </Panel>
      )}
      <Panel id="walk-forward" title="Walk-forward backtest">
        <WalkForwardBody pair={pair} path={path} scale={scale} />
      </Panel>
      {pair.reference && (
        <Panel id="reference" title="Reference backtest, fitted on the sample it trades">
          <Reference pair={pair} reference={pair.reference} />
        </Panel>
      )}
      <Panel id="tests" title="The numbers behind the tests">
        <PairTests tested={pair.tested} config={pair.sources.get("cointegrated_pairs")?.config} />
      </Panel>
      <Panel id="residual" title="The residual">
        <Residual pair={pair} path={path} />
      </Panel>
      <Panel id="sources" title="Where each comes from">
        <Sources sources={pair.sources} />
      </Panel>
      <ChartCredit />
    </Layout>
  );
}

function Headline({ pair, name }: { pair: PairRecord; name: string }) {
  const { tested, rank, pinned } = pair;
  const standing = tested === null
    ? "Not tested now: no source of candidates proposes it."
    : `As of ${tested.as_of} ${
      tested.cluster === null ? "in no common cluster" : `in cluster ${tested.cluster}`
    }, proposed by ${tested.sources.join(", ")}. ${tested.accepted ? "Accepted" : "Not accepted"}${
      rank === null ? "" : `, number ${rank} of the chosen pairs`
    }.`;
  return (
    <div class="headline">
      <div>
        <h1>{name}</h1>
        {pinned && (
          <p>
            Pinned by hand, number {rank} of the chosen pairs. {pinned.reason === null
              ? "The tests accept it as well."
              : `The tests do not accept it: ${brieflyFigured(pinned.reason)}`}
          </p>
        )}
        <p>
          {standing} <a href="/pairs">All pairs</a>, tickers <LegLinks tickers={pair.tickers} />
        </p>
      </div>
    </div>
  );
}

function Prices({ pair: { tickers, closes, walkForward }, scale }: { pair: PairRecord; scale: LegScale }) {
  if (closes === null) return <NoPrices tickers={tickers} />;
  const [first, second] = [from100(closes.first), from100(closes.second)];
  const last = closes.sessions.length - 1;
  const start = closes.sessions[0];
  const strategy = walkForward?.strategy;
  const [shown, digits] = scale === "usd" ? [[closes.first, closes.second], 2] : [[first, second], 1];
  return (
    <>
      <nav class="tabs" aria-label="Prices">
        <a
          href={`${viewPath(tickers, { strategy, scale: "index" })}#prices`}
          aria-current={scale === "index" ? "true" : undefined}
        >
          from 100
        </a>
        <a
          href={`${viewPath(tickers, { strategy, scale: "usd" })}#prices`}
          aria-current={scale === "usd" ? "true" : undefined}
        >
          in USD
        </a>
      </nav>
      <Chart
        id="prices-chart"
        label={`${tickers.join(" and ")}, ${scale === "usd" ? "in USD" : `both 100 on ${start}`}: ${
          shown.map((values) => decimal(values[last]!, digits)).join(" and ")
        } on ${closes.sessions[last]}`}
        data={pricesChart(tickers, closes, scale)}
        caption={scale === "usd"
          ? "Closes in USD, adjusted for splits, each leg on its own scale."
          : `Closes adjusted for splits, both 100 on ${start}. The table has them in USD.`}
      >
        <ChartTable
          label="Closes"
          columns={[
            ...tickers.map((ticker) => `${ticker} in USD`),
            ...tickers.map((ticker) => `${ticker} from 100`),
          ]}
          sessions={closes.sessions}
          cells={(t) => [
            decimal(closes.first[t]!, 2),
            decimal(closes.second[t]!, 2),
            decimal(first[t]!, 1),
            decimal(second[t]!, 1),
          ]}
          csv={tickers.map((ticker) => ({ title: ticker, href: rowsPath("clean_prices", { ticker }) }))}
        />
      </Chart>
    </>
  );
}

/** The page as it is looked at. */
function viewPath([ticker1, ticker2]: readonly [string, string], { strategy, scale }: {
  strategy: string | undefined;
  scale: LegScale;
}): string {
  const parameters = new URLSearchParams([
    ...strategy === undefined ? [] : [["strategy", strategy]],
    ...scale === "usd" ? [["prices", scale]] : [],
  ]);
  return `${pairPath(ticker1, ticker2)}${parameters.size > 0 ? `?${parameters}` : ""}`;
}

function NoPrices({ tickers }: { tickers: readonly [string, string] }) {
  return <p class="empty">clean_prices has no sessions that both {tickers.join(" and ")} have.</p>;
}

function Spread({ pair: { tickers, tested, closes, walkForward, reference } }: { pair: PairRecord }) {
  if (closes === null) return <NoPrices tickers={tickers} />;
  if (tested === null || tested.slope === null || tested.intercept === null) {
    return (
      <p class="empty">
        No line of one leg on the other holds now: the pair is not tested, or its legs have no spread.
      </p>
    );
  }
  const { slope, intercept } = tested;
  const spread = pairSpread(closes, { slope, intercept });
  const trades = walkForward?.trades ?? reference?.trades ?? [];
  const now = spread.values.at(-1)!;
  const deviations = (now - spread.mean) / spread.standardDeviation;
  const sign = intercept < 0 ? "+" : "−";
  return (
    <Chart
      id="spread-chart"
      label={`Spread of ${tickers[1]} beside its line on ${tickers[0]}: ${decimal(now, 2)} USD on ${
        closes.sessions.at(-1)
      }, ${decimal(deviations, 1)} standard deviations from its mean`}
      data={spreadChart(spread, trades)}
      caption={
        <>
          {tickers[1]} − {decimal(slope, 3)} × {tickers[0]} {sign} {decimal(Math.abs(intercept), 2)}{" "}
          USD, with its mean and one standard deviation: line, mean and deviation are of all these sessions, which
          nobody knew while they went by. {trades.length > 0 && (walkForward
            ? `Marks are the positions of the walk-forward backtest (${walkForward.strategy}), which knew only the past.`
            : "Marks are the positions of the reference backtest, which knew the whole sample.")}
        </>
      }
    >
      <ChartTable
        label="Spread"
        columns={["Spread in USD", "Deviations from the mean"]}
        sessions={spread.sessions}
        cells={(t) => [
          decimal(spread.values[t]!, 2),
          decimal((spread.values[t]! - spread.mean) / spread.standardDeviation, 2),
        ]}
        csv={reference
          ? [{ title: "pair_signals", href: rowsPath("pair_signals", ofPair(tickers)) }]
          : tickers.map((ticker) => ({ title: `closes of ${ticker}`, href: rowsPath("clean_prices", { ticker }) }))}
      />
    </Chart>
  );
}

function Residual({ pair: { closes, tested }, path }: { pair: PairRecord; path: string }) {
  const found = closes === null || tested === null || tested.slope === null || tested.intercept === null
    ? null
    : residualDiagnostics(pairSpread(closes, { slope: tested.slope, intercept: tested.intercept }).values, {
      halfLife: tested.half_life,
    });
  return found === null
    ? <p class="empty">There is no spread to look into: the pair is not tested now, or its legs have none.</p>
    : <ResidualCharts of={found} csv={`${path}/spread_distribution.csv`} />;
}

function WalkForwardBody(
  { pair: { tickers, walkForward, sources }, path, scale }: { pair: PairRecord; path: string; scale: LegScale },
) {
  if (!sources.has("walk_forward_daily")) {
    return (
      <p class="empty">
        The walk-forward backtest is not there yet: it appears once walk_forward_daily is materialized.{" "}
        <a href="/assets/walk_forward_daily">To walk_forward_daily</a>
      </p>
    );
  }
  if (walkForward === null) {
    return (
      <p class="empty">
        No window of the walk-forward chose this pair, so there is nothing that it would have earned.
      </p>
    );
  }
  const { strategy, strategies, trades } = walkForward;
  return (
    <>
      <p class="about">
        Chosen by what was known before each window, traded after it, at costs. From 100,000 USD; between windows the
        pair holds nothing.
      </p>
      {strategies.length > 1 && (
        <nav class="tabs" aria-label="Strategies">
          {strategies.map((name) => (
            <a
              href={`${viewPath(tickers, { strategy: name, scale })}#walk-forward`}
              aria-current={name === strategy ? "true" : undefined}
            >
              {name}
            </a>
          ))}
        </nav>
      )}
      <WalkForwardFigures backtest={walkForward} />
      <EquityChart
        id="walk-forward-chart"
        label={`Equity of the walk-forward backtest with ${strategy}`}
        backtest={walkForward}
        csv={[{ title: "walk_forward_daily", href: rowsPath("walk_forward_daily", { strategy, ...ofPair(tickers) }) }]}
      />
      <MonthlyReturns
        years={monthlyReturns(walkForward, { before: 100_000 })}
        label="Returns of the walk-forward backtest"
        csv={`${path}/monthly_returns.csv?strategy=${encodeURIComponent(strategy)}`}
      />
      <h3 class="part">Trades</h3>
      <TradeTable
        tickers={tickers}
        trades={trades}
        label="Trades of the walk-forward backtest"
        csv={rowsPath("walk_forward_trades", { strategy, ...ofPair(tickers) })}
      />
    </>
  );
}

function WalkForwardFigures({ backtest }: { backtest: WalkForward }) {
  const { equity, trades, tradedSessions, windows } = backtest;
  const closed = trades.filter((trade) => trade.exit !== null);
  const won = closed.filter((trade) => trade.return! > 0).length;
  const costs = trades.reduce((sum, trade) => sum + (trade.costs ?? 0), 0);
  return (
    <FigureList>
      <Figure title="Total return" text={signedPercent(equity.at(-1)! / 100_000 - 1)} of={equity.at(-1)! - 100_000} />
      <Figure
        title="Max drawdown"
        text={signedPercent(Math.min(...underwater(equity)))}
        of={Math.min(...underwater(equity))}
      />
      <Figure title="Trades" text={count(trades.length)} />
      <Figure title="Won, of those closed" text={closed.length === 0 ? "–" : percent(won / closed.length)} />
      <Figure title="Costs" text={`${decimal(costs, 0)} USD`} />
      <Figure title="Windows" text={count(windows)} />
      <Figure title="Sessions traded" text={count(tradedSessions)} />
    </FigureList>
  );
}

function Reference(
  { pair: { tickers }, reference }: { pair: PairRecord; reference: NonNullable<PairRecord["reference"]> },
) {
  const { metrics, trades } = reference;
  return (
    <>
      <p class="notice">
        Nobody could have earned this: hedge ratio and scale are fitted on the very sessions that are traded, and there
        are no costs. It shows what the original service would have shown.
      </p>
      {metrics && (
        <FigureList>
          <Figure title="Total return" text={signedPercent(metrics.total_return)} of={metrics.total_return} />
          <Figure
            title="Annualized"
            text={metrics.annualized_return === null ? "–" : signedPercent(metrics.annualized_return)}
            of={metrics.annualized_return ?? 0}
          />
          <Figure title="Max drawdown" text={signedPercent(metrics.max_drawdown)} of={metrics.max_drawdown} />
          <Figure title="Trades" text={count(trades.length)} />
        </FigureList>
      )}
      <EquityChart
        id="reference-chart"
        label="Equity of the reference backtest, fitted on the sample it trades"
        backtest={reference}
        csv={[{ title: "pair_trades", href: rowsPath("pair_trades", ofPair(tickers)) }]}
      />
      <MonthlyReturns
        years={monthlyReturns(reference, { before: 100_000 })}
        label="Returns of the reference backtest"
        csv={`${pairPath(...tickers)}/monthly_returns.csv?backtest=reference`}
      />
      <h3 class="part">Positions</h3>
      <TradeTable
        tickers={tickers}
        trades={trades}
        label="Positions of the reference backtest"
        csv={rowsPath("pair_trades", ofPair(tickers))}
      />
    </>
  );
}

function EquityChart(
  { id, label, backtest, csv }: {
    id: string;
    label: string;
    backtest: PairBacktest;
    csv: { title: string; href: string }[];
  },
) {
  const { sessions, equity } = backtest;
  const below = underwater(equity);
  return (
    <Chart
      id={id}
      label={`${label}: ${decimal(equity.at(-1)!, 0)} USD on ${sessions.at(-1)}, deepest fall ${
        percent(Math.min(...below))
      }`}
      data={equityChart(backtest)}
    >
      <ChartTable
        label={label}
        columns={["Equity in USD", "Below its highest"]}
        sessions={sessions}
        cells={(t) => [decimal(equity[t]!, 2), percent(below[t]!)]}
        csv={csv}
      />
    </Chart>
  );
}

function ofPair([ticker_1, ticker_2]: readonly [string, string]): Record<string, string> {
  return { ticker_1, ticker_2 };
}
