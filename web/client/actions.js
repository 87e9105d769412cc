/** Maximum number of toasts shown at once, and how long one stays. */
const mostToasts = 4;
const toastMs = 8_000;

/**
 * Shows the outcome of an action as a toast, for sight and screen readers, with a link. An error stays until it is closed.
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
  // A repeated message replaces the earlier one.
  for (const old of [...toasts.children]) {
    if (old.querySelector("p")?.textContent === text) old.remove();
  }
  toasts.append(toast);
  while (toasts.children.length > mostToasts) toasts.firstElementChild?.remove();
  if (bad) return;
  const leave = () => {
    // Keep a toast that is hovered or focused.
    if (toast.matches(":hover, :focus-within")) setTimeout(leave, toastMs);
    else toast.remove();
  };
  setTimeout(leave, toastMs);
}

/** Closes error toasts that no longer hold. */
export function closeErrors() {
  for (const toast of document.querySelectorAll(".toast.bad")) toast.remove();
}

/** Link to a run. @param {number} id */
export function toRun(id) {
  return { href: `/runs/${id}`, title: `Open run ${id}` };
}

/**
 * Performs the action of a button. The button is disabled meanwhile and then as the server renders it. It uses `aria-disabled`,
 * because `disabled` would take away its focus.
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
    // An unchanged part is not replaced, so the button has to be enabled again.
    if (document.getElementById(button.id) === button) button.ariaDisabled = null;
  }
}

/**
 * Calls `act` for each button that is clicked, with its `data-` attributes.
 *
 * @param {(button: HTMLButtonElement, data: DOMStringMap) => void} act
 */
export function onButton(act) {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button) act(button, button.dataset);
  });
}

/**
 * Shows whether the server is reachable, once for each change.
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

/** Shows whether the server answers a refresh of the page. @param {Promise<void>} refreshing */
export function tellConnection(refreshing) {
  return refreshing.then(() => showConnection(true), () => showConnection(false));
}

/**
 * An idempotency key for a request that may be sent again. `crypto.randomUUID` is missing on pages served by plain HTTP from
 * another machine.
 */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
