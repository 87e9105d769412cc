// @ts-check
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { post, press, say, showConnection } from "./actions.js";
import { followFeed, paced } from "./feed.js";
import { LiveParts, updateTimes } from "./live_parts.js";
import { followLog } from "./run_log.js";

/** How often the page is fetched while things happen: a long one less often. */
const refreshMs = 500;
const longRefreshMs = 3_000;
const timesMs = 5_000;
const longPage = 200;

const runId = Number(document.getElementById("log")?.dataset.run ?? 0);
/** How far each running step of this run is, by its key. @type {Map<string, { done: number, total: number }>} */
const progress = new Map();

/** @param {string} key */
function showProgress(key) {
  const { done, total } = progress.get(key) ?? { done: 0, total: 0 };
  if (!(total > 0)) return;
  for (const bar of document.querySelectorAll(`progress[data-progress="${CSS.escape(key)}"]`)) {
    Object.assign(bar, { max: total, value: done });
  }
}

const parts = new LiveParts(() => {
  updateTimes();
  for (const key of progress.keys()) showProgress(key);
});
const refresh = paced(
  () => parts.refresh().then(() => showConnection(true), () => showConnection(false)),
  () => document.querySelectorAll("#steps tbody tr").length > longPage ? longRefreshMs : refreshMs,
);

followFeed({
  heard(event) {
    // The page of a run is not about others.
    if (runId > 0 && event.type !== "reset" && event.runId !== runId) return;
    if (event.progress) {
      progress.set(event.asset, event.progress);
      if (runId > 0) showProgress(event.asset);
      return;
    }
    progress.delete(event.asset);
    refresh();
  },
  connected(now) {
    showConnection(now);
  },
});
if (runId > 0) followLog(runId);

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (!button) return;
  const { act, confirm: question, said, go } = button.dataset;
  if (!act || (question && !globalThis.confirm(question))) return;
  press(button, async () => {
    const answer = await post(act, {}, act.endsWith("/retry") ? { "idempotency-key": crypto.randomUUID() } : {});
    const made = answer.runId ?? (go === "run" ? answer.id : undefined);
    if (go === "run" && made) return location.assign(`/runs/${made}`);
    await parts.refresh();
    say(go === "run" ? "Nothing is stale: no run was needed." : said ?? "Done.");
  });
});

setInterval(updateTimes, timesMs);
updateTimes();
