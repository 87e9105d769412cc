import { relativeTime } from "./age.js";

/**
 * Keeps parts of the page up to date: elements with an id and `data-live`. The server renders the page and the client replaces
 * changed parts, so that only the server has rendering code.
 */
export class LiveParts {
  /** The HTML of each part as the server last sent it; the part itself may have been changed by scripts. @type {Map<string, string>} */
  #sent = new Map();
  /** @type {Promise<void> | undefined} */
  #refreshing;
  #again = false;

  /**
   * @param {() => void} refreshed Called after parts were replaced.
   * @param {() => string} [address] Address of the parts; the page's own by default.
   */
  constructor(refreshed, address = () => location.pathname + location.search) {
    this.refreshed = refreshed;
    this.address = address;
    for (const part of parts(document)) this.#sent.set(part.id, part.outerHTML);
  }

  /**
   * Fetches the page and replaces changed parts. Calls during a fetch share one further fetch.
   *
   * @returns {Promise<void>} Rejects if the server does not answer.
   */
  refresh() {
    if (this.#refreshing) {
      this.#again = true;
      return this.#refreshing;
    }
    this.#refreshing = this.#fetch().finally(() => this.#refreshing = undefined);
    return this.#refreshing;
  }

  async #fetch() {
    do {
      this.#again = false;
      const response = await fetch(this.address(), { headers: { accept: "text/html" } });
      // A response that rejects a parameter (400) is a page too.
      if (!response.ok && response.status !== 400) throw new Error(`The server answered ${response.status}.`);
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
      this.#replace(fresh);
      this.refreshed();
    } while (this.#again);
  }

  /** @param {Document} fresh */
  #replace(fresh) {
    const now = parts(fresh);
    if (now.some((part) => !document.getElementById(part.id)) || now.length !== parts(document).length) {
      // Another version of the service may have other assets: replace the whole page.
      document.querySelector("main")?.replaceWith(
        document.adoptNode(/** @type {Element} */ (fresh.querySelector("main"))),
      );
      this.#sent = new Map(parts(document).map((part) => [part.id, part.outerHTML]));
      return;
    }
    for (const part of now) {
      if (this.#sent.get(part.id) === part.outerHTML) continue;
      this.#sent.set(part.id, part.outerHTML);
      const old = /** @type {HTMLElement} */ (document.getElementById(part.id));
      const focused = old.contains(document.activeElement) ? focusPath(old, document.activeElement) : undefined;
      const replacement = document.adoptNode(part);
      old.replaceWith(replacement);
      if (focused) refocus(replacement, focused);
    }
  }
}

const timesMs = 5_000;

/** Updates all relative times now and from then on. */
export function keepTimes() {
  setInterval(updateTimes, timesMs);
  updateTimes();
}

/** Updates all relative times. */
export function updateTimes() {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (document.querySelectorAll("time[data-relative]"))) {
    const text = relativeTime(Date.now() - Date.parse(time.dateTime));
    if (time.textContent !== text) time.textContent = text;
  }
}

/**
 * @param {Document} of
 * @returns {HTMLElement[]}
 */
function parts(of) {
  return [...of.querySelectorAll("[data-live]")].filter((part) => part instanceof HTMLElement);
}

/**
 * Position of the focus within a part, to restore it in the part's replacement.
 *
 * @param {Element} part
 * @param {Element | null} element
 */
function focusPath(part, element) {
  return { id: element?.id ?? "", at: focusable(part).indexOf(/** @type {HTMLElement} */ (element)) };
}

/**
 * @param {Element} part
 * @param {{ id: string, at: number }} path
 */
function refocus(part, { id, at }) {
  (id === "" ? focusable(part)[at] : document.getElementById(id))?.focus({ preventScroll: true });
}

/**
 * @param {Element} part
 * @returns {(HTMLElement | SVGAElement)[]}
 */
function focusable(part) {
  return [...part.querySelectorAll("a, button, [tabindex]")]
    .filter((element) => element instanceof HTMLElement || element instanceof SVGAElement);
}
