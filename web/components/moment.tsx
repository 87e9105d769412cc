import { useContext } from "hono/jsx";
import { relativeTime } from "../client/age.js";
import { moment } from "../figures.ts";
import { PreferencesContext } from "../preferences.ts";

/** A moment as its distance from now, which the client keeps true; the moment itself is the title. */
export function Moment({ at, now }: { at: string; now: number }) {
  const { timeZone } = useContext(PreferencesContext);
  return <time datetime={at} title={moment(at, timeZone)} data-relative>{relativeTime(now - Date.parse(at))}</time>;
}

/** A moment by date and time on the clock that the reader has chosen. */
export function PlainMoment({ at }: { at: string }) {
  const { timeZone } = useContext(PreferencesContext);
  return <time datetime={at}>{moment(at, timeZone)}</time>;
}
