import type { MiddlewareHandler } from "hono";
import { z } from "zod";
import { describing } from "../openapi/describe_route.ts";
import { parsed } from "../validation.ts";

/** How near an answer keeps to the original where that was wrong: `strict` gives its numbers, faults included. */
export type Compat = z.output<typeof Compat>;
const Compat = z.enum(["strict", "none"], "Either strict or none is required.");

/** Asks for the original's numbers, or for right ones. */
export const compat = Compat.optional()
  .describe(
    "`strict` for the original's numbers where it is wrong, `none` for correct ones; default the server's setting",
  );

/** Parameters of routes that take nothing else. */
export const StrictParameters = z.object({ compat });

/** Variable of a request's context that holds what counts where a request does not say. */
export interface CompatVariables {
  compat: Compat;
}

/**
 * Reads the query parameters that a route knows, which the handler gets from `c.req.valid("query")`. Others are passed over, as
 * the original services did; of one that comes twice, the last counts.
 */
export function knownQuery<S extends z.ZodType<unknown, Record<string, string | undefined>>>(
  schema: S,
): MiddlewareHandler<object, string, { in: { query: z.input<S> }; out: { query: z.output<S> } }> {
  return describing({ query: schema }, async (c, next) => {
    const known = parsed(schema, {
      compat: c.get("compat" as never),
      ...Object.fromEntries(new URL(c.req.url).searchParams),
    });
    c.req.addValidatedData("query", known as object);
    await next();
  });
}
