const dark = matchMedia("(prefers-color-scheme: dark)");
/** @type {Set<() => void>} */
const listeners = new Set();

dark.addEventListener("change", tell);

function tell() {
  for (const listener of listeners) listener();
}

/**
 * Calls `listener` whenever colours change, for drawings that style sheets do not reach.
 *
 * @param {() => void} listener
 * @returns {() => void} Removes the listener.
 */
export function onThemeChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Shows the page in a theme. @param {string} theme `system`, `light` or `dark`. */
export function showTheme(theme) {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const scheme = document.querySelector("meta[name='color-scheme']");
  if (scheme instanceof HTMLMetaElement) scheme.content = theme === "system" ? "light dark" : theme;
  tell();
}
