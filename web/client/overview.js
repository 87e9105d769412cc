// @ts-check
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { post, press as pressed, say, showConnection } from "./actions.js";
import { drawCharts } from "./charts.js";
import { followFeed, paced } from "./feed.js";
import { LiveParts, updateTimes } from "./live_parts.js";

/** How often the page is brought up to date at most. */
const refreshPaceMs = 300;
/** How often everything is fetched though nothing is known to have happened: sources change by themselves. */
const refreshMs = 60_000;
const timesMs = 5_000;

/** How far each running step is, by key of the asset whose function runs. @type {Map<string, { done: number, total: number }>} */
const progress = new Map();
/** Steps that failed, by run. @type {Map<number, string[]>} */
const failures = new Map();
/** Runs whose end was told already. @type {Set<number>} */
const ended = new Set();

const parts = new LiveParts(() => {
  for (const key of progress.keys()) showProgress(key);
  updateTimes();
  drawCharts();
});
const refreshSoon = paced(refresh, () => refreshPaceMs);

/** @param {import("./feed.js").FeedEvent} event */
function heard(event) {
  const { type, runId, asset } = event;
  if (type === "step" && event.progress) {
    progress.set(asset, event.progress);
    return showProgress(asset);
  }
  if (type === "step") progress.delete(asset);
  if (type === "step" && event.kind === "step_failed") failures.set(runId, [...failures.get(runId) ?? [], asset]);
  if (type === "run" && ["succeeded", "failed", "cancelled"].includes(event.status)) {
    const failed = failures.get(runId) ?? [];
    say(`Run ${runId} ${event.status}${failed.length > 0 ? `: ${failed.join(", ")}` : ""}.`, event.status === "failed");
    failures.delete(runId);
    ended.add(runId);
  }
  refreshSoon();
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

/** Brings the page up to date, or finds that the server is away. */
async function refresh() {
  try {
    await parts.refresh();
    showConnection(true);
  } catch {
    showConnection(false);
  }
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
  // A short run may have been noticed and reported before the answer came.
  if (!ended.has(run.id)) say(`Run ${run.id} began.`);
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

followFeed({ heard, connected: showConnection });
// Sources change by themselves, and nobody tells of it.
setInterval(refreshSoon, refreshMs);
setInterval(updateTimes, timesMs);
updateTimes();
