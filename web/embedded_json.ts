import { raw } from "hono/html";

/** A value as JSON within a page, which nothing in it can end early. */
export function embeddedJson(value: unknown): ReturnType<typeof raw> {
  return raw(JSON.stringify(value).replaceAll("<", "\\u003c"));
}
