import { forecastScores, spreadForecasts } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { ChartCredit } from "../components/chart.tsx";
import { type Column, DataTable, numberColumn, places } from "../components/data_table.tsx";
import { ForecastChart } from "../components/forecast_chart.tsx";
import { ForecastChoice } from "../components/forecast_choice.tsx";
import { ForecastErrors } from "../components/forecast_errors.tsx";
import { Panel } from "../components/panel.tsx";
import { TrendAccuracyView } from "../components/trend_accuracy.tsx";
import { count, percent, pValue } from "../figures.ts";
import type { ForecastScore, ForecastsRecord, SpreadForecast } from "../forecast_record.ts";
import { Layout } from "../layout.tsx";
import { pairPath } from "../pair_path.ts";
import { rowsPath } from "../rows_path.ts";
import { inWords } from "../words.ts";
import { PageHead } from "../components/page_head.tsx";
import { Select } from "../components/field.tsx";
import { ParameterProblems, type Problems } from "../components/search_problems.tsx";
import { NotYet } from "../components/not_yet.tsx";

/** Errors of past spread forecasts, and the newest forecasts. */
export function ForecastsPage({ record, problems }: { record: ForecastsRecord; problems: Problems }) {
  const { scores, trend, newest, pair, tickers } = record;
  return (
    <Layout
      title="Forecasts · Tandem"
      path="/forecasts"
      script="charts.js"
      styles={["pairs.css"]}
      sections={[
        { id: "errors", title: "Errors" },
        ...trend.length > 0 ? [{ id: "trend", title: "Trend by r²" }] : [],
        { id: "pair", title: "Pair" },
        { id: "newest", title: "Newest" },
      ]}
      headline={
        <PageHead title="Forecasts">
          Spreads of the walk-forward pairs, forecast at each close by models that were fitted on earlier closes alone.
        </PageHead>
      }
    >
      <ParameterProblems problems={problems} />
      <Panel id="errors" title="Errors by model and horizon">
        {scores.length === 0
          ? <NotYet of={forecastScores} appears="errors appear here">No forecast has come true yet</NotYet>
          : <Errors scores={scores} />}
      </Panel>
      {trend.length > 0 && (
        <Panel id="trend" title="Rolling trend: direction right by r²">
          <TrendAccuracyView rows={trend} />
        </Panel>
      )}
      <Panel id="pair" title="Forecasts of a pair with realized values">
        {pair === null ? <Absent tickers={newest && tickers} /> : (
          <>
            <ForecastChoice action="/forecasts#pair" of={pair}>
              <Select
                label="Pair"
                name="pair"
                options={pairNames(record)}
                chosen={pair.tickers.join(" ")}
                words={(name) => name.replace(" ", " / ")}
              />
            </ForecastChoice>
            <p class="faint">
              <a href={pairPath(...pair.tickers)}>Pair {pair.tickers.join(" / ")}</a>
            </p>
            <ForecastChart of={pair} />
          </>
        )}
      </Panel>
      <Panel id="newest" title="Newest forecasts">
        {newest === null ? <Absent /> : <Newest newest={newest} />}
      </Panel>
      <ChartCredit />
    </Layout>
  );
}

function pairNames({ newest, pair }: ForecastsRecord): string[] {
  const names = (newest?.forecasts ?? []).map(({ ticker_1, ticker_2 }) => `${ticker_1} ${ticker_2}`);
  return [...new Set([...pair ? [pair.tickers.join(" ")] : [], ...names])].sort();
}

function Absent({ tickers = null }: { tickers?: readonly [string, string] | null }) {
  if (tickers) {
    return (
      <p class="empty">
        There are no forecasts of {tickers.join(" / ")}: no window of the walk-forward chose it.{" "}
        <a href="/forecasts">Show another pair</a>
      </p>
    );
  }
  return <NotYet of={spreadForecasts} appears="they appear here">There are no forecasts yet</NotYet>;
}

const errorColumns: readonly Column<ForecastScore>[] = [
  { title: "Model", header: true, cell: ({ model }) => inWords(model) },
  { title: "Horizon", unit: "sessions", number: true, cell: ({ horizon }) => horizon },
  numberColumn("MSE", "mse", places(3)),
  numberColumn("MSE", "baseline_mse", places(3), { unit: "last value" }),
  numberColumn("MAE", "mae", places(3)),
  numberColumn("MAE", "baseline_mae", places(3), { unit: "last value" }),
  numberColumn("Direction right", "directional_accuracy", percent),
  numberColumn("Direction right", "baseline_directional_accuracy", percent, { unit: "last value" }),
  {
    title: "Closer",
    unit: "pairs",
    number: true,
    cell: ({ pairs_better, pairs }) => `${pairs_better} of ${pairs}`,
  },
  numberColumn("In the interval", "interval_coverage", percent),
  numberColumn("Diebold–Mariano", "diebold_mariano", places(2)),
  numberColumn("p-value", "diebold_mariano_p_value", pValue),
  numberColumn("Forecasts", "forecasts", count),
];

function Errors({ scores }: { scores: readonly ForecastScore[] }) {
  return (
    <>
      <ForecastErrors scores={scores} />
      <p class="about">
        Errors are in standard deviations of the formation's spread. The test of Diebold and Mariano asks whether a
        model and the last value err alike: a small p-value with a negative statistic is for the model.{" "}
        <a href={rowsPath(forecastScores, [])}>All scores as CSV</a>
      </p>
      <DataTable
        label="Errors by model and horizon"
        columns={errorColumns}
        rows={scores}
      />
    </>
  );
}

const newestColumns: readonly Column<SpreadForecast>[] = [
  {
    title: "Pair",
    header: true,
    cell: ({ ticker_1, ticker_2 }) => <a href={pairPath(ticker_1, ticker_2)}>{ticker_1} / {ticker_2}</a>,
  },
  numberColumn("Spread", "scaled_spread", places(2)),
  numberColumn("Forecast", "forecast", places(2)),
  numberColumn("Lower end", "lower", places(2)),
  numberColumn("Upper end", "upper", places(2)),
  {
    title: "Direction",
    cell: ({ scaled_spread, lower, upper }) => scaled_spread < lower ? "up" : scaled_spread > upper ? "down" : "–",
  },
];

function Newest({ newest }: { newest: NonNullable<ForecastsRecord["newest"]> }) {
  const { asOf, model, horizon, forecasts } = newest;
  const csv = rowsPath(spreadForecasts, equalTo({ as_of: asOf, model, horizon: String(horizon) }));
  return (
    <>
      <p class="about">
        By {inWords(model)} as of {asOf}, {horizon === 1 ? "a session" : `${horizon} sessions`}{" "}
        ahead. No direction where the interval contains the current spread. <a href={csv}>As CSV</a>
      </p>
      <DataTable
        label="Newest forecasts"
        columns={newestColumns}
        rows={forecasts}
      />
    </>
  );
}
