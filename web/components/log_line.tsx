import { useContext } from "hono/jsx";
import type { RunEvent } from "../../engine/mod.ts";
import { timeOfDay } from "../client/age.js";
import { levelOf, sentenceOf } from "../client/event_words.js";
import { PreferencesContext } from "../preferences.ts";

/** An event of a run as a line of its log. `client/run_log.js` renders the same. */
export function LogLine({ event }: { event: RunEvent }) {
  const { timeZone } = useContext(PreferencesContext);
  return (
    <li data-seq={event.seq} data-level={levelOf(event)}>
      <time datetime={event.at}>{timeOfDay(event.at, timeZone)}</time> <code>{event.key ?? "run"}</code>{" "}
      {sentenceOf(event)}
    </li>
  );
}
