import { dailyBars, indicators, rawDailyBars } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { decimal } from "../figures.ts";
import { rowsPath } from "../rows_path.ts";
import { partsOf, type PriceBasis, tickerChart, tickerSeries } from "../ticker_charts.ts";
import { tickerPath } from "../ticker_path.ts";
import type { TickerRecord } from "../ticker_record.ts";
import { Chart, type ChartRange, ChartTable } from "./chart.tsx";
import { ChoiceLinks } from "./choice_links.tsx";

/** View of a ticker, from the address. */
export interface TickerView {
  basis: PriceBasis;
  range: ChartRange;
  /** Parts of the chart that are hidden. */
  hidden: readonly string[];
}

/** Ranges of a ticker's chart. */
export const tickerRanges: readonly ChartRange[] = ["1m", "3m", "1y", "5y", "all"];

export const tickerChartId = "ticker-chart";

/** Prices, volume and indicators of a ticker, with a table of the data. */
export function TickerChart({ record, view }: { record: TickerRecord; view: TickerView }) {
  const { ticker, bars, splits, sources, indicatorsAged } = record;
  const series = tickerSeries(record, view.basis);
  const data = tickerChart(record, series);
  const { sessions, close } = series;
  const last = sessions.length - 1;
  const split = bars.some((bar) => bar.split_factor !== 1) || splits.length > 0;
  const text = (value: number | null | undefined, decimals = 2) => value == null ? "" : decimal(value, decimals);
  return (
    <>
      {split && <BasisTabs ticker={ticker} view={view} />}
      {indicatorsAged && (
        <p class="notice">
          The indicators are those of earlier bars: <a href={`/assets/${indicators.key}`}>{indicators.key}</a>{" "}
          has not been made since {dailyBars.key} changed.
        </p>
      )}
      <Chart
        id={tickerChartId}
        label={`${ticker} from ${sessions[0]} to ${sessions[last]}, ${decimal(close[last]!, 2)} USD at the end`}
        data={data}
        controls={{ parts: partsOf(data), hidden: view.hidden, range: view.range, ranges: tickerRanges }}
        caption={view.basis === "adjusted"
          ? "Prices in USD and volumes in shares, adjusted for splits, not for dividends. Indicators begin once there are enough closes."
          : "Prices in USD and volumes in shares as they were traded on their day. Averages and MACD are in the shares of their session."}
      >
        <ChartTable
          label={`Prices and indicators of ${ticker}`}
          columns={[
            "Open",
            "High",
            "Low",
            "Close",
            "Volume",
            ...sources.has(indicators.key) ? ["SMA 30", "EMA 30", "RSI 30", "MACD", "Signal", "Histogram"] : [],
          ]}
          sessions={sessions}
          cells={(t) => [
            text(series.open[t]),
            text(series.high[t]),
            text(series.low[t]),
            text(close[t]),
            text(series.volume[t], 0),
            ...sources.has(indicators.key)
              ? [
                text(series.sma[t]),
                text(series.ema[t]),
                text(series.rsi[t], 1),
                text(series.macd[t], 3),
                text(series.signal[t], 3),
                text(series.histogram[t], 3),
              ]
              : [],
          ]}
          csv={[
            view.basis === "adjusted"
              ? { title: "prices", href: rowsPath(dailyBars, equalTo({ ticker })) }
              : { title: "prices as received", href: rowsPath(rawDailyBars, equalTo({ ticker })) },
            ...sources.has(indicators.key)
              ? [{ title: indicators.key, href: rowsPath(indicators, equalTo({ ticker })) }]
              : [],
          ]}
        />
      </Chart>
    </>
  );
}

/** Adjusted prices compare over years; prices as traded are those quoted on the day. */
function BasisTabs({ ticker, view: { basis, range, hidden } }: { ticker: string; view: TickerView }) {
  const address = (wanted: PriceBasis) => {
    const parameters = new URLSearchParams([
      ...wanted === "traded" ? [["prices", wanted]] : [],
      ...range === "1y" ? [] : [["range", range]],
      ...hidden.length > 0 ? [["hide", hidden.join(",")]] : [],
    ]);
    return `${tickerPath(ticker)}${parameters.size > 0 ? `?${parameters}` : ""}#prices`;
  };
  return (
    <ChoiceLinks
      label="Prices"
      keep
      links={([["adjusted", "adjusted for splits"], ["traded", "as traded"]] as const).map(([wanted, title]) => ({
        href: address(wanted),
        title,
        chosen: basis === wanted,
      }))}
    />
  );
}
