import { relativeTime } from "../client/age.js";
import { moment } from "../figures.ts";

/** A moment as its distance from now, which the client keeps true; the moment itself is the title. */
export function Moment({ at, now }: { at: string; now: number }) {
  return <time datetime={at} title={moment(at)} data-relative>{relativeTime(now - Date.parse(at))}</time>;
}
