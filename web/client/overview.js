// @ts-check
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { post, press as pressed, say, showConnection } from "./actions.js";
import { drawCharts } from "./charts.js";
import { LiveParts, updateTimes } from "./live_parts.js";
import { RunStreams } from "./run_stream.js";

/** How often the server is asked whether somebody else began a run. */
const lookMs = 4_000;
/** How often it is asked while it does not answer. */
const retryMs = 1_000;
/** How often everything is fetched though nothing is known to have happened: sources change by themselves. */
const refreshMs = 60_000;
const timesMs = 5_000;

/** How far each running step is, by key of the asset whose function runs. @type {Map<string, { done: number, total: number }>} */
const progress = new Map();
/** Steps that failed, by run. @type {Map<number, string[]>} */
const failures = new Map();
let connected = true;
let newestRun = 0;
let refreshedAt = Date.now();

const parts = new LiveParts(() => {
  refreshedAt = Date.now();
  for (const key of progress.keys()) showProgress(key);
  updateTimes();
  followOpenRuns();
  drawCharts();
});
const streams = new RunStreams(heard, () => look());

/** @param {import("./run_stream.js").RunEvent} event */
function heard({ kind, key, data, runId }) {
  if (kind === "step_progress" && key !== null) {
    progress.set(key, /** @type {{ done: number, total: number }} */ (data));
    return showProgress(key);
  }
  if (key !== null) progress.delete(key);
  if (kind === "step_failed" && key !== null) failures.set(runId, [...failures.get(runId) ?? [], key]);
  if (kind === "run_finished") {
    const failed = failures.get(runId) ?? [];
    say(`Run ${runId} ${data.status}${failed.length > 0 ? `: ${failed.join(", ")}` : ""}.`, data.status === "failed");
    failures.delete(runId);
  }
  refresh();
}

/** @param {string} key */
function showProgress(key) {
  const { done, total } = progress.get(key) ?? { done: 0, total: 0 };
  if (!(total > 0)) return;
  for (const bar of document.querySelectorAll(`progress[data-progress="${CSS.escape(key)}"]`)) {
    Object.assign(bar, { max: total, value: done });
  }
  for (const part of document.querySelectorAll(`[data-part="${CSS.escape(key)}"]`)) {
    part.textContent = `, ${Math.floor((100 * done) / total)} %`;
  }
}

function followOpenRuns() {
  const open = document.getElementById("headline")?.dataset.openRuns ?? "";
  for (const id of open.split(" ").filter(Boolean)) streams.follow(Number(id));
}

/** Brings the page up to date, or finds that the server is away. */
async function refresh() {
  try {
    await parts.refresh();
    setConnected(true);
  } catch {
    setConnected(false);
  }
}

/** Asks whether there is a run that this page does not know of, and whether the server is there at all. */
async function look() {
  try {
    const response = await fetch("/v1/runs?limit=1", { headers: { accept: "application/json" } });
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    const newest = (await response.json()).runs[0]?.id ?? 0;
    const news = newest !== newestRun || !connected || Date.now() - refreshedAt > refreshMs;
    newestRun = newest;
    if (news) await refresh();
  } catch {
    setConnected(false);
  }
}

/** @param {boolean} now */
function setConnected(now) {
  connected = now;
  showConnection(now);
}

/**
 * Does what a button stands for, and shows what became of it.
 *
 * @param {HTMLButtonElement} button
 * @param {() => Promise<void>} work
 */
function press(button, work) {
  return pressed(button, async () => {
    await work();
    await refresh();
  });
}

/**
 * @param {string} path
 * @param {object} body
 * @param {string} name What is materialized.
 */
async function materialize(path, body, name) {
  const run = await post(path, body);
  if (run.steps.length === 0) return say(`${name} is fresh: nothing had to be made.`);
  // A short run may have been noticed, followed and reported before the answer came.
  if (!streams.ended(run.id)) say(`Run ${run.id} began.`);
  streams.follow(run.id);
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (!button) return;
  const { materialize: key, selection, cancel } = button.dataset;
  if (key) {
    const path = `/v1/assets/${encodeURIComponent(key)}/materialize`;
    press(button, () => materialize(path, { upstream: true }, key));
  } else if (selection) {
    press(button, () => materialize("/v1/materialize", { selection }, "Everything"));
  } else if (cancel) {
    press(button, async () => {
      await post(`/v1/runs/${cancel}/cancel`, {});
    });
  }
});

async function keepLooking() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, connected ? lookMs : retryMs));
    if (document.visibilityState === "visible") await look();
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") look();
});
setInterval(updateTimes, timesMs);
updateTimes();
followOpenRuns();
look();
keepLooking();
