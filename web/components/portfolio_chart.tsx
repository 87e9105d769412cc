import { portfolioDaily, strategyComparison } from "../../assets/views.ts";
import { rowsPath } from "../rows_path.ts";
import { decimal, percent, signedPercent } from "../figures.ts";
import { headlineFilters, type Portfolio } from "../portfolio.ts";
import { costTitle, strategyTitle } from "../strategy_words.ts";
import { inWords } from "../words.ts";
import { Chart, type ChartData, ChartTable } from "./chart.tsx";
import { Figure, FigureList } from "./figure_list.tsx";

/** Equity of the portfolio of chosen pairs, with its figures. */
export function PortfolioChart({ portfolio }: { portfolio: Portfolio }) {
  const { strategy, tradedStrategy, cost, sessions, equity, benchmark, drawdown, result } = portfolio;
  const last = sessions.length - 1;
  const total = equity[last]! - 1;
  return (
    <>
      <p class="about">
        {strategy === tradedStrategy
          ? inWords(strategy)
          : `In each window the strategy with the best record before it (now: ${strategyTitle(tradedStrategy)}),`}{" "}
        on the pairs of each walk-forward window, after costs ({costTitle(cost)}).
      </p>
      <FigureList>
        <Figure title="Total return" text={signedPercent(total)} of={total} />
        {result && (
          <>
            <Figure
              title="Annualized"
              text={result.annualized_return === null ? "–" : signedPercent(result.annualized_return)}
              of={result.annualized_return ?? 0}
            />
            <Figure
              title="Sharpe"
              hint="Of returns in excess of cash, a year"
              text={result.sharpe === null ? "–" : decimal(result.sharpe, 2)}
            />
            <Figure title="Max drawdown" text={signedPercent(result.max_drawdown)} of={result.max_drawdown} />
            <Figure
              title="Benchmark"
              text={signedPercent(result.benchmark_total_return)}
              of={result.benchmark_total_return}
            />
            {result.deflated_sharpe !== null && (
              <Figure
                title="Deflated Sharpe"
                hint={`Probability that the true Sharpe ratio is above 0, given the ${result.settings_tried} settings tried`}
                text={percent(result.deflated_sharpe)}
              />
            )}
          </>
        )}
      </FigureList>
      <Chart
        id="portfolio-chart"
        label={`Equity of the portfolio from ${sessions[0]} to ${sessions[last]}: ${signedPercent(total)}, benchmark ${
          signedPercent(benchmark[last]! - 1)
        }`}
        data={chartOf(portfolio)}
      >
        <ChartTable
          label="Portfolio"
          columns={["Return so far", "Benchmark", "Drawdown"]}
          sessions={sessions}
          cells={(t) => [
            signedPercent(equity[t]! - 1),
            signedPercent(benchmark[t]! - 1),
            percent(drawdown[t]!),
          ]}
          csv={[
            { title: portfolioDaily.key, href: rowsPath(portfolioDaily, headlineFilters) },
            { title: strategyComparison.key, href: rowsPath(strategyComparison, headlineFilters) },
          ]}
        />
      </Chart>
    </>
  );
}

function chartOf({ sessions, equity, benchmark, drawdown }: Portfolio): ChartData {
  const gained = (values: readonly number[]) => values.map((value) => value - 1);
  return {
    sessions,
    panes: [
      {
        format: "percent",
        lines: [
          { name: "Portfolio", colour: "first", values: gained(equity) },
          { name: "Benchmark", colour: "second", values: gained(benchmark) },
        ],
      },
      {
        format: "percent",
        lines: [{ name: "Drawdown", colour: "loss", shape: "area", values: drawdown }],
      },
    ],
  };
}
