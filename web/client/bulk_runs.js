import { newKey, press, say, toRun } from "./actions.js";
import { good, v1 } from "./service.js";

/** Ids of selected runs, kept when the server renders the rows anew. @type {Set<string>} */
const selected = new Set();

/** Actions on each selected run, by the name of the button. */
const acts = {
  retry: async (/** @type {string} */ id) => {
    const headers = { "idempotency-key": newKey() };
    const run = await good(v1.runs[":id"].retry.$post({ param: { id }, json: {} }, { headers }));
    say(`Run ${run.id} retries run ${id}.`, { link: toRun(run.id) });
  },
  cancel: async (/** @type {string} */ id) => {
    await good(v1.runs[":id"].cancel.$post({ param: { id } }));
    say(`Run ${id} is being cancelled.`, { link: toRun(Number(id)) });
  },
};

/** @returns {HTMLInputElement[]} */
function boxes() {
  return [.../** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[data-select-run]"))];
}

/** Shows which runs are selected and which actions they allow. Also called after rows were replaced. */
export function showSelected() {
  const bar = document.getElementById("bulk");
  if (!bar) return;
  const shown = boxes();
  for (const box of shown) box.checked = selected.has(box.dataset.selectRun ?? "");
  // Deselect runs that are no longer in the table.
  for (const id of selected) if (!shown.some(({ dataset }) => dataset.selectRun === id)) selected.delete(id);
  bar.hidden = selected.size === 0;
  const count = document.getElementById("bulk-count");
  if (count) count.textContent = `${selected.size} selected`;
  for (const name of Object.keys(acts)) {
    const button = /** @type {HTMLButtonElement} */ (document.getElementById(`bulk-${name}`));
    const able = shown.filter(({ checked, dataset }) => checked && dataset.can === name).length;
    button.ariaDisabled = able === 0 ? "true" : null;
    button.textContent = `${name === "retry" ? "Retry" : "Cancel"} ${able}`;
  }
}

/** Lets runs be selected and retried or cancelled together. @param {() => Promise<void>} changed */
export function listenToBulk(changed) {
  document.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || !target.dataset.selectRun) return;
    if (target.checked) selected.add(target.dataset.selectRun);
    else selected.delete(target.dataset.selectRun);
    showSelected();
  });
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-bulk]") : null;
    if (!(button instanceof HTMLButtonElement)) return;
    const name = /** @type {keyof typeof acts} */ (button.dataset.bulk);
    press(button, async () => {
      const able = boxes().filter(({ checked, dataset }) => checked && dataset.can === name);
      const refused = [];
      for (const { dataset: { selectRun: id = "" } } of able) {
        try {
          await acts[name](id);
          selected.delete(id);
        } catch (error) {
          refused.push(`Run ${id}: ${error instanceof Error ? error.message : error}`);
        }
      }
      await changed();
      if (refused.length > 0) throw new Error(refused.join(" "));
    }).then(showSelected);
  });
}
