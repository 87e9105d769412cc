import type { ChartData, ChartMarker, ChartPane } from "./components/chart.tsx";
import type { TickerArticle, TickerIndicators, TickerRecord } from "./ticker_record.ts";
import { firstFrom } from "../resources/first_from.ts";

/** Prices adjusted for splits, to compare over years, or as traded. */
export type PriceBasis = "adjusted" | "traded";

/** Parts of a ticker's chart that can be hidden. */
export const tickerParts = [
  { name: "sma", title: "SMA 30" },
  { name: "ema", title: "EMA 30" },
  { name: "volume", title: "Volume" },
  { name: "rsi", title: "RSI 30" },
  { name: "macd", title: "MACD 12-26-9" },
  { name: "events", title: "Splits and dividends" },
  { name: "news", title: "News" },
] as const;

type Values = (number | null)[];

/** Prices and indicators of a ticker, column by column. */
export interface TickerSeries {
  sessions: string[];
  open: Values;
  high: Values;
  low: Values;
  close: number[];
  volume: Values;
  sma: Values;
  ema: Values;
  rsi: Values;
  macd: Values;
  signal: Values;
  histogram: Values;
}

/**
 * Bars and indicators by session, `null` if there is none.
 *
 * As traded, prices are those of their day, and averages and MACD are in the shares of their session, including the earlier
 * closes. The relative strength has no unit.
 */
export function tickerSeries({ bars, indicators }: TickerRecord, basis: PriceBasis): TickerSeries {
  const of = new Map(indicators.map((row) => [row.session, row]));
  const factors = bars.map((bar) => basis === "traded" ? bar.split_factor : 1);
  const prices = (name: "open" | "high" | "low"): Values =>
    bars.map((bar, t) => bar[name] === null ? null : bar[name] * factors[t]!);
  const indicator = (name: Exclude<keyof TickerIndicators, "ticker" | "session">, priced = true): Values =>
    bars.map(({ session }, t) => {
      const value = of.get(session)?.[name] ?? null;
      return value === null ? null : value * (priced ? factors[t]! : 1);
    });
  return {
    sessions: bars.map(({ session }) => session),
    open: prices("open"),
    high: prices("high"),
    low: prices("low"),
    close: bars.map((bar, t) => bar.close * factors[t]!),
    volume: bars.map((bar, t) => bar.volume === null ? null : bar.volume / factors[t]!),
    sma: indicator("sma_30"),
    ema: indicator("ema_30"),
    rsi: indicator("rsi_30", false),
    macd: indicator("macd"),
    signal: indicator("macd_signal"),
    histogram: indicator("macd_histogram"),
  };
}

/** Candles with averages, and below them volume, relative strength and MACD, each if it has values. */
export function tickerChart(record: TickerRecord, series: TickerSeries): ChartData {
  const { sessions, open, high, low, close } = series;
  const any = (values: Values) => values.some((value) => value !== null);
  const whole = sessions.map((_, t) => open[t] !== null && high[t] !== null && low[t] !== null);
  const candles = whole.includes(true);
  // Without candles the closes are the main line.
  const [sma, ema] = candles ? ["first", "second"] as const : ["second", "fourth"] as const;
  const price: ChartPane = {
    format: "usd",
    ...(candles && { candles: { name: "Price", open, high, low, close } }),
    lines: [
      // A source with closes only has no candles.
      ...whole.includes(false)
        ? [{ name: "Close", colour: candles ? "faint" as const : "first" as const, values: close }]
        : [],
      ...any(series.sma) ? [{ name: "SMA 30", colour: sma, values: series.sma, part: "sma" }] : [],
      ...any(series.ema) ? [{ name: "EMA 30", colour: ema, values: series.ema, part: "ema" }] : [],
    ],
    markers: tickerMarkers(record, sessions),
  };
  const below: ChartPane[] = [
    {
      format: "shares",
      part: "volume",
      lines: [{ name: "Volume", colour: "faint", shape: "columns", values: series.volume }],
    },
    {
      format: "points",
      part: "rsi",
      levels: [30, 70],
      lines: [{ name: "RSI 30", colour: "third", values: series.rsi }],
    },
    {
      format: "usd",
      part: "macd",
      lines: [
        { name: "MACD", colour: "first", values: series.macd },
        { name: "Signal", colour: "second", values: series.signal },
        { name: "Histogram", colour: "faint", shape: "columns", values: series.histogram },
      ],
    },
  ];
  return { sessions, panes: [price, ...below.filter(({ lines }) => lines.some(({ values }) => any([...values])))] };
}

/** Parts of {@link tickerParts} that a chart has. */
export function partsOf({ panes }: ChartData): { name: string; title: string }[] {
  const present = new Set(panes.flatMap(({ part, lines, markers = [] }) => [
    part,
    ...lines.map((line) => line.part),
    ...markers.map((marker) => marker.part),
  ]));
  return tickerParts.filter(({ name }) => present.has(name));
}

function tickerMarkers({ splits, dividends, news }: TickerRecord, sessions: readonly string[]): ChartMarker[] {
  const markers: ChartMarker[] = [];
  const add = (day: string, marker: Omit<ChartMarker, "session">) => {
    const session = sessionAt(day, sessions);
    // Announced events and events after the last bar are not on the chart.
    if (session !== null) markers.push({ session, ...marker });
  };
  for (const { session, ratio } of splits) {
    const label = ratioInWords(ratio);
    add(session, { kind: "split", text: `split ${label}`, label, target: "events", part: "events" });
  }
  for (const { session, cash } of dividends) {
    add(session, { kind: "dividend", text: `dividend ${usd(cash)} USD`, target: "events", part: "events" });
  }
  for (const [day, articles] of newsByDay(news, sessions)) {
    const text = articles.length === 1 ? articles[0]!.title : `${articles.length} articles`;
    add(day, { kind: "news", text, target: newsId(day), part: "news" });
  }
  return markers.sort((a, b) => a.session < b.session ? -1 : a.session > b.session ? 1 : 0);
}

/**
 * Articles by session, newest first. An article belongs to the first session on or after its day of publication in New York;
 * after the last session, to that day.
 */
export function newsByDay(
  news: readonly TickerArticle[],
  sessions: readonly string[],
): Map<string, readonly TickerArticle[]> {
  return Map.groupBy(news, ({ published_at }) => {
    const day = Temporal.Instant.from(published_at).toZonedDateTimeISO("America/New_York").toPlainDate().toString();
    return sessionAt(day, sessions) ?? day;
  });
}

/** Id of the page's element with the news of a day. */
export function newsId(day: string): string {
  return `news-${day}`;
}

/** The first session on or after a day; `null` if there is none. Sessions are ascending. */
export function sessionAt(day: string, sessions: readonly string[]): string | null {
  return sessions[firstFrom(sessions, day)] ?? null;
}

/** A split in the usual form: `4:1` for four new shares per old share, `1:10`, `3:2`. */
export function ratioInWords(ratio: number): string {
  for (let old = 1; old <= 20; old++) {
    const fresh = Math.round(ratio * old);
    if (fresh >= 1 && Math.abs(ratio * old - fresh) < 1e-6 * old) return `${fresh}:${old}`;
  }
  const inverse = Math.round(1 / ratio);
  if (ratio < 1 && Math.abs(1 / ratio - inverse) < 1e-4 * inverse) return `1:${inverse}`;
  return `${Number(ratio.toPrecision(6))}:1`;
}

/** An amount in USD with as many decimals as it needs, from two to six. */
export function usd(cash: number): string {
  return cash.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 6 }).replace("-", "−");
}
