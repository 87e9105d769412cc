import "./table_csv.js";
import "./tabs.js";
import { onButton, press, say } from "./actions.js";
import { readPartitions } from "./partitions.js";
import { followChanges, showProgress } from "./changes.js";
import { keepTimes, LiveParts, updateTimes } from "./live_parts.js";
import { listenToRunButtons } from "./run_buttons.js";
import { good, v1 } from "./service.js";

const parts = new LiveParts(() => {
  updateTimes();
  readPartitions();
  for (const [key, progress] of changes.progress) showProgress(key, progress);
});
const changes = followChanges({
  changed: () => parts.refresh(),
  progressed: showProgress,
});
listenToRunButtons({
  async begun(runId) {
    const address = new URL(location.href);
    address.searchParams.set("run", String(runId));
    address.hash = "materialize";
    history.replaceState(null, "", address);
    await changes.refresh();
  },
  changed: () => changes.refresh(),
});

onButton((button, { automation, key }) => {
  if (!automation || !key) return;
  press(button, async () => {
    const { pause, resume } = v1.assets[":key"].automation;
    await good((automation === "pause" ? pause : resume).$post({ param: { key } }));
    say(automation === "pause" ? `The automation of ${key} is paused.` : `The automation of ${key} is resumed.`);
    await changes.refresh();
  });
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const { report } = form.dataset;
  if (!report) return;
  event.preventDefault();
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]"));
  press(button, () => sendReport(form, report));
});

/**
 * @param {HTMLFormElement} form
 * @param {string} key
 */
async function sendReport(form, key) {
  const fields = new FormData(form);
  const problem = /** @type {HTMLElement} */ (document.getElementById("report-problem"));
  const at = String(fields.get("at") ?? "");
  problem.hidden = true;
  try {
    const { recorded } = await good(v1.assets[":key"].report.$post({
      param: { key },
      json: {
        kind: fields.get("kind") === "observed" ? "observed" : "materialized",
        version: String(fields.get("version") ?? ""),
        ...(at !== "" && { at: new Date(`${at}Z`).toISOString() }),
      },
    }));
    say(
      recorded
        ? `Version ${fields.get("version")} of ${key} is on record.`
        : `That version of ${key} was already known.`,
    );
    form.reset();
    await changes.refresh();
  } catch (error) {
    problem.textContent = error instanceof Error ? error.message : String(error);
    problem.hidden = false;
  }
}

keepTimes();
readPartitions();
