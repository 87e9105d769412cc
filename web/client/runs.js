import "./table_csv.js";
import { newKey, onButton, press, say, showConnection, tellConnection } from "./actions.js";
import { listenToBulk, showSelected } from "./bulk_runs.js";
import { showProgress } from "./changes.js";
import { followFeed, paced } from "./feed.js";
import { keepTimes, LiveParts, updateTimes } from "./live_parts.js";
import { followLog } from "./run_log.js";
import { good, v1 } from "./service.js";

/** Minimum time between fetches of the page; a large page is fetched less often. */
const refreshMs = 500;
const longRefreshMs = 3_000;
const longPage = 200;

const runId = Number(document.getElementById("log")?.dataset.run ?? 0);
/** Progress of each running step of this run, by its key. @type {Map<string, import("./changes.js").Progress>} */
const progress = new Map();

const parts = new LiveParts(() => {
  updateTimes();
  showSelected();
  for (const [key, one] of progress) showProgress(key, one);
});
const refresh = paced(
  () => tellConnection(parts.refresh()),
  () => document.querySelectorAll("#steps tbody tr").length > longPage ? longRefreshMs : refreshMs,
);

followFeed({
  heard(event) {
    // The page of a run ignores events of other runs.
    if (runId > 0 && event.type !== "reset" && event.runId !== runId) return;
    if (event.progress) {
      progress.set(event.asset, event.progress);
      if (runId > 0) showProgress(event.asset, event.progress);
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
listenToBulk(() => parts.refresh());
showSelected();

/**
 * Actions of the buttons, by kind of object and action; each takes the object's name. Some start a run.
 *
 * @type {Partial<Record<string, (name: string) => Promise<{ runId?: number | null } | void>>>}
 */
const acts = {
  "run cancel": async (id) => void await good(v1.runs[":id"].cancel.$post({ param: { id } })),
  "run retry": async (id) => {
    const headers = { "idempotency-key": newKey() };
    return { runId: (await good(v1.runs[":id"].retry.$post({ param: { id }, json: {} }, { headers }))).id };
  },
  "schedule tick": (name) => good(v1.schedules[":name"].tick.$post({ param: { name }, json: {} })),
  "schedule pause": async (name) => void await good(v1.schedules[":name"].pause.$post({ param: { name }, json: {} })),
  "schedule resume": async (name) => void await good(v1.schedules[":name"].resume.$post({ param: { name }, json: {} })),
  "automation pause": async (key) => void await good(v1.assets[":key"].automation.pause.$post({ param: { key } })),
  "automation resume": async (key) => void await good(v1.assets[":key"].automation.resume.$post({ param: { key } })),
};

onButton((button, { cancel, act = cancel && "run cancel", to = cancel, confirm: question, said }) => {
  const work = acts[act ?? ""];
  if (!work || !to || (question && !globalThis.confirm(question))) return;
  press(button, async () => {
    const begun = await work(to);
    if (begun?.runId) return location.assign(`/runs/${begun.runId}`);
    await parts.refresh();
    say(begun ? "Nothing to do: everything is fresh." : said ?? "Done.");
  });
});

keepTimes();
