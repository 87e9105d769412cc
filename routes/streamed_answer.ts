import type { Context } from "hono";

const streamed = "streamed";

/** Marks a response whose body is streamed. Other bodies are complete when their handler returns. */
export function markStreamed(c: Context): void {
  c.set(streamed, true);
}

/** Whether the body of the response is streamed. */
export function isStreamed(c: Context): boolean {
  return c.get(streamed) === true;
}
