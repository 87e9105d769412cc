import { say } from "./actions.js";
import { timeOfDay } from "./age.js";
import { levelOf, sentenceOf } from "./event_words.js";
import { good, v1 } from "./service.js";

/** @typedef {import("./event_words.js").RunEvent} RunEvent */

/** Number of lines fetched at once, and maximum number of lines on the page. */
const page = 500;
const most = 2_000;
const againMs = 2_000;
const order = ["debug", "info", "warn", "error"];

/**
 * Keeps the log of a run up to date until the run ends, across lost connections. Of a long log the page holds the last lines and
 * fetches earlier ones on request.
 *
 * @param {number} runId
 */
export function followLog(runId) {
  const list = /** @type {HTMLElement} */ (document.getElementById("log"));
  const form = /** @type {HTMLFormElement} */ (document.getElementById("log-filter"));
  const earlier = /** @type {HTMLButtonElement} */ (document.getElementById("log-earlier"));
  const about = /** @type {HTMLElement} */ (document.getElementById("log-about"));
  const level = /** @type {HTMLSelectElement} */ (form.elements.namedItem("level"));
  const search = /** @type {HTMLInputElement} */ (form.elements.namedItem("search"));
  const follow = /** @type {HTMLInputElement} */ (form.elements.namedItem("follow"));
  form.hidden = false;

  const seqOf = (/** @type {Element | null} */ line) =>
    Number(/** @type {HTMLElement | null} */ (line)?.dataset.seq ?? 0);
  const first = () => seqOf(list.firstElementChild);
  const last = () => seqOf(list.lastElementChild);

  /** @param {HTMLElement} line */
  const judge = (line) => {
    const loud = order.indexOf(line.dataset.level ?? "info") >= order.indexOf(level.value);
    line.hidden = !loud || !(line.textContent ?? "").toLowerCase().includes(search.value.trim().toLowerCase());
  };

  const tell = () => {
    earlier.hidden = first() <= 1;
    const lines = list.children.length;
    const shown = lines - list.querySelectorAll("[hidden]").length;
    about.textContent = lines === 0
      ? "No events yet."
      : `${shown === lines ? `${lines} lines` : `${shown} of ${lines} lines`}${
        first() > 1 ? ", earlier ones not loaded" : ""
      }.`;
  };

  /** @param {RunEvent[]} events @param {boolean} before */
  const add = (events, before) => {
    const lines = document.createDocumentFragment();
    for (const event of events) {
      const line = lineOf(event);
      judge(line);
      lines.append(line);
    }
    if (before) {
      list.prepend(lines);
    } else {
      list.append(lines);
      while (list.children.length > most) list.firstElementChild?.remove();
    }
    tell();
    if (!before && follow.checked) list.scrollTop = list.scrollHeight;
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    for (const line of list.children) judge(/** @type {HTMLElement} */ (line));
    tell();
    if (follow.checked) list.scrollTop = list.scrollHeight;
  });
  // Scrolling up pauses the log; scrolling to its end follows it again.
  list.addEventListener("scroll", () => {
    follow.checked = list.scrollHeight - list.scrollTop - list.clientHeight < 24;
  });
  earlier.addEventListener("click", async () => {
    const before = first();
    const after = Math.max(0, before - 1 - page);
    try {
      const { events } = /** @type {{ events: RunEvent[] }} */ (await good(v1.runs[":id"].events.$get(
        { param: { id: String(runId) }, query: { after: String(after), limit: String(before - 1 - after) } },
        { headers: { accept: "application/json" } },
      )));
      const height = list.scrollHeight;
      follow.checked = false;
      add(events, true);
      list.scrollTop += list.scrollHeight - height;
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), { bad: true });
    }
  });

  /** Events received but not shown yet: many events make one change of the page. @type {RunEvent[]} */
  let waiting = [];
  const take = () => {
    const events = waiting.filter(({ seq }) => seq > last());
    waiting = [];
    if (events.length > 0) add(events.slice(-most), false);
  };
  const open = () => {
    const source = new EventSource(`/v1/runs/${runId}/events?after=${last()}`);
    const heard = (/** @type {Event} */ event) => {
      if (waiting.push(JSON.parse(/** @type {MessageEvent} */ (event).data)) === 1) setTimeout(take, 100);
    };
    for (const kind of (list.dataset.kinds ?? "").split(" ")) source.addEventListener(kind, heard);
    source.addEventListener("run_finished", () => source.close());
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return;
      // Refused: the run has ended, or the server was not ready.
      if (list.dataset.ended === undefined) setTimeout(open, againMs);
    });
    addEventListener("pagehide", () => source.close(), { once: true });
  };
  for (const line of list.children) judge(/** @type {HTMLElement} */ (line));
  tell();
  list.scrollTop = list.scrollHeight;
  if (list.dataset.ended === undefined) open();
}

/** A line as `components/log_line.tsx` renders it. @param {RunEvent} event */
function lineOf(event) {
  const line = document.createElement("li");
  line.dataset.seq = String(event.seq);
  line.dataset.level = levelOf(event);
  const time = document.createElement("time");
  time.dateTime = event.at;
  time.textContent = timeOfDay(event.at, document.documentElement.dataset.timeZone ?? "UTC");
  const key = document.createElement("code");
  key.textContent = event.key ?? "run";
  line.append(time, " ", key, " ", sentenceOf(event));
  return line;
}
