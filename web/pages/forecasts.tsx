import { forecastScores, spreadForecasts } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { ChartCredit } from "../components/chart.tsx";
import { ForecastChart } from "../components/forecast_chart.tsx";
import { ForecastChoice } from "../components/forecast_choice.tsx";
import { ForecastErrors } from "../components/forecast_errors.tsx";
import { Panel } from "../components/panel.tsx";
import { TableScroller } from "../components/table_scroller.tsx";
import { TrendAccuracyView } from "../components/trend_accuracy.tsx";
import { count, decimal, percent, pValue } from "../figures.ts";
import type { ForecastScore, ForecastsRecord } from "../forecast_record.ts";
import { Layout } from "../layout.tsx";
import { pairPath } from "../pair_path.ts";
import { rowsPath } from "../rows_path.ts";
import { inWords } from "../words.ts";

/** How far forecasts of spreads were off, and what they say now. */
export function ForecastsPage({ record }: { record: ForecastsRecord }) {
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
        <div class="headline">
          <div>
            <h1>Forecasts</h1>
            <p>
              Spreads of the walk-forward pairs, forecast at each close by models that were fitted on the formation
              alone.
            </p>
          </div>
        </div>
      }
    >
      <Panel id="errors" title="Errors by model and horizon">
        {scores.length === 0
          ? (
            <p class="empty">
              No forecast has come true yet: errors appear here once {forecastScores.key} is materialized.{" "}
              <a href={`/assets/${forecastScores.key}`}>To {forecastScores.key}</a>
            </p>
          )
          : <Errors scores={scores} />}
      </Panel>
      {trend.length > 0 && (
        <Panel id="trend" title="Rolling trend: direction right by r²">
          <TrendAccuracyView rows={trend} />
        </Panel>
      )}
      <Panel id="pair" title="Forecasts of a pair, and what came true">
        {pair === null ? <Absent tickers={newest && tickers} /> : (
          <>
            <ForecastChoice action="/forecasts#pair" of={pair}>
              <label>
                Pair
                <select name="pair">
                  {pairNames(record).map((name) => (
                    <option key={name} value={name} selected={name === pair.tickers.join(" ")}>
                      {name.replace(" ", " / ")}
                    </option>
                  ))}
                </select>
              </label>
            </ForecastChoice>
            <p class="faint">
              <a href={pairPath(...pair.tickers)}>To the page of {pair.tickers.join(" / ")}</a>
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
  return (
    <p class="empty">
      There are no forecasts yet: they appear here once {spreadForecasts.key} is materialized.{" "}
      <a href={`/assets/${spreadForecasts.key}`}>To {spreadForecasts.key}</a>
    </p>
  );
}

function Errors({ scores }: { scores: readonly ForecastScore[] }) {
  return (
    <>
      <ForecastErrors scores={scores} />
      <p class="faint">
        Errors are in standard deviations of the formation's spread. The test of Diebold and Mariano asks whether a
        model and the last value err alike: a small p-value with a negative statistic is for the model.{" "}
        <a href={rowsPath(forecastScores, [])}>All scores as CSV</a>
      </p>
      <TableScroller label="Errors by model and horizon">
        <table>
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col" class="number">Sessions ahead</th>
              <th scope="col" class="number">MSE</th>
              <th scope="col" class="number">MSE, last value</th>
              <th scope="col" class="number">MAE</th>
              <th scope="col" class="number">MAE, last value</th>
              <th scope="col" class="number">Direction right</th>
              <th scope="col" class="number">Right, last value</th>
              <th scope="col" class="number">Closer in pairs</th>
              <th scope="col" class="number">In the interval</th>
              <th scope="col" class="number">Diebold–Mariano</th>
              <th scope="col" class="number">p-value</th>
              <th scope="col" class="number">Forecasts</th>
            </tr>
          </thead>
          <tbody>
            {scores.map((score) => (
              <tr>
                <th scope="row">{inWords(score.model)}</th>
                <td class="number">{score.horizon}</td>
                <td class="number">{decimal(score.mse, 3)}</td>
                <td class="number">{decimal(score.baseline_mse, 3)}</td>
                <td class="number">{decimal(score.mae, 3)}</td>
                <td class="number">{decimal(score.baseline_mae, 3)}</td>
                <td class="number">{percent(score.directional_accuracy)}</td>
                <td class="number">{percent(score.baseline_directional_accuracy)}</td>
                <td class="number">{score.pairs_better} of {score.pairs}</td>
                <td class="number">{percent(score.interval_coverage)}</td>
                <td class="number">{score.diebold_mariano === null ? "–" : decimal(score.diebold_mariano, 2)}</td>
                <td class="number">
                  {score.diebold_mariano_p_value === null ? "–" : pValue(score.diebold_mariano_p_value)}
                </td>
                <td class="number">{count(score.forecasts)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroller>
    </>
  );
}

function Newest({ newest }: { newest: NonNullable<ForecastsRecord["newest"]> }) {
  const { asOf, model, horizon, forecasts } = newest;
  const csv = rowsPath(spreadForecasts, equalTo({ as_of: asOf, model, horizon: String(horizon) }));
  return (
    <>
      <p class="about">
        By {inWords(model)} as of {asOf}, {horizon === 1 ? "a session" : `${horizon} sessions`}{" "}
        ahead. Where the interval holds the present spread, the model tells neither direction. <a href={csv}>As CSV</a>
      </p>
      <TableScroller label="Newest forecasts">
        <table>
          <thead>
            <tr>
              <th scope="col">Pair</th>
              <th scope="col" class="number">Spread</th>
              <th scope="col" class="number">Forecast</th>
              <th scope="col" class="number">Lower end</th>
              <th scope="col" class="number">Upper end</th>
              <th scope="col">Direction</th>
            </tr>
          </thead>
          <tbody>
            {forecasts.map(({ ticker_1, ticker_2, scaled_spread, forecast, lower, upper }) => (
              <tr>
                <th scope="row">
                  <a href={pairPath(ticker_1, ticker_2)}>{ticker_1} / {ticker_2}</a>
                </th>
                <td class="number">{decimal(scaled_spread, 2)}</td>
                <td class="number">{decimal(forecast, 2)}</td>
                <td class="number">{decimal(lower, 2)}</td>
                <td class="number">{decimal(upper, 2)}</td>
                <td>{scaled_spread < lower ? "up" : scaled_spread > upper ? "down" : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroller>
    </>
  );
}
