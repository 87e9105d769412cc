/** Lines for a shorter wait would only flicker. */
const patienceMs = 150;

/**
 * Shows grey lines in a place whose content is being fetched; nothing if the content comes soon.
 *
 * @param {HTMLElement} place Emptied when the lines are shown.
 * @param {number} lines
 * @returns {() => void} Removes the lines; the caller shows the content.
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
