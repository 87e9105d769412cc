/** Errors, as they are answered. */
import { z } from "zod";
import { named } from "../../../engine/mod.ts";

export const ProblemDetails = named(
  "Problem",
  z.strictObject({
    type: z.string().describe("A relative URI that names the kind, for programs; it does not change"),
    status: z.int(),
    title: z.string(),
    detail: z.string().optional(),
    instance: z.string().describe("The path that was asked for"),
    requestId: z.string().optional().describe("Says which line of the log belongs to it"),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
  }).describe("What went wrong, by RFC 9457"),
);

export const OldError = named(
  "OldError",
  z.strictObject({ error: z.string() }).describe("What went wrong, as the original services said it"),
);
