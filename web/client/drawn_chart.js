import {
  AreaSeries,
  CandlestickSeries,
  ColorType,
  createChart,
  createSeriesMarkers,
  CrosshairMode,
  HistogramSeries,
  LineSeries,
  LineStyle,
  PriceScaleMode,
} from "lightweight-charts";
import { readChart } from "./chart_reading.js";
import { Shades } from "./chart_shades.js";
import { colour, faded, formats, tickText } from "./chart_text.js";
import { zoomByWheel } from "./chart_zoom.js";
import { onThemeChange } from "./theme.js";

/** @typedef {import("../components/chart.tsx").ChartCandles} ChartCandles */
/** @typedef {import("../components/chart.tsx").ChartData} ChartData */
/** @typedef {import("../components/chart.tsx").ChartLine} ChartLine */
/** @typedef {import("../components/chart.tsx").ChartMarker} ChartMarker */
/** @typedef {import("../components/chart.tsx").ChartPane} ChartPane */
/** @typedef {import("lightweight-charts").IChartApi} IChartApi */
/** @typedef {import("lightweight-charts").ISeriesApi<any>} AnySeries */
/** @typedef {{ from: number, to: number }} Span Positions of sessions. */

/**
 * A drawn chart.
 *
 * @typedef {object} DrawnChart
 * @property {readonly string[]} sessions
 * @property {() => Span | null} span The visible span.
 * @property {(span: Span) => void} setSpan
 * @property {(session: string) => void} show Puts the crosshair on a session.
 * @property {() => void} end
 */

/** @type {Record<ChartMarker["kind"], { shape: "arrowUp" | "arrowDown" | "circle" | "square", position: "belowBar" | "aboveBar" | "inBar" }>} */
const marks = {
  long: { shape: "arrowUp", position: "belowBar" },
  short: { shape: "arrowDown", position: "aboveBar" },
  exit: { shape: "circle", position: "inBar" },
  split: { shape: "square", position: "aboveBar" },
  dividend: { shape: "circle", position: "belowBar" },
  news: { shape: "circle", position: "aboveBar" },
};

/**
 * Draws the chart from the data in an element, and again when the colour scheme changes.
 *
 * @param {HTMLElement} plot
 * @param {{ hidden?: ReadonlySet<string>, logarithmic?: boolean }} [options] Hidden parts, and whether scales that can be logarithmic are.
 * @returns {DrawnChart}
 */
export function drawChart(plot, { hidden = new Set(), logarithmic = false } = {}) {
  /** @type {ChartData} */
  const { sessions, panes: all } = JSON.parse(plot.querySelector("script")?.textContent ?? "");
  /** @param {{ part?: string }} of */
  const isShown = ({ part }) => part === undefined || !hidden.has(part);
  const panes = all.filter(isShown);
  plot.dataset.panes = String(panes.length);
  const chart = createChart(plot, {
    autoSize: true,
    // The page has the credit as text: the library's own logo adds a style element, which the page's policy refuses.
    layout: { attributionLogo: false, panes: { enableResize: false } },
    localization: { locale: "en-US", dateFormat: "yyyy-MM-dd" },
    crosshair: { mode: CrosshairMode.Magnet, horzLine: { visible: false, labelVisible: false } },
    rightPriceScale: { borderVisible: false, entireTextOnly: true, scaleMargins: { top: 0.1, bottom: 0.1 } },
    timeScale: {
      borderVisible: false,
      fixLeftEdge: true,
      fixRightEdge: true,
      minBarSpacing: 0.01,
      tickMarkFormatter: tickText,
    },
    // `chart_zoom.js` handles the wheel, which otherwise scrolls the page.
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
  });
  const drawn = panes.map((pane, p) => {
    // Elements of the legend are numbered by all panes, hidden ones included.
    const number = all.indexOf(pane);
    const shownAt = (/** @type {string} */ name) => plot.parentElement?.querySelector(`[data-${name}]`) ?? null;
    const candles = pane.candles &&
      drawCandles(chart, pane.candles, { sessions, p, pane, shown: shownAt(`candles="${number}"`) });
    const lines = pane.lines.flatMap((line, l) =>
      isShown(line) ? [drawLine(chart, line, { sessions, p, pane, shown: shownAt(`value="${number}.${l}"`) })] : []
    );
    const first = candles ?? lines[0];
    const markers = (pane.markers ?? []).filter(isShown);
    for (const level of pane.levels ?? []) {
      lines[0]?.series.createPriceLine({
        price: level,
        lineWidth: 1,
        lineStyle: LineStyle.Dashed,
        axisLabelVisible: false,
      });
    }
    const stretch = pane.stretch ?? (p === 0 ? (panes.length > 2 ? 3 : 2) : 1);
    if (panes.length > 1) chart.panes()[p]?.setStretchFactor(stretch);
    if (logarithmic && pane.logarithmic) {
      chart.priceScale("right", p).applyOptions({ mode: PriceScaleMode.Logarithmic });
    }
    const shades = new Shades(chart, (pane.shades ?? []).filter(isShown), sessions);
    chart.panes()[p]?.attachPrimitive(shades);
    return {
      pane,
      candles,
      lines,
      shades,
      markers,
      marked: first && markers.length > 0 ? createSeriesMarkers(first.series, []) : undefined,
    };
  });

  const paint = () => paintChart(plot, chart, drawn);
  paint();
  const unfollow = onThemeChange(paint);
  // Print in light colours in every theme.
  const print = matchMedia("print");
  print.addEventListener("change", paint);
  chart.timeScale().fitContent();
  const markers = drawn.flatMap((pane) => pane.markers);
  chart.subscribeClick(({ hoveredInfo }) => {
    const target = markers[Number(hoveredInfo?.objectId ?? NaN)]?.target;
    if (target !== undefined) location.hash = target;
  });
  const zooming = zoomByWheel(plot, chart, sessions.length);
  const reading = readChart(plot, chart, {
    sessions,
    readables: drawn.flatMap(({ candles, lines }) => [...candles ? [candles] : [], ...lines]),
    markers,
  });
  return {
    sessions,
    span: () => chart.timeScale().getVisibleLogicalRange(),
    setSpan: (span) => chart.timeScale().setVisibleLogicalRange(span),
    show: reading.show,
    end() {
      unfollow();
      print.removeEventListener("change", paint);
      reading.end();
      zooming.end();
      chart.remove();
    },
  };
}

/** @typedef {{ sessions: readonly string[], p: number, pane: ChartPane, shown: Element | null }} Place */

/**
 * @param {IChartApi} chart
 * @param {ChartCandles} candles
 * @param {Place} place
 */
function drawCandles(chart, candles, { sessions, p, pane, shown }) {
  const format = formats[pane.format];
  const series = chart.addSeries(CandlestickSeries, { ...valueOptions(pane), borderVisible: true }, p);
  /** @param {number} t */
  const at = (t) => {
    const [open, high, low, close] = [candles.open[t], candles.high[t], candles.low[t], candles.close[t]];
    return open == null || high == null || low == null || close == null ? null : { open, high, low, close };
  };
  series.setData(sessions.map((time, t) => ({ time, ...at(t) })));
  return {
    name: candles.name,
    series: /** @type {AnySeries} */ (series),
    shown,
    text: (/** @type {number} */ t) => {
      const candle = at(t);
      if (candle === null) return null;
      return `open ${format(candle.open)} high ${format(candle.high)} low ${format(candle.low)} close ${
        format(candle.close)
      }`;
    },
    value: (/** @type {number} */ t) => candles.close[t] ?? null,
  };
}

/** @param {ChartLine} line */
function isTagged({ shape, colour }) {
  return shape === undefined && colour !== "faint";
}

/**
 * @param {IChartApi} chart
 * @param {ChartLine} line
 * @param {Place} place
 */
function drawLine(chart, line, { sessions, p, pane, shown }) {
  const format = formats[pane.format];
  const options = {
    ...valueOptions(pane),
    lineWidth: /** @type {1 | 2 | 3} */ (line.strong ? 3 : line.colour === "faint" || pane.candles ? 1 : 2),
    lineStyle: line.shape === "dashed"
      ? LineStyle.Dashed
      : line.shape === "dotted"
      ? LineStyle.Dotted
      : LineStyle.Solid,
    crosshairMarkerVisible: line.colour !== "faint",
    // More tags than this would hide the axis; the legend has the values.
    lastValueVisible: isTagged(line) && !pane.candles && pane.lines.filter(isTagged).length <= 4,
  };
  /** @type {AnySeries} */
  const series = line.shape === "area"
    ? chart.addSeries(AreaSeries, { ...options, invertFilledArea: true }, p)
    : line.shape === "columns"
    ? chart.addSeries(HistogramSeries, options, p)
    : chart.addSeries(LineSeries, options, p);
  const value = (/** @type {number} */ t) => line.values[t] ?? null;
  const last = line.values.findLastIndex((one) => one !== null);
  // The library would connect the values around a gap: the last point before it gets a transparent line.
  const isBeforeGap = (/** @type {number} */ t) => line.shape !== "columns" && t < last && value(t + 1) === null;
  series.setData(sessions.map((time, t) => {
    const held = value(t);
    return held === null ? { time } : { time, value: held, ...isBeforeGap(t) && { color: "transparent" } };
  }));
  return {
    line,
    name: line.name,
    series,
    shown,
    text: (/** @type {number} */ t) => {
      const held = value(t);
      return held === null ? null : format(held);
    },
    value,
  };
}

/**
 * The range of an axis. A constant line gets a percent around it: in the library's own range the marks of its axis would all have
 * the same text.
 *
 * @param {() => import("lightweight-charts").AutoscaleInfo | null} original
 */
function roomForFlat(original) {
  const info = original();
  const range = info?.priceRange;
  if (!info || !range || range.minValue !== range.maxValue) return info;
  const room = Math.max(0.01, Math.abs(range.minValue) / 100);
  return { ...info, priceRange: { minValue: range.minValue - room, maxValue: range.maxValue + room } };
}

/** @param {ChartPane} pane */
function valueOptions({ format }) {
  return {
    priceFormat: { type: /** @type {const} */ ("custom"), formatter: formats[format], minMove: 1e-4 },
    priceLineVisible: false,
    lastValueVisible: false,
    autoscaleInfoProvider: roomForFlat,
  };
}

/**
 * @param {HTMLElement} plot
 * @param {IChartApi} chart
 * @param {readonly {
 *   candles: ReturnType<typeof drawCandles> | undefined,
 *   lines: readonly ReturnType<typeof drawLine>[],
 *   shades: Shades,
 *   markers: readonly ChartMarker[],
 *   marked: import("lightweight-charts").ISeriesMarkersPluginApi<any> | undefined,
 * }[]} drawn
 */
function paintChart(plot, chart, drawn) {
  const ink = colour(plot, "--faint");
  const grid = colour(plot, "--line");
  const ground = colour(plot, "--panel");
  chart.applyOptions({
    layout: {
      background: { type: ColorType.Solid, color: ground },
      textColor: ink,
      fontFamily: getComputedStyle(plot).fontFamily,
      panes: { separatorColor: grid, separatorHoverColor: grid },
    },
    grid: { vertLines: { visible: false }, horzLines: { color: grid } },
    crosshair: { vertLine: { color: ink, labelBackgroundColor: ink } },
  });
  const [rise, fall] = [colour(plot, "--chart-long"), colour(plot, "--chart-short")];
  let numbered = 0;
  const tones = {
    formation: faded(colour(plot, "--chart-faint"), 0.14),
    long: faded(rise, 0.16),
    short: faded(fall, 0.16),
  };
  for (const { candles, lines, shades, markers, marked } of drawn) {
    shades.paint(tones);
    // Rising candles are hollow: the shape distinguishes them, not only the colour.
    candles?.series.applyOptions({
      upColor: ground,
      downColor: fall,
      borderUpColor: rise,
      borderDownColor: fall,
      wickUpColor: rise,
      wickDownColor: fall,
    });
    for (const { line, series } of lines) {
      const of = colour(plot, `--chart-${line.colour}`);
      if (line.shape === "area") {
        series.applyOptions({ lineColor: of, topColor: faded(of, 0.05), bottomColor: faded(of, 0.3) });
      } else series.applyOptions({ color: line.shape === "columns" ? faded(of, 0.6) : of });
      for (const level of series.priceLines()) level.applyOptions({ color: ink });
    }
    const first = numbered;
    numbered += markers.length;
    marked?.setMarkers(markers.map(({ session, kind, label }, i) => ({
      id: String(first + i),
      time: session,
      color: colour(plot, `--chart-${kind}`),
      size: 0.8,
      ...(label !== undefined && { text: label }),
      ...marks[kind],
    })));
  }
}
