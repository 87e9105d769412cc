// @ts-check
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { say, showConnection } from "./actions.js";
import { RunStreams } from "./run_stream.js";

/** How often the server is asked whether somebody else began a run. */
const lookMs = 4_000;
/** How often it is asked while it does not answer. */
const retryMs = 1_000;
/** How often everything counts as changed though nothing is known to have happened: sources change by themselves. */
const refreshMs = 60_000;
/** How many of the newest runs are looked at. */
const looked = 8;

/**
 * @typedef {object} Listener
 * @property {() => Promise<void>} changed Called when states may have changed. Rejects if the server does not answer.
 * @property {(key: string, done: number, total: number) => void} progressed Called when a step says how far it is.
 * @property {(key: string) => void} ended Called when a step has ended.
 */

/** How far each running step is, by key of the asset whose function runs. @type {Map<string, { done: number, total: number }>} */
const progress = new Map();

/**
 * Follows what happens in the service: the one place that knows where changes come from. Tells what became of runs, and whether the
 * server answers.
 *
 * @param {Listener} listener
 * @returns {{ look(): Promise<void>, refresh(): Promise<void>, progress: ReadonlyMap<string, { done: number, total: number }> }}
 */
export function followChanges(listener) {
  let connected = true;
  let newest = -1;
  let refreshedAt = Date.now();
  /** Steps that failed, by run. @type {Map<number, string[]>} */
  const failures = new Map();
  const streams = new RunStreams(heard, () => look());

  /** @param {import("./run_stream.js").RunEvent} event */
  function heard({ kind, key, data, runId }) {
    if (kind === "step_progress" && key !== null) {
      const { done, total } = /** @type {{ done: number, total: number }} */ (data);
      progress.set(key, { done, total });
      return listener.progressed(key, done, total);
    }
    if (key !== null) {
      progress.delete(key);
      listener.ended(key);
    }
    if (kind === "step_failed" && key !== null) failures.set(runId, [...failures.get(runId) ?? [], key]);
    if (kind === "run_finished") {
      const failed = failures.get(runId) ?? [];
      say(`Run ${runId} ${data.status}${failed.length > 0 ? `: ${failed.join(", ")}` : ""}.`, data.status === "failed");
      failures.delete(runId);
    }
    refresh();
  }

  async function refresh() {
    refreshedAt = Date.now();
    try {
      await listener.changed();
      setConnected(true);
    } catch {
      setConnected(false);
    }
  }

  /** Asks which runs go on, follows them, and finds whether the server is there at all. */
  async function look() {
    try {
      const response = await fetch(`/v1/runs?limit=${looked}`, { headers: { accept: "application/json" } });
      if (!response.ok) throw new Error(`The server answered ${response.status}.`);
      /** @type {{ runs: { id: number, finishedAt: string | null }[] }} */
      const { runs } = await response.json();
      for (const { id, finishedAt } of runs) if (finishedAt === null) streams.follow(id);
      const last = runs[0]?.id ?? 0;
      const news = (newest !== -1 && last !== newest) || !connected || Date.now() - refreshedAt > refreshMs;
      newest = last;
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

  async function keepLooking() {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, connected ? lookMs : retryMs));
      if (document.visibilityState === "visible") await look();
    }
  }

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") look();
  });
  look();
  keepLooking();
  return { look, refresh, progress };
}

/**
 * Shows how far a step is wherever it is told.
 *
 * @param {string} key
 * @param {{ done: number, total: number }} progress
 */
export function showProgress(key, { done, total }) {
  if (!(total > 0)) return;
  for (const bar of document.querySelectorAll(`progress[data-progress="${CSS.escape(key)}"]`)) {
    Object.assign(bar, { max: total, value: done });
  }
  for (const part of document.querySelectorAll(`[data-part="${CSS.escape(key)}"]`)) {
    part.textContent = ` ${Math.floor((100 * done) / total)} %`;
  }
}
