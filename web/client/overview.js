// @ts-check
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { press as pressed, say } from "./actions.js";
import { followChanges, showProgress } from "./changes.js";
import { drawCharts } from "./charts.js";
import { LiveParts, updateTimes } from "./live_parts.js";
import { begun, good, v1 } from "./service.js";

const timesMs = 5_000;

const parts = new LiveParts(() => {
  for (const [key, progress] of changes.progress) showProgress(key, progress, ", ");
  updateTimes();
  drawCharts();
});
const changes = followChanges({
  changed: () => parts.refresh(),
  progressed: (key, progress) => showProgress(key, progress, ", "),
});

/**
 * Does what a button stands for, and shows what became of it.
 *
 * @param {HTMLButtonElement} button
 * @param {() => Promise<void>} work
 */
function press(button, work) {
  return pressed(button, async () => {
    await work();
    await changes.refresh();
  });
}

/**
 * @param {{ id: number, steps: readonly unknown[] }} run
 * @param {string} name What is materialized.
 */
function tellOf(run, name) {
  if (run.steps.length === 0) return say(`${name} is fresh: nothing had to be made.`);
  // A short run may have been noticed and reported before the answer came.
  if (!changes.ended.has(run.id)) say(`Run ${run.id} began.`);
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (!button) return;
  const { materialize: key, selection, cancel } = button.dataset;
  if (key) {
    press(button, async () => {
      tellOf(await begun(v1.assets[":key"].materialize.$post({ param: { key }, json: { upstream: true } })), key);
    });
  } else if (selection) {
    press(button, async () => tellOf(await begun(v1.materialize.$post({ json: { selection } })), "Everything"));
  } else if (cancel) {
    press(button, async () => {
      await good(v1.runs[":id"].cancel.$post({ param: { id: cancel } }));
    });
  }
});

setInterval(updateTimes, timesMs);
updateTimes();
