// @ts-check
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// The package's own file, served beside this one; by a variable, because here it is not a file that a checker could follow.
const library = "./lightweight_charts.js";
/** @type {typeof import("lightweight-charts")} */
const { AreaSeries, ColorType, createChart, createSeriesMarkers, CrosshairMode, LineSeries, LineStyle } = await import(
  library
);

/** @typedef {import("../components/chart.tsx").ChartData} ChartData */
/** @typedef {import("../components/chart.tsx").ChartFormat} ChartFormat */
/** @typedef {import("../components/chart.tsx").ChartLine} ChartLine */
/** @typedef {import("../components/chart.tsx").ChartMarker} ChartMarker */

/** @type {Record<ChartFormat, (value: number) => string>} */
const formats = {
  index: (value) => decimal(value, Math.abs(value) < 10 ? 2 : 1),
  usd: (value) => decimal(value, Math.abs(value) < 1000 ? 2 : 0),
  percent: (value) => `${decimal(100 * value, 1)} %`,
};

/** @type {Record<ChartMarker["kind"], { shape: "arrowUp" | "arrowDown" | "circle", position: "belowBar" | "aboveBar" | "inBar" }>} */
const marks = {
  long: { shape: "arrowUp", position: "belowBar" },
  short: { shape: "arrowDown", position: "aboveBar" },
  exit: { shape: "circle", position: "inBar" },
};

/**
 * @param {number} value
 * @param {number} decimals
 */
function decimal(value, decimals) {
  const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return value.toLocaleString("en-US", { ...options, signDisplay: "negative" }).replace("-", "−");
}

/**
 * Draws the chart whose data the element holds, and redraws it in other colours when the scheme changes.
 *
 * @param {HTMLElement} plot
 * @returns {() => void} Ends it.
 */
export function drawChart(plot) {
  /** @type {ChartData} */
  const { sessions, panes } = JSON.parse(plot.querySelector("script")?.textContent ?? "");
  const chart = createChart(plot, {
    autoSize: true,
    // The credit stands on the page as text: the library's own logo comes with a style element, which the page's policy refuses.
    layout: { attributionLogo: false, panes: { enableResize: false } },
    localization: { locale: "en-US", dateFormat: "yyyy-MM-dd" },
    crosshair: { mode: CrosshairMode.Magnet, horzLine: { visible: false, labelVisible: false } },
    rightPriceScale: { borderVisible: false, entireTextOnly: true, scaleMargins: { top: 0.1, bottom: 0.1 } },
    timeScale: { borderVisible: false, fixLeftEdge: true, fixRightEdge: true, minBarSpacing: 0.01 },
    // The wheel belongs to the page.
    handleScroll: { mouseWheel: false, vertTouchDrag: false },
    handleScale: { mouseWheel: false },
  });
  const lines = panes.flatMap((pane, p) =>
    pane.lines.map((line, l) => {
      const options = {
        lineWidth: /** @type {1 | 2} */ (line.colour === "faint" ? 1 : 2),
        lineStyle: line.shape === "dashed" ? LineStyle.Dashed : LineStyle.Solid,
        priceFormat: { type: /** @type {const} */ ("custom"), formatter: formats[pane.format], minMove: 1e-4 },
        priceLineVisible: false,
        lastValueVisible: false,
        crosshairMarkerVisible: line.colour !== "faint",
      };
      const series = line.shape === "area"
        ? chart.addSeries(AreaSeries, { ...options, invertFilledArea: true }, p)
        : chart.addSeries(LineSeries, options, p);
      series.setData(sessions.map((time, t) => {
        const value = line.values[t] ?? null;
        return value === null ? { time } : { time, value };
      }));
      const shown = plot.parentElement?.querySelector(`[data-value="${p}.${l}"]`) ?? null;
      return { line, series, shown, format: formats[pane.format] };
    })
  );
  const markers = panes.flatMap((pane, p) => {
    const first = lines.find(({ line }) => line === pane.lines[0]);
    return pane.markers?.length && first ? [{ of: pane.markers, on: createSeriesMarkers(first.series, []), p }] : [];
  });
  if (panes.length > 1) chart.panes()[0]?.setStretchFactor(2);

  const paint = () => {
    const ink = colour(plot, "--faint");
    const grid = colour(plot, "--line");
    chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: colour(plot, "--panel") },
        textColor: ink,
        fontFamily: getComputedStyle(plot).fontFamily,
        panes: { separatorColor: grid, separatorHoverColor: grid },
      },
      grid: { vertLines: { visible: false }, horzLines: { color: grid } },
      crosshair: { vertLine: { color: ink, labelBackgroundColor: ink } },
    });
    for (const { line, series } of lines) {
      const of = colour(plot, `--chart-${line.colour}`);
      if (line.shape === "area") {
        series.applyOptions({ lineColor: of, topColor: faded(of, 0.05), bottomColor: faded(of, 0.3) });
      } else series.applyOptions({ color: of });
    }
    for (const { of, on } of markers) {
      on.setMarkers(of.map(({ session, kind }) => ({
        time: session,
        color: colour(plot, `--chart-${kind}`),
        size: 0.8,
        ...marks[kind],
      })));
    }
  };
  paint();
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", paint);
  chart.timeScale().fitContent();

  const session = plot.parentElement?.querySelector("[data-session]");
  /** @param {number} t */
  const show = (t) => {
    if (session) session.textContent = sessions[t] ?? "";
    for (const { line, shown, format } of lines) {
      const value = line.values[t] ?? null;
      if (shown) shown.textContent = value === null ? "–" : format(value);
    }
  };
  const last = sessions.length - 1;
  show(last);
  chart.subscribeCrosshairMove(({ logical }) => {
    show(logical === undefined ? last : Math.min(last, Math.max(0, Math.round(logical))));
  });
  readByKeys(plot, chart, { sessions, lines, show });
  return () => {
    dark.removeEventListener("change", paint);
    chart.remove();
  };
}

/**
 * Lets the arrow keys walk through the sessions and says what each holds.
 *
 * @param {HTMLElement} plot
 * @param {import("lightweight-charts").IChartApi} chart
 * @param {{
 *   sessions: readonly string[],
 *   lines: readonly { line: ChartLine, series: import("lightweight-charts").ISeriesApi<any>, format: (value: number) => string }[],
 *   show: (t: number) => void,
 * }} of
 */
function readByKeys(plot, chart, { sessions, lines, show }) {
  const read = plot.parentElement?.querySelector("[data-read]");
  const last = sessions.length - 1;
  let at = last;
  plot.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 21 : 1;
    const to = { ArrowLeft: at - step, ArrowRight: at + step, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    at = Math.min(last, Math.max(0, to));
    const held = lines.flatMap(({ line, series, format }) => {
      const value = line.values[at] ?? null;
      return value === null ? [] : [{ series, value, text: `${line.name} ${format(value)}` }];
    });
    if (held[0]) chart.setCrosshairPosition(held[0].value, sessions[at] ?? "", held[0].series);
    show(at);
    if (read) read.textContent = `${sessions[at]}: ${held.map(({ text }) => text).join(", ")}`;
  });
  plot.addEventListener("blur", () => {
    chart.clearCrosshairPosition();
    if (read) read.textContent = "";
  });
}

/**
 * What a custom property of the style sheet comes to in the present colour scheme.
 *
 * @param {HTMLElement} plot
 * @param {string} name
 */
function colour(plot, name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  plot.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/**
 * @param {string} rgb
 * @param {number} opacity
 */
function faded(rgb, opacity) {
  return rgb.replace(/^rgb\((.*)\)$/, `rgba($1, ${opacity})`);
}
