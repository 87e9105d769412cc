import "./table_csv.js";
import { onButton, press, say, showConnection, tellConnection } from "./actions.js";
import { followFeed, paced } from "./feed.js";
import { keepTimes, LiveParts, updateTimes } from "./live_parts.js";
import { begun, good, v1 } from "./service.js";

/** Minimum time between refreshes of the page. */
const refreshMs = 1_000;

/** Actions of the buttons of a backfill. @type {Partial<Record<string, typeof v1.backfills[":id"]["pause"]["$post"]>>} */
const acts = {
  pause: v1.backfills[":id"].pause.$post,
  resume: v1.backfills[":id"].resume.$post,
  cancel: v1.backfills[":id"].cancel.$post,
  retry: v1.backfills[":id"].retry.$post,
};

const parts = new LiveParts(updateTimes);

const refresh = () => tellConnection(parts.refresh());

onButton((button, { begin, idempotencyKey, act, backfill }) => {
  if (begin) {
    press(button, async () => {
      // The key makes a second click, or a retry after a lost connection, start the same backfill.
      const { id } = await begun(
        v1.backfills.$post({ json: JSON.parse(begin) }, { headers: { "idempotency-key": idempotencyKey ?? "" } }),
      );
      location.assign(`/backfills/${id}`);
    });
  } else if (act && backfill) {
    const work = acts[act];
    if (!work) return;
    press(button, async () => {
      const { id, status } = await good(work({ param: { id: backfill } }));
      await refresh();
      // If the button is gone, move the focus to the first button that is there.
      if (!document.getElementById(button.id)) {
        /** @type {HTMLElement | null} */ (document.querySelector("#headline button"))?.focus();
      }
      say(`Backfill ${id} is ${status}.`);
    });
  }
});

const refreshSoon = paced(refresh, () => refreshMs);
followFeed({
  heard({ type }) {
    if (type === "backfill" || type === "run" || type === "step" || type === "reset") refreshSoon();
  },
  connected: showConnection,
});
keepTimes();
