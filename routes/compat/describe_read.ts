import type { MiddlewareHandler } from "hono";
import { z } from "zod";
import { instant } from "../../engine/mod.ts";
import { dataSourceHeaders } from "../data_source.ts";
import { describeRoute, type Operation } from "../openapi/describe_route.ts";

/** A date; with `compat=strict` a timestamp if Go serializes it as one. */
export const goDate = z.union([z.iso.date(), instant]);
/** Times of each row. */
export const goTimes = { created_at: instant, updated_at: instant };

/** A list of objects; a request can select fields. */
export function listOf<S extends z.ZodRawShape>(schema: z.ZodObject<S>) {
  return z.array(schema.partial());
}

/** Describes a route of the original backend that reads assets: its ETag depends on the versions read. */
export function describeRead(
  { description, schema, ...operation }: Pick<Operation, "summary" | "path" | "example"> & {
    /** Of the response. */
    description: string;
    schema: z.ZodType;
  },
): MiddlewareHandler {
  return describeRoute({
    tag: "Original backend",
    ...operation,
    answers: {
      200: {
        description,
        schema,
        headers: {
          ...dataSourceHeaders,
          ETag: "Identifies the versions that were read",
          Link: 'The next page, as `rel="next"`',
        },
      },
      304: {
        description: "Unchanged since the ETag of the request",
        headers: { ...dataSourceHeaders, ETag: "The same" },
      },
    },
    problems: [404, 503],
  });
}
