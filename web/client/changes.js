import { say, showConnection, tellConnection, toRun } from "./actions.js";
import { followFeed, paced } from "./feed.js";

/** Minimum time between refreshes of a page. */
const refreshPaceMs = 300;
/** Refresh interval without events: sources can change without an event. */
const refreshMs = 60_000;

/** @typedef {{ done: number, total: number }} Progress */

/**
 * @typedef {object} Listener
 * @property {() => Promise<void>} changed Called when states may have changed. Rejects if the server does not answer.
 * @property {(key: string, progress: Progress) => void} progressed Called when a step reports its progress.
 */

/**
 * Live state of a page.
 *
 * @typedef {object} Changes
 * @property {() => Promise<void>} refresh Refreshes the page at once.
 * @property {ReadonlyMap<string, Progress>} progress Progress of each running step, by key of the asset whose function runs.
 * @property {ReadonlySet<number>} ended Runs whose end was shown.
 */

/**
 * Follows the service's events, refreshes the page, and shows the outcome of runs and lost connections. The only module that
 * depends on the feed.
 *
 * @param {Listener} listener
 * @returns {Changes}
 */
export function followChanges({ changed, progressed }) {
  /** @type {Map<string, Progress>} */
  const progress = new Map();
  /** @type {Set<number>} */
  const ended = new Set();
  /** Failed steps by run. @type {Map<number, string[]>} */
  const failures = new Map();
  const refresh = () => tellConnection(changed());
  const refreshSoon = paced(refresh, () => refreshPaceMs);

  /** @param {import("./feed.js").FeedEvent} event */
  function heard(event) {
    const { type, runId, asset } = event;
    if (type === "step" && event.progress) {
      progress.set(asset, event.progress);
      return progressed(asset, event.progress);
    }
    if (type === "step") progress.delete(asset);
    if (type === "step" && event.kind === "step_failed") failures.set(runId, [...failures.get(runId) ?? [], asset]);
    if (type === "run" && ["succeeded", "failed", "cancelled"].includes(event.status)) {
      const failed = failures.get(runId) ?? [];
      const which = failed.length > 0 ? `: ${failed.join(", ")}` : "";
      say(`Run ${runId} ${event.status}${which}.`, { bad: event.status === "failed", link: toRun(runId) });
      failures.delete(runId);
      ended.add(runId);
    }
    refreshSoon();
  }

  followFeed({ heard, connected: showConnection });
  setInterval(refreshSoon, refreshMs);
  return { refresh, progress, ended };
}

/**
 * Shows the progress of a step in every place that has it.
 *
 * @param {string} key
 * @param {Progress} progress
 * @param {string} before Text between the sentence and the figure.
 */
export function showProgress(key, { done, total }, before = " ") {
  if (!(total > 0)) return;
  for (const bar of document.querySelectorAll(`progress[data-progress="${CSS.escape(key)}"]`)) {
    Object.assign(bar, { max: total, value: done });
  }
  for (const part of document.querySelectorAll(`[data-part="${CSS.escape(key)}"]`)) {
    part.textContent = `${before}${Math.floor((100 * done) / total)} %`;
  }
}
