import { useContext } from "hono/jsx";
import { relativeTime } from "../client/age.js";
import { moment } from "../figures.ts";
import { PreferencesContext } from "../preferences.ts";

/** A moment as its distance from now, which the client updates; its title has the exact time. */
export function Moment({ at, now }: { at: string; now: number }) {
  const { timeZone } = useContext(PreferencesContext);
  return <time datetime={at} title={moment(at, timeZone)} data-relative>{relativeTime(now - Date.parse(at))}</time>;
}

/** Date and time of a moment on the reader's chosen clock. */
export function PlainMoment({ at }: { at: string }) {
  const { timeZone } = useContext(PreferencesContext);
  return <time datetime={at}>{moment(at, timeZone)}</time>;
}
