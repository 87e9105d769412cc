/** @typedef {import("../components/chart.tsx").ChartMarker} ChartMarker */

/**
 * A drawn series with a text for each session.
 *
 * @typedef {object} Readable
 * @property {string} name
 * @property {import("lightweight-charts").ISeriesApi<any>} series
 * @property {Element | null} shown Element of the legend for the text.
 * @property {(t: number) => string | null} text
 * @property {(t: number) => number | null} value Position of the crosshair.
 */

/**
 * Control of the crosshair of a drawn chart.
 *
 * @typedef {object} Reading
 * @property {(session: string) => void} show Puts the crosshair on a session and announces its values.
 * @property {() => void} end
 */

/**
 * Writes the values of the session under the crosshair into the legend; the arrow keys move through the sessions.
 *
 * @param {HTMLElement} plot
 * @param {import("lightweight-charts").IChartApi} chart
 * @param {{ sessions: readonly string[], readables: readonly Readable[], markers: readonly ChartMarker[] }} of
 * @returns {Reading}
 */
export function readChart(plot, chart, { sessions, readables, markers }) {
  const within = plot.parentElement;
  const session = within?.querySelector("[data-session]");
  const events = within?.querySelector("[data-events]");
  const read = within?.querySelector("[data-read]");
  const happened = Map.groupBy(markers, (marker) => marker.session);
  const last = sessions.length - 1;
  let at = last;

  /** @param {number} t */
  const eventsIn = (t) => (happened.get(sessions[t] ?? "") ?? []).map(({ text }) => text);
  /** @param {number} t */
  const write = (t) => {
    if (session) session.textContent = sessions[t] ?? "";
    if (events) events.textContent = eventsIn(t).join(" · ");
    for (const { shown, text } of readables) if (shown) shown.textContent = text(t) ?? "–";
  };
  /** @param {number} t */
  const point = (t) => {
    at = t;
    const held = readables.flatMap((one) => {
      const text = one.text(at);
      return text === null ? [] : [{ one, text: `${one.name} ${text}` }];
    });
    const first = held[0]?.one;
    if (first) chart.setCrosshairPosition(first.value(at) ?? 0, sessions[at] ?? "", first.series);
    write(at);
    if (read) read.textContent = `${sessions[at]}: ${[...held.map(({ text }) => text), ...eventsIn(at)].join(", ")}`;
  };
  /** Scrolls to a session outside the visible range. @param {number} t */
  const reveal = (t) => {
    const range = chart.timeScale().getVisibleLogicalRange();
    if (!range || (t >= range.from && t <= range.to)) {
      point(t);
      return;
    }
    const half = (range.to - range.from) / 2;
    chart.timeScale().setVisibleLogicalRange({ from: t - half, to: t + half });
    // The library scrolls in the next frame; setting the crosshair earlier would hit the session shown before.
    requestAnimationFrame(() => requestAnimationFrame(() => point(t)));
  };

  write(last);
  chart.subscribeCrosshairMove(({ logical }) => {
    write(logical === undefined ? last : Math.min(last, Math.max(0, Math.round(logical))));
  });
  const listening = new AbortController();
  plot.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 21 : 1;
    const to = { ArrowLeft: at - step, ArrowRight: at + step, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    at = Math.min(last, Math.max(0, to));
    reveal(at);
  }, listening);
  // The page may have moved under a resting pointer: only a moving pointer takes over the crosshair.
  document.addEventListener("pointermove", ({ movementX, movementY }) => {
    if (movementX !== 0 || movementY !== 0) delete plot.dataset.held;
  }, listening);
  plot.addEventListener("blur", () => {
    chart.clearCrosshairPosition();
    if (read) read.textContent = "";
  }, listening);
  return {
    show(wanted) {
      const t = sessions.findIndex((one) => one >= wanted);
      if (t < 0) return;
      plot.dataset.held = "";
      reveal(t);
    },
    end: () => listening.abort(),
  };
}
