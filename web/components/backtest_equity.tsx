import { decimal, percent } from "../figures.ts";
import { equityChart, underwater } from "../pair_charts.ts";
import type { PairBacktest } from "../pair_backtest.ts";
import { Chart, ChartTable } from "./chart.tsx";

/** Equity of a pair's backtest over its drawdown. */
export function BacktestEquity(
  { id, label, backtest, beside, csv }: {
    id: string;
    label: string;
    backtest: PairBacktest;
    /** Another one, for comparison. */
    beside?: { name: string; backtest: PairBacktest };
    csv: { title: string; href: string }[];
  },
) {
  const { sessions, equity } = backtest;
  const below = underwater(equity);
  return (
    <Chart
      id={id}
      label={`${label}: ${decimal(equity.at(-1)!, 0)} USD on ${sessions.at(-1)}, maximum drawdown ${
        percent(Math.min(...below))
      }`}
      data={equityChart(backtest, beside)}
    >
      <ChartTable
        label={label}
        columns={["Equity in USD", "Drawdown"]}
        sessions={sessions}
        cells={(t) => [decimal(equity[t]!, 2), percent(below[t]!)]}
        csv={csv}
      />
    </Chart>
  );
}
