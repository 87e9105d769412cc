import type { MiddlewareHandler } from "hono";
import { z } from "zod";
import { query } from "../validation.ts";

/** Fidelity to the original's wrong results: `strict` reproduces its numbers, faults included. */
export type Compat = z.output<typeof Compat>;
const Compat = z.enum(["strict", "none"], "Either strict or none is required.");

/** Requests the original's numbers, or correct ones. */
export const compat = Compat.optional()
  .describe(
    "`strict` for the original's numbers where it is wrong, `none` for correct ones; default the server's setting",
  );

/** Parameters of routes without further ones. */
export const StrictParameters = z.object({ compat });

/** Variable of a request's context with the default for requests that do not set it. */
export interface CompatVariables {
  compat: Compat;
}

/**
 * Reads the query parameters of a route, which the handler gets from `c.req.valid("query")`. Unknown ones are ignored, as in the
 * original services; of a repeated one, the last counts.
 */
export function knownQuery<S extends z.ZodType<unknown, Record<string, string | undefined>>>(
  schema: S,
): MiddlewareHandler<object, string, { in: { query: z.input<S> }; out: { query: z.output<S> } }> {
  return query(schema, (c, parameters) => ({ compat: c.get("compat" as never), ...Object.fromEntries(parameters) }));
}
