import { spreadForecasts } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { ofPair } from "../pair_filter.ts";
import { counted, decimal } from "../figures.ts";
import type { PairForecasts } from "../forecast_record.ts";
import { rowsPath } from "../rows_path.ts";
import { Chart, ChartTable } from "./chart.tsx";
import { sessionsAhead } from "./forecast_errors.tsx";
import { inWords } from "../words.ts";

/** Forecasts of a pair and realized values, each in the session of its value. */
export function ForecastChart({ of: { tickers, model, horizon, forecasts } }: { of: PairForecasts }) {
  const due = forecasts.filter((row) => row.target_session !== null);
  const open = forecasts.filter((row) => row.target_session === null).at(-1);
  const newest = open && (
    <p class="about">
      As of {open.as_of} the spread is {decimal(open.scaled_spread, 2)}; {inWords(model)} expects{" "}
      {decimal(open.forecast, 2)} in {counted(horizon, "session")}, between {decimal(open.lower, 2)} and{" "}
      {decimal(open.upper, 2)}.
    </p>
  );
  if (due.length === 0) return newest ?? <p class="empty">There is no forecast yet.</p>;
  const sessions = due.map((row) => row.target_session!);
  const last = due.at(-1)!;
  const windows = new Set(due.map((row) => row.window)).size;
  return (
    <>
      {newest}
      <Chart
        id="forecast-chart"
        label={`Spread of ${tickers.join(" and ")} and its forecast by ${model}, ${sessionsAhead(horizon)}: ${
          last.actual === null ? "no close" : decimal(last.actual, 2)
        } on ${last.target_session}, ${decimal(last.forecast, 2)} forecast`}
        data={{
          sessions,
          panes: [{
            format: "index",
            lines: [
              { name: "Realized", colour: "first", values: due.map((row) => row.actual) },
              { name: `Forecast ${sessionsAhead(horizon)}`, colour: "second", values: due.map((row) => row.forecast) },
              { name: "Upper end", colour: "faint", shape: "dashed", values: due.map((row) => row.upper) },
              { name: "Lower end", colour: "faint", shape: "dashed", values: due.map((row) => row.lower) },
            ],
          }],
        }}
        caption={`Each forecast is shown in its target session, ${
          horizon === 1 ? "a session" : `${horizon} sessions`
        } after the close at which it was made. In standard deviations of the formation's spread, from its mean${
          windows > 1 ? `: ${windows} windows, each with a formation of its own` : ""
        }.`}
      >
        <ChartTable
          label="Forecasts"
          columns={["Made as of", "Realized", "Forecast", "Lower end", "Upper end"]}
          sessions={sessions}
          cells={(t) => {
            const { as_of, actual, forecast, lower, upper } = due[t]!;
            return [
              as_of,
              actual === null ? "–" : decimal(actual, 2),
              ...[forecast, lower, upper].map((value) => decimal(value, 2)),
            ];
          }}
          csv={[{
            title: spreadForecasts.key,
            href: rowsPath(spreadForecasts, [...ofPair(tickers), ...equalTo({ model, horizon: String(horizon) })]),
          }]}
        />
      </Chart>
    </>
  );
}
