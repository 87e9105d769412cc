import type { Context } from "hono";

const streamed = "streamed";

/** Says that the body of this answer comes piece by piece. What is not said to be streamed is whole when its handler is done. */
export function markStreamed(c: Context): void {
  c.set(streamed, true);
}

/** Whether the body of the answer comes piece by piece. */
export function isStreamed(c: Context): boolean {
  return c.get(streamed) === true;
}
