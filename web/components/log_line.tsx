import type { RunEvent } from "../../engine/mod.ts";
import { levelOf, sentenceOf } from "../client/event_words.js";

/** An event of a run as a line of its log, as `client/run_log.js` makes it too. */
export function LogLine({ event }: { event: RunEvent }) {
  return (
    <li data-seq={event.seq} data-level={levelOf(event)}>
      <time datetime={event.at}>{new Date(event.at).toISOString().slice(11, 19)}</time>{" "}
      <code>{event.key ?? "run"}</code> {sentenceOf(event)}
    </li>
  );
}
