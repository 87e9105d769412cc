// @ts-check
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/** How soon a stream that the server has refused is asked for again. */
const againMs = 2_000;

/** @typedef {{ id: string, at: string, type: string, [field: string]: any }} FeedEvent */

/** What of the server's feed there is. */
const types = ["run", "step", "asset", "backfill", "schedule", "freshness", "reset"];

/**
 * Follows what happens on the server for as long as the page is seen. A broken stream goes on where it was; at its beginning and after
 * a longer break the server says `reset`.
 *
 * @param {{ heard: (event: FeedEvent) => void, connected: (now: boolean) => void }} listener
 */
export function followFeed({ heard, connected }) {
  /** @type {EventSource | undefined} */
  let source;
  const open = () => {
    source?.close();
    if (document.visibilityState !== "visible") return;
    const mine = source = new EventSource("/v1/events");
    mine.addEventListener("open", () => connected(true));
    for (const type of types) {
      mine.addEventListener(type, (event) => heard(JSON.parse(/** @type {MessageEvent} */ (event).data)));
    }
    mine.addEventListener("error", () => {
      if (mine !== source) return;
      connected(false);
      // Refused, and not only broken: the browser does not try again by itself.
      if (mine.readyState === EventSource.CLOSED) setTimeout(() => mine === source && open(), againMs);
    });
  };
  // A browser has few connections to one server: hidden pages leave them to the visible ones.
  document.addEventListener("visibilitychange", open);
  addEventListener("pagehide", () => source?.close());
  open();
}

/**
 * Calls `work` soon after it is asked for, and not more often than every so many milliseconds, however often it is asked for.
 *
 * @param {() => Promise<void>} work
 * @param {() => number} everyMs
 */
export function paced(work, everyMs) {
  let asked = false;
  let waiting = false;
  const go = async () => {
    waiting = true;
    while (asked) {
      asked = false;
      await work();
      await new Promise((resolve) => setTimeout(resolve, everyMs()));
    }
    waiting = false;
  };
  return () => {
    asked = true;
    if (!waiting && document.visibilityState === "visible") go();
  };
}
