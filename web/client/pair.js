import { say } from "./actions.js";
import { drawCharts } from "./charts.js";
import { LiveParts } from "./live_parts.js";

/** A setting counts as a trial once it is shown: the ones that a slider passes are not asked for. */
const restMs = 250;

const form = document.querySelector("form[data-pair-settings]");
if (form instanceof HTMLFormElement) follow(form);

/**
 * Backtests the pair under the settings of the form when they change, and keeps them in the address.
 *
 * @param {HTMLFormElement} form
 */
function follow(form) {
  /** @type {(HTMLInputElement | HTMLSelectElement)[]} */
  const fields = [...form.querySelectorAll("[data-standing]")]
    .filter((field) => field instanceof HTMLInputElement || field instanceof HTMLSelectElement);
  const sliders = [...form.querySelectorAll("input[data-slides]")].filter((one) => one instanceof HTMLInputElement);
  /** Of all other choices of the page, as they are now, with the settings that are moved. */
  const address = () => {
    const url = new URL(location.href);
    for (const { name, value, dataset } of fields) {
      if (value.trim() === dataset.standing) url.searchParams.delete(name);
      else url.searchParams.set(name, value.trim());
    }
    return url.pathname + url.search;
  };
  const parts = new LiveParts(() => {
    for (const field of fields) {
      const problem = document.getElementById(field.id.replace("moved-", "problem-"))?.textContent ?? "";
      field.ariaInvalid = problem === "" ? null : "true";
    }
    drawCharts();
  }, address);

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const redraw = async () => {
    clearTimeout(timer);
    history.replaceState(null, "", address() + location.hash);
    const result = document.getElementById("pair-backtest");
    result?.setAttribute("aria-busy", "true");
    try {
      await parts.refresh();
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), { bad: true });
    } finally {
      document.getElementById("pair-backtest")?.removeAttribute("aria-busy");
    }
  };
  form.addEventListener("input", (event) => {
    const from = event.target;
    if (from instanceof HTMLInputElement && from.dataset.slides) {
      const field = document.getElementById(from.dataset.slides);
      if (field instanceof HTMLInputElement) field.value = from.value;
    } else slide();
    clearTimeout(timer);
    timer = setTimeout(redraw, restMs);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    redraw();
  });
  form.querySelector("a[data-as-set]")?.addEventListener("click", (event) => {
    event.preventDefault();
    for (const field of fields) field.value = field.dataset.standing ?? "";
    slide();
    redraw();
  });

  /** Moves each slider to its field; a field without a number leaves it where it is. */
  function slide() {
    for (const slider of sliders) {
      const field = document.getElementById(slider.dataset.slides ?? "");
      if (field instanceof HTMLInputElement && field.value.trim() !== "" && Number.isFinite(Number(field.value))) {
        slider.value = field.value;
      }
    }
  }
  slide();
}
