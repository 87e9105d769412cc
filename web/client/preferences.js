import { showTheme } from "./theme.js";

const yearSeconds = 365 * 24 * 60 * 60;

/**
 * Stores a preference in the cookie that the server reads (`preferences.ts`), and applies it to this page.
 *
 * @param {string} name `theme` or `clock`.
 * @param {string} value
 */
export function prefer(name, value) {
  for (const button of document.querySelectorAll(`[data-preference="${CSS.escape(name)}"]`)) {
    button.ariaPressed = String(/** @type {HTMLButtonElement} */ (button).value === value);
  }
  const local = name === "clock" && value === "local";
  const kept = local ? Intl.DateTimeFormat().resolvedOptions().timeZone : value;
  document.cookie = `tandem_${name}=${kept}; path=/; max-age=${yearSeconds}; samesite=lax`;
  // The server formats times.
  if (name === "clock") location.reload();
  else showTheme(value);
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-preference]") : null;
  if (button instanceof HTMLButtonElement) prefer(button.dataset.preference ?? "", button.value);
});
