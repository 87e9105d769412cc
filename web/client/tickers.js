import { closeErrors, say } from "./actions.js";

/** Long enough for one request per quickly typed word, short enough to go unnoticed. */
const debounceMs = 120;

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("tickers-search"));
const text = /** @type {HTMLInputElement | null} */ (document.getElementById("tickers-text"));

if (form && text) search(form, text);

/**
 * Searches during typing: fetches the page that the form would open and replaces the list with the list of that page. Updates the
 * address, so that it can be shared and reloaded.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement} text
 */
function search(form, text) {
  /** The pending request, with its end. @type {{ path: string, asked: AbortController, done: Promise<boolean> } | undefined} */
  let asking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  let shown = pathOf(form);
  const keys = document.getElementById("tickers-keys");
  if (keys) keys.hidden = false;

  const ask = () => {
    clearTimeout(waiting);
    waiting = undefined;
    const path = pathOf(form);
    if (asking?.path === path) return asking.done;
    asking?.asked.abort();
    if (path === shown) {
      asking = undefined;
      settle();
      return Promise.resolve(true);
    }
    const asked = new AbortController();
    document.getElementById("tickers-found")?.setAttribute("aria-busy", "true");
    const done = replace(path, asked.signal).then((replaced) => {
      if (asked.signal.aborted) return false;
      asking = undefined;
      if (replaced) shown = path;
      settle();
      return replaced;
    });
    asking = { path, asked, done };
    return done;
  };

  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, debounceMs);
  });
  form.addEventListener("change", (event) => {
    if (event.target !== text) ask();
  });
  // Without a text the form submits as it would without this module.
  form.addEventListener("submit", async (event) => {
    if (text.value.trim() === "" || document.activeElement !== text) return;
    event.preventDefault();
    if (await ask()) symbols()[0]?.click();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const all = symbols();
      const at = target === text ? -1 : all.findIndex((link) => link === target);
      if (target !== text && at < 0) return;
      event.preventDefault();
      const to = event.key === "ArrowDown" ? at + 1 : at - 1;
      if (to < 0) text.focus();
      else all[Math.min(to, all.length - 1)]?.focus();
    } else if (event.key === "Escape" && target.matches("[data-ticker]")) {
      text.focus();
    }
  });
}

function settle() {
  document.getElementById("tickers-found")?.removeAttribute("aria-busy");
}

/** The symbols in the list, top to bottom. */
function symbols() {
  return [...document.querySelectorAll("#tickers-found a[data-ticker]")].filter((link) =>
    link instanceof HTMLAnchorElement
  );
}

/**
 * The address that the form leads to, with its non-empty fields only, as the server writes it.
 *
 * @param {HTMLFormElement} form
 */
function pathOf(form) {
  const filled = [...new FormData(form)].flatMap(([name, value]) => {
    const written = String(value).trim();
    return written === "" ? [] : [[name, written]];
  });
  const parameters = new URLSearchParams(filled);
  return parameters.size === 0 ? "/tickers" : `/tickers?${parameters}`;
}

/**
 * Fetches a page and replaces the list with the list of that page.
 *
 * @param {string} path
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} Whether the list was replaced.
 */
async function replace(path, signal) {
  try {
    const response = await fetch(path, { headers: { accept: "text/html" }, signal });
    // A page with status 400 shows the invalid parameter.
    if (!response.ok && response.status !== 400) throw new Error(`The server answered ${response.status}.`);
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = fresh.getElementById("tickers-found");
    if (signal.aborted) return false;
    if (!found) throw new Error("The server answered with another page. Reload this page.");
    document.getElementById("tickers-found")?.replaceChildren(...found.childNodes);
    history.replaceState(null, "", path);
    closeErrors();
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    say(`The list could not be read and shows the previous results. ${/** @type {Error} */ (error).message}`, {
      bad: true,
    });
    return false;
  }
}
