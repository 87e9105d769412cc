import { portfolioDaily } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { decimal, signedPercent } from "../figures.ts";
import { rowsPath } from "../rows_path.ts";
import { isTradable, type StrategiesRecord } from "../strategy_record.ts";
import { standingStrategyRange, strategyRanges, type StrategySearch } from "../strategy_search.ts";
import { costTitle, strategyTitle } from "../strategy_words.ts";
import { Chart, type ChartData, type ChartLine, ChartTable, lineColours } from "./chart.tsx";

/** Equity of all strategies' portfolios and of the benchmark. */
export function StrategyChart({ record, search }: { record: StrategiesRecord; search: StrategySearch }) {
  const { days, results, chosen, cost, columns } = record;
  const data = chartOf(record);
  const { sessions } = data;
  const lines = data.panes[0]!.lines;
  const last = sessions.length - 1;
  const hidden = search.hidden.filter((name) => days.has(name));
  return (
    <Chart
      id="strategies-chart"
      label={`Equity of ${results.length} strategies from ${sessions[0]} to ${sessions[last]}; ${
        strategyTitle(chosen.strategy)
      } ${signedPercent(chosen.total_return)}`}
      data={data}
      controls={{
        parts: results.filter(({ strategy }) => days.has(strategy)).map(({ strategy }) => ({
          name: strategy,
          title: strategyTitle(strategy),
        })),
        hidden,
        range: search.range,
        ranges: strategyRanges,
        standing: standingStrategyRange,
        logarithmic: search.logarithmic,
      }}
      caption={
        <>
          Growth of 1, after costs ({costTitle(cost)}). Dotted: in-sample, or filled at the close that gave the signal,
          and so not achievable in live trading.
        </>
      }
    >
      <ChartTable
        label="Equity of the strategies"
        columns={lines.map(({ name }) => name)}
        sessions={sessions}
        cells={(t) => lines.map(({ values }) => values[t] === null ? "" : decimal(values[t]!, 4))}
        csv={[{
          title: portfolioDaily.key,
          href: rowsPath(portfolioDaily, equalTo(columns)),
        }]}
      />
    </Chart>
  );
}

function chartOf({ days, results, chosen, benchmark }: StrategiesRecord): ChartData {
  const sessions = [...new Set([...days.values()].flatMap((one) => one.sessions))].sort();
  const on = (own: readonly string[], values: readonly number[]) => {
    const at = new Map(own.map((session, t) => [session, values[t]!]));
    return sessions.map((session) => at.get(session) ?? null);
  };
  const lines = results.flatMap((result, i): ChartLine[] => {
    const own = days.get(result.strategy);
    if (!own) return [];
    return [{
      name: strategyTitle(result.strategy),
      colour: lineColours[i % lineColours.length]!,
      part: result.strategy,
      values: on(own.sessions, own.equity),
      // Colours repeat after the eighth strategy; a dash tells the ninth from the first.
      ...i >= lineColours.length && { shape: "dashed" as const },
      ...!isTradable(result) && { shape: "dotted" as const },
      ...result.strategy === chosen.strategy && { strong: true as const },
    }];
  });
  const of = days.get(chosen.strategy) ?? [...days.values()][0];
  const held: ChartLine[] = of
    ? [{
      name: benchmarkTitle(benchmark),
      colour: "faint",
      shape: "dashed",
      values: on(of.sessions, of.benchmark),
    }]
    : [];
  return { sessions, panes: [{ format: "ratio", logarithmic: true, lines: [...lines, ...held] }] };
}

/** Title of the benchmark. */
export function benchmarkTitle(benchmark: string | null): string {
  return benchmark === null ? "Benchmark" : `Benchmark (${benchmark})`;
}
