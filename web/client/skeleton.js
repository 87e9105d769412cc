// @ts-check
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** An answer that comes sooner is not announced: a flicker is worse than a short wait. */
const patienceMs = 150;

/**
 * Shows grey lines in the place of what is on its way, until `over` is called; nothing where that is soon.
 *
 * @param {HTMLElement} place Emptied when the lines are shown.
 * @param {number} lines
 * @returns {() => void} Ends the wait; what has come is shown by the caller.
 */
export function waitIn(place, lines) {
  place.ariaBusy = "true";
  const timer = setTimeout(() => {
    const skeleton = document.createElement("div");
    skeleton.className = "skeleton";
    skeleton.ariaHidden = "true";
    skeleton.append(...Array.from({ length: lines }, () => document.createElement("span")));
    place.replaceChildren(skeleton);
  }, patienceMs);
  return () => {
    clearTimeout(timer);
    place.ariaBusy = null;
    place.querySelector(":scope > .skeleton")?.remove();
  };
}
