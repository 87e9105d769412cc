// @ts-check
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/**
 * Tells what came of something, for eyes and screen readers.
 *
 * @param {string} text
 * @param {boolean} [bad]
 */
export function say(text, bad = false) {
  const notice = document.getElementById("notice");
  if (!notice) return;
  notice.textContent = text;
  notice.classList.toggle("bad", bad);
  notice.hidden = false;
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
    say(error instanceof Error ? error.message : String(error), true);
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
