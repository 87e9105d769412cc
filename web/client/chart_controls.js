/** @typedef {import("./drawn_chart.js").DrawnChart} DrawnChart */
/** @typedef {(plot: HTMLElement, options?: { hidden?: ReadonlySet<string>, logarithmic?: boolean }) => DrawnChart} Draw */

/**
 * Draws a chart and connects its controls, if any, for range and parts. The address keeps the choice; links of the page with
 * `data-session` move the crosshair to their session.
 *
 * @param {HTMLElement} plot
 * @param {Draw} draw
 * @returns {() => void} Removes chart and listeners.
 */
export function drawControlled(plot, draw) {
  const form = plot.parentElement?.querySelector("form[data-chart-controls]");
  if (!(form instanceof HTMLFormElement)) return draw(plot).end;
  let chart = draw(plot, { hidden: hiddenBy(form), logarithmic: isLogarithmic(form) });
  const showRange = () => {
    const span = spanOf(chart.sessions, monthsOf(form));
    if (span) chart.setSpan(span);
  };
  /** A moved or zoomed span is no range: deselect all of them. */
  const leaveRange = () => {
    const chosen = form.querySelector("input[name=range]:checked");
    const [wanted, shown] = [spanOf(chart.sessions, monthsOf(form)), chart.span()];
    if (!(chosen instanceof HTMLInputElement) || !wanted || !shown) return;
    if (Math.abs(wanted.from - shown.from) > 1 || Math.abs(wanted.to - shown.to) > 1) chosen.checked = false;
  };
  showRange();
  tellLegend(plot, hiddenBy(form));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => {
    const hidden = hiddenBy(form);
    if (event.target instanceof HTMLInputElement && event.target.name === "range") showRange();
    else {
      const span = chart.span();
      chart.end();
      chart = draw(plot, { hidden, logarithmic: isLogarithmic(form) });
      if (span) chart.setSpan(span);
      tellLegend(plot, hidden);
    }
    remember(form, hidden);
  });
  const listening = new AbortController();
  for (const moves of ["wheel", "pointerup", "dblclick", "touchend"]) {
    plot.addEventListener(moves, () => requestAnimationFrame(leaveRange), { passive: true, signal: listening.signal });
  }
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-session]") : null;
    if (!(link instanceof HTMLAnchorElement) || link.hash !== `#${plot.parentElement?.id}`) return;
    event.preventDefault();
    plot.focus({ preventScroll: true });
    chart.show(link.dataset.session ?? "");
    // Scroll to the legend too, which has the values of the session.
    plot.parentElement?.scrollIntoView({ block: "start" });
  }, listening);
  return () => {
    listening.abort();
    chart.end();
  };
}

/** @param {HTMLFormElement} form */
function hiddenBy(form) {
  const parts = [...form.querySelectorAll("input[name=part]")].filter((input) => input instanceof HTMLInputElement);
  return new Set(parts.filter((input) => !input.checked).map((input) => input.value));
}

/** @param {HTMLFormElement} form */
function isLogarithmic(form) {
  const input = form.querySelector("input[name=log]");
  return input instanceof HTMLInputElement && input.checked;
}

/** @param {HTMLFormElement} form */
function monthsOf(form) {
  const chosen = form.querySelector("input[name=range]:checked");
  return chosen instanceof HTMLInputElement && chosen.dataset.months ? Number(chosen.dataset.months) : null;
}

/**
 * Positions of the last months of some sessions; all of them if there are fewer.
 *
 * @param {readonly string[]} sessions
 * @param {number | null} months
 * @returns {{ from: number, to: number } | null} `null` without sessions.
 */
export function spanOf(sessions, months) {
  const last = sessions.length - 1;
  if (last < 1) return null;
  let from = 0;
  if (months !== null) {
    const start = new Date(`${sessions[last]}T00:00Z`);
    start.setUTCMonth(start.getUTCMonth() - months);
    const first = start.toISOString().slice(0, 10);
    from = Math.min(sessions.findIndex((session) => session > first), last - 1);
  }
  // Half a session on either side, to show whole candles.
  return { from: Math.max(0, from) - 0.5, to: last + 0.5 };
}

/**
 * @param {HTMLElement} plot
 * @param {ReadonlySet<string>} hidden
 */
function tellLegend(plot, hidden) {
  for (const entry of plot.parentElement?.querySelectorAll(".legend [data-part]") ?? []) {
    if (entry instanceof HTMLElement) entry.hidden = hidden.has(entry.dataset.part ?? "");
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {ReadonlySet<string>} hidden
 */
function remember(form, hidden) {
  const address = new URL(location.href);
  const range = new FormData(form).get("range");
  const standing = form.querySelector("input[name=range][data-standing]");
  if (standing instanceof HTMLInputElement && standing.value === range) address.searchParams.delete("range");
  else if (range !== null) address.searchParams.set("range", String(range));
  if (hidden.size > 0) address.searchParams.set("hide", [...hidden].join(","));
  else address.searchParams.delete("hide");
  if (isLogarithmic(form)) address.searchParams.set("log", "1");
  else address.searchParams.delete("log");
  history.replaceState(null, "", address);
  // Links to other views of the same chart keep the choice.
  for (const link of document.querySelectorAll("a[data-keep]")) {
    if (!(link instanceof HTMLAnchorElement)) continue;
    const kept = new URL(link.href);
    for (const name of ["range", "hide", "log"]) {
      const value = address.searchParams.get(name);
      if (value === null) kept.searchParams.delete(name);
      else kept.searchParams.set(name, value);
    }
    link.href = kept.href;
  }
}
