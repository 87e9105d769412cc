import { z } from "zod";
import { parsed } from "../validation.ts";

/** Asks for the original's numbers, faults included. */
export const compat = z.literal("strict", "The only value is strict; leave it out for right answers.").optional();

/**
 * The query parameters that a route knows. Others are passed over, as the original services did.
 *
 * @throws {Problem} If one of them does not fit.
 */
export function knownParameters<S extends z.ZodType<unknown, Record<string, string | undefined>>>(
  url: string,
  schema: S,
): z.output<S> {
  return parsed(schema, Object.fromEntries(new URL(url).searchParams));
}

/** Whether a request asks for the original's numbers. */
export function isStrict(url: string): boolean {
  return knownParameters(url, z.object({ compat })).compat === "strict";
}
