/** Delay before a refused stream is requested again. */
const againMs = 2_000;

/** @typedef {{ id: string, at: string, type: string, [field: string]: any }} FeedEvent */

/** Event types of the server's feed. */
const types = ["run", "step", "asset", "backfill", "schedule", "freshness", "reset"];

/**
 * Follows the server's events while the page is visible, from those on that the page was made after. A broken stream resumes at its
 * last event; where the server does not know the event, as after a longer break, it sends `reset`.
 *
 * @param {{ heard: (event: FeedEvent) => void, connected: (now: boolean) => void }} listener
 */
export function followFeed({ heard, connected }) {
  /** @type {EventSource | undefined} */
  let source;
  /** Id of the last event whose change the page shows. */
  let last = document.documentElement.dataset.feed;
  const open = () => {
    source?.close();
    if (document.visibilityState !== "visible") return;
    const mine = source = new EventSource(last ? `/v1/events?after=${encodeURIComponent(last)}` : "/v1/events");
    mine.addEventListener("open", () => connected(true));
    for (const type of types) {
      mine.addEventListener(type, (event) => {
        const { data, lastEventId } = /** @type {MessageEvent} */ (event);
        last = lastEventId;
        heard(JSON.parse(data));
      });
    }
    mine.addEventListener("error", () => {
      if (mine !== source) return;
      connected(false);
      // The browser reconnects a broken stream, but not a refused one.
      if (mine.readyState === EventSource.CLOSED) setTimeout(() => mine === source && open(), againMs);
    });
  };
  // A browser opens few connections to one server: hidden pages leave them to visible ones.
  document.addEventListener("visibilitychange", open);
  addEventListener("pagehide", () => source?.close());
  open();
}

/**
 * Throttles calls of `work` to one per `everyMs` milliseconds; earlier calls are made later, as one.
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
