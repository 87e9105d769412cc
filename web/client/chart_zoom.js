/** Minimum number of visible sessions. */
const fewest = 5;

/**
 * Zooms a chart around the pointer, and moves it sideways, by wheel: if the chart has the focus, or with Ctrl, which a pinch on a
 * touchpad sends. Otherwise the wheel scrolls the page. A double click shows everything.
 *
 * @param {HTMLElement} plot
 * @param {import("lightweight-charts").IChartApi} chart
 * @param {number} sessions Number of sessions.
 * @returns {{ end: () => void }}
 */
export function zoomByWheel(plot, chart, sessions) {
  const listening = new AbortController();
  const { signal } = listening;
  const scale = chart.timeScale();
  plot.addEventListener("pointerdown", () => plot.focus({ preventScroll: true }), { signal });
  plot.addEventListener("dblclick", () => scale.setVisibleLogicalRange({ from: -0.5, to: sessions - 0.5 }), { signal });
  plot.addEventListener("wheel", (event) => {
    if (document.activeElement !== plot && !event.ctrlKey && !event.metaKey) return;
    const range = scale.getVisibleLogicalRange();
    if (!range) return;
    event.preventDefault();
    const width = range.to - range.from;
    const pointed = scale.coordinateToLogical(event.clientX - plot.getBoundingClientRect().left) ?? range.to;
    const at = Math.min(range.to, Math.max(range.from, pointed));
    const wanted = width * Math.exp(Math.max(-1, Math.min(1, pixels(event.deltaY, event.deltaMode) / 300)));
    const zoomed = Math.min(sessions, Math.max(Math.min(fewest, sessions), wanted));
    const moved = width * pixels(event.deltaX, event.deltaMode) / plot.clientWidth;
    const from = at - (at - range.from) * zoomed / width + moved;
    const first = Math.min(sessions - 0.5 - zoomed, Math.max(-0.5, from));
    scale.setVisibleLogicalRange({ from: first, to: first + zoomed });
  }, { signal, passive: false });
  return { end: () => listening.abort() };
}

/**
 * @param {number} delta
 * @param {number} mode Unit of `delta`: pixels, lines or pages.
 */
function pixels(delta, mode) {
  return delta * (mode === WheelEvent.DOM_DELTA_LINE ? 30 : mode === WheelEvent.DOM_DELTA_PAGE ? 300 : 1);
}
