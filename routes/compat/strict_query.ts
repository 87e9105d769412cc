import type { MiddlewareHandler } from "hono";
import { z } from "zod";
import { describing, parsed } from "../validation.ts";

/** Asks for the original's numbers, faults included. */
export const compat = z.literal("strict", "The only value is strict; leave it out for right answers.").optional()
  .describe("`strict` for the original's numbers where it is wrong, for those who must compare");

/** Parameters of routes that take nothing else. */
export const StrictParameters = z.object({ compat });

/**
 * Reads the query parameters that a route knows, which the handler gets from `c.req.valid("query")`. Others are passed over, as
 * the original services did; of one that comes twice, the last counts.
 */
export function knownQuery<S extends z.ZodType<unknown, Record<string, string | undefined>>>(
  schema: S,
): MiddlewareHandler<object, string, { in: { query: z.input<S> }; out: { query: z.output<S> } }> {
  return describing({ query: schema }, async (c, next) => {
    const known = parsed(schema, Object.fromEntries(new URL(c.req.url).searchParams));
    c.req.addValidatedData("query", known as object);
    await next();
  });
}
