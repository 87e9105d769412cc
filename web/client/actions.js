// @ts-check
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** Toasts at once, and how long one stays. */
const mostToasts = 4;
const toastMs = 8_000;

/**
 * Tells what came of something, for eyes and screen readers, with the way to it. An error stays until it is closed.
 *
 * @param {string} text
 * @param {object} [more]
 * @param {boolean} [more.bad]
 * @param {{ href: string, title: string }} [more.link]
 */
export function say(text, { bad = false, link } = {}) {
  const toasts = document.getElementById("toasts");
  if (!toasts) return;
  const toast = document.createElement("div");
  toast.className = bad ? "toast bad" : "toast";
  const sentence = document.createElement("p");
  sentence.textContent = text;
  toast.append(sentence);
  if (link) {
    const way = document.createElement("a");
    way.href = link.href;
    way.textContent = link.title;
    toast.append(way);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.ariaLabel = "Close";
  close.textContent = "×";
  close.addEventListener("click", () => toast.remove());
  toast.append(close);
  // The same said again takes the place of what was said before.
  for (const old of [...toasts.children]) {
    if (old.querySelector("p")?.textContent === text) old.remove();
  }
  toasts.append(toast);
  while (toasts.children.length > mostToasts) toasts.firstElementChild?.remove();
  if (bad) return;
  const leave = () => {
    // Not from under the pointer or the focus.
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, toastMs);
    else toast.remove();
  };
  setTimeout(leave, toastMs);
}

/** Closes errors that are no longer true. */
export function closeErrors() {
  for (const toast of document.querySelectorAll(".toast.bad")) toast.remove();
}

/** The way to a run. @param {number} id */
export function toRun(id) {
  return { href: `/runs/${id}`, title: `Open run ${id}` };
}

/**
 * Does what a button stands for. It is dead meanwhile, and afterwards whatever the server renders it as. Dead buttons keep the
 * focus, which `disabled` would take from them: `aria-disabled` says the same and does not.
 *
 * @param {HTMLButtonElement} button
 * @param {() => Promise<void>} work
 */
export async function press(button, work) {
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  try {
    await work();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), { bad: true });
  } finally {
    // A part that came out as it was has not been replaced.
    if (document.getElementById(button.id) === button) button.ariaDisabled = null;
  }
}

/**
 * Tells whether the server answers, once each time that this changes.
 *
 * @param {boolean} connected
 */
export function showConnection(connected) {
  const note = document.getElementById("connection");
  if (!note || note.hidden === connected) return;
  note.textContent = connected ? "" : "The server does not answer. Trying again …";
  note.hidden = connected;
  if (connected) say("Connected again.");
}

/**
 * A key that makes a request sent again the same one. `crypto.randomUUID` is not there on a page that came over plain HTTP from another
 * machine.
 */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
