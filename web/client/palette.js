import { newKey, say, toRun } from "./actions.js";
import { prefer } from "./preferences.js";
import { waitIn } from "./skeleton.js";

/** @typedef {import("../palette_search.ts").PaletteResult} PaletteResult */

/** Long enough for one request per quickly typed word, short enough to go unnoticed. */
const debounceMs = 80;

/** Created when first opened. @type {ReturnType<typeof makePalette> | undefined} */
let palette;

function open() {
  palette ??= makePalette();
  palette.open();
}

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    event.preventDefault();
    return open();
  }
  const target = event.target instanceof Element ? event.target : document.body;
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (target.closest("input, select, textarea, dialog[open]")) return;
  event.preventDefault();
  // On a page with its own search field, focus that field.
  const own = document.querySelector('input[aria-keyshortcuts="/"]');
  if (!(own instanceof HTMLInputElement)) return open();
  own.focus();
  own.select();
});

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-palette]") : null;
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const sidebar = document.getElementById("sidebar");
  if (sidebar?.matches(":popover-open")) sidebar.hidePopover();
  open();
});

/** A dialog with a combobox: the field keeps the focus, the arrow keys choose the option that `Enter` takes. */
function makePalette() {
  const dialog = document.createElement("dialog");
  dialog.className = "palette";
  dialog.ariaLabel = "Command palette";
  const input = document.createElement("input");
  input.type = "text";
  input.autocomplete = "off";
  input.spellcheck = false;
  input.placeholder = "Ticker, pair, asset, run or action";
  input.role = "combobox";
  input.ariaLabel = "Search";
  input.ariaExpanded = "true";
  input.ariaAutoComplete = "list";
  input.setAttribute("aria-controls", "palette-found");
  const list = document.createElement("div");
  list.className = "found";
  list.id = "palette-found";
  list.role = "listbox";
  list.ariaLabel = "Results";
  const note = document.createElement("p");
  note.className = "keys";
  note.role = "status";
  dialog.append(input, list, note);
  document.body.append(dialog);

  /** @type {PaletteResult[]} */
  let results = [];
  let chosen = -1;
  /** The pending request. @type {AbortController | undefined} */
  let asking;
  /** The text whose results are shown. @type {string | undefined} */
  let shown;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;

  /** @param {number} position */
  const choose = (position) => {
    chosen = position;
    for (const [i, option] of options().entries()) option.ariaSelected = String(i === chosen);
    const option = options()[chosen];
    if (!option) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const options = () => [...list.querySelectorAll("[role=option]")];

  const ask = async () => {
    clearTimeout(waiting);
    waiting = undefined;
    const text = input.value.trim();
    if (text === shown) return;
    asking?.abort();
    const mine = asking = new AbortController();
    // Results of an earlier text stay until new ones arrive.
    const over = results.length === 0 ? waitIn(list, 8) : () => {};
    try {
      const response = await fetch(`/search?${new URLSearchParams({ q: text })}`, {
        headers: { accept: "application/json" },
        signal: mine.signal,
      });
      if (!response.ok) throw new Error(`The server answered ${response.status}.`);
      results = (await response.json()).results;
      shown = text;
      over();
      list.replaceChildren(...groupsOf(results));
      choose(results.length > 0 ? 0 : -1);
      note.textContent = results.length > 0
        ? "↑ ↓ to choose, Enter to open, Esc to close"
        : `Nothing matches “${text}”.`;
    } catch (error) {
      over();
      if (mine.signal.aborted) return;
      note.textContent = `Search failed. ${error instanceof Error ? error.message : error}`;
    }
  };

  /** @param {number} position @param {boolean} aside In a new window. */
  const take = (position, aside) => {
    const result = results[position];
    if (!result) return;
    dialog.close();
    if (result.act) return act(result.act);
    if (aside) globalThis.open(result.path ?? "/", "_blank", "noopener");
    else location.assign(result.path ?? "/");
  };

  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, debounceMs);
  });
  input.addEventListener("keydown", async (event) => {
    const last = results.length - 1;
    const to = {
      ArrowDown: chosen >= last ? 0 : chosen + 1,
      ArrowUp: chosen <= 0 ? last : chosen - 1,
      PageDown: Math.min(last, chosen + 8),
      PageUp: Math.max(0, chosen - 8),
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      choose(to);
    } else if (event.key === "Enter") {
      event.preventDefault();
      // Wait for the results of the current text before taking one.
      await ask();
      take(chosen, event.ctrlKey || event.metaKey);
    }
  });
  list.addEventListener("click", (event) => {
    const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    if (option) take(options().indexOf(option), event.ctrlKey || event.metaKey);
  });
  list.addEventListener("pointermove", (event) => {
    const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
    if (option && options()[chosen] !== option) choose(options().indexOf(option));
  });
  // Close on a click on the backdrop.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

  return {
    open() {
      if (dialog.open) return;
      input.value = "";
      shown = undefined;
      dialog.showModal();
      ask();
    },
  };
}

/** @param {readonly PaletteResult[]} results */
function groupsOf(results) {
  let position = 0;
  return [...Map.groupBy(results, ({ group }) => group)].map(([name, members], g) => {
    const group = document.createElement("div");
    group.role = "group";
    const title = document.createElement("p");
    title.className = "group";
    title.id = `palette-group-${g}`;
    title.textContent = name;
    group.setAttribute("aria-labelledby", title.id);
    group.append(title);
    for (const result of members) {
      const option = document.createElement("div");
      option.role = "option";
      option.id = `palette-option-${position++}`;
      const detail = document.createElement("span");
      detail.className = "detail";
      detail.textContent = result.detail;
      option.append(result.title, " ", detail);
      group.append(option);
    }
    return group;
  });
}

/** @param {NonNullable<PaletteResult["act"]>} act */
async function act({ name, value }) {
  if (name !== "materialize") return prefer(name, value);
  try {
    const { begun, v1 } = await import("./service.js");
    const run = await begun(
      v1.materialize.$post({ json: { selection: value } }, { headers: { "idempotency-key": newKey() } }),
    );
    if (run.steps.length === 0) say("Nothing to do: everything is fresh.");
    else say(`Run ${run.id} started.`, { link: toRun(run.id) });
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), { bad: true });
  }
}
