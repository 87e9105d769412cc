/** Errors of the original services, as they are answered. */
import { z } from "zod";
import { named } from "../../../engine/mod.ts";

export const OldError = named(
  "OldError",
  z.strictObject({ error: z.string() }).describe("What went wrong, as the original services said it"),
);
