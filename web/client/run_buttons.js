import { newKey, onButton, press, say, toRun } from "./actions.js";
import { begun as begunBy, good, v1 } from "./service.js";

/** Idempotency keys of unanswered requests, so that a retry after a lost connection yields the same run. @type {Map<string, string>} */
const idempotencyKeys = new Map();

/**
 * Connects the buttons of plans and runs to their actions.
 *
 * @param {object} then
 * @param {(runId: number) => Promise<void>} then.begun Called when a run was begun: shows it.
 * @param {() => Promise<void>} then.changed Called when something else was done.
 */
export function listenToRunButtons({ begun, changed }) {
  onButton((button, { beginRun, cancel }) => {
    if (beginRun) {
      press(button, async () => {
        await holdAutomation();
        const key = idempotencyKeys.get(beginRun) ?? newKey();
        idempotencyKeys.set(beginRun, key);
        const run = await begunBy(
          v1.materialize.$post({ json: JSON.parse(beginRun) }, { headers: { "idempotency-key": key } }),
        );
        idempotencyKeys.delete(beginRun);
        if (run.steps.length === 0) say("Nothing to do: it is fresh.");
        else say(`Run ${run.id} started.`, { link: toRun(run.id) });
        await begun(run.id);
      });
    } else if (cancel) {
      press(button, async () => {
        await good(v1.runs[":id"].cancel.$post({ param: { id: cancel } }));
        await changed();
      });
    }
  });
}

/**
 * Pauses the automation that would undo a run with other settings, if requested: before the run starts, so that it cannot act in
 * between.
 */
async function holdAutomation() {
  const box = /** @type {HTMLInputElement | null} */ (document.getElementById("hold-automation"));
  const key = box?.dataset.hold;
  if (!box?.checked || !key) return;
  await good(v1.assets[":key"].automation.pause.$post({ param: { key } }));
  say(`The automation of ${key} is paused.`, { link: { href: `/assets/${key}#automation`, title: "Resume it there" } });
  box.checked = false;
}
