import { raw } from "hono/html";

/** A value as JSON in a script element; no text in the value can close the element. */
export function embeddedJson(value: unknown): ReturnType<typeof raw> {
  return raw(JSON.stringify(value).replaceAll("<", "\\u003c"));
}
