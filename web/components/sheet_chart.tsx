import { portfolioDaily } from "../../assets/views.ts";
import { decimal, percent, signedPercent } from "../figures.ts";
import { isTradable, type StrategyResult } from "../strategy_record.ts";
import { strategyTitle } from "../strategy_words.ts";
import { rollingSessions, type StrategySheet } from "../tear_sheet.ts";
import { Chart, type ChartPane, ChartTable } from "./chart.tsx";
import { benchmarkTitle } from "./strategy_chart.tsx";

/** Panes of a strategy's tear sheet, which share the sessions; rolling figures need enough sessions. */
export function sheetPanes(sheet: StrategySheet, benchmark: string | null): (ChartPane & { title: string })[] {
  const any = (values: readonly (number | null)[]) => values.some((value) => value !== null);
  return [
    {
      title: "Growth",
      format: "percent",
      stretch: 3,
      lines: [
        { name: "Strategy", colour: "first", values: sheet.gained },
        { name: benchmarkTitle(benchmark), colour: "second", values: sheet.benchmarkGained },
      ],
    },
    {
      title: "Drawdown",
      format: "percent",
      stretch: 1,
      lines: [{ name: "Drawdown", colour: "loss", shape: "area", values: sheet.drawdown }],
    },
    ...any(sheet.rollingSharpe)
      ? [{
        title: "Rolling Sharpe",
        format: "ratio" as const,
        stretch: 1,
        levels: [0],
        lines: [{
          name: `Rolling Sharpe, ${rollingSessions} sessions`,
          colour: "third" as const,
          values: sheet.rollingSharpe,
        }],
      }]
      : [],
    ...any(sheet.rollingBeta)
      ? [{
        title: "Rolling beta",
        format: "ratio" as const,
        stretch: 1,
        levels: [0],
        lines: [{
          name: `Rolling beta, ${rollingSessions} sessions`,
          colour: "fourth" as const,
          values: sheet.rollingBeta,
        }],
      }]
      : [],
    {
      title: "Gross exposure",
      format: "ratio",
      stretch: 1,
      lines: [{ name: "Gross exposure, × equity", colour: "seventh", values: sheet.grossExposure }],
    },
  ];
}

/** Growth, drawdown, rolling Sharpe and beta, and exposure of a strategy on one axis of time. */
export function SheetChart(
  { result, sheet, benchmark, csv }: {
    result: StrategyResult;
    sheet: StrategySheet;
    benchmark: string | null;
    /** Address of the sessions as CSV. */
    csv: string;
  },
) {
  const { sessions } = sheet;
  const name = strategyTitle(result.strategy);
  const text = (value: number | null | undefined) => value == null ? "" : decimal(value, 2);
  return (
    <Chart
      id="sheet-chart"
      label={`${name} from ${sessions[0]} to ${sessions.at(-1)}: ${
        isTradable(result) ? "" : "not achievable in live trading, "
      }${signedPercent(result.total_return)}, maximum drawdown ${percent(result.max_drawdown)}`}
      data={{ sessions, panes: sheetPanes(sheet, benchmark) }}
    >
      <ChartTable
        label={`Sheet of ${name}`}
        columns={["Return so far", "Benchmark", "Drawdown", "Rolling Sharpe", "Rolling beta", "Gross exposure"]}
        sessions={sessions}
        cells={(t) => [
          signedPercent(sheet.gained[t]!),
          signedPercent(sheet.benchmarkGained[t]!),
          percent(sheet.drawdown[t]!),
          text(sheet.rollingSharpe[t]),
          text(sheet.rollingBeta[t]),
          text(sheet.grossExposure[t]),
        ]}
        csv={[{
          title: portfolioDaily.key,
          href: csv,
        }]}
      />
    </Chart>
  );
}
