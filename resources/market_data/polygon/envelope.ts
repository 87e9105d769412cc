import { z } from "zod";

/** What tells a good answer from a refusal that came with status 200. */
const status = z.enum(["OK", "DELAYED"]);
const count = z.number().nullish();

/**
 * The frame of a listing: `results` may be missing or null where there is nothing, and only there. An answer that counts rows and
 * has none is broken; taken for a holiday, it would leave a hole that nobody sees.
 */
export function listOf<Row extends z.ZodType>(row: Row) {
  return z.object({
    status,
    resultsCount: count,
    count,
    results: z.array(row).nullish(),
    next_url: z.string().nullish(),
  }).superRefine(({ resultsCount, count, results }, context) => {
    const said = resultsCount ?? count ?? 0;
    if (said > 0 && (results ?? null) === null) {
      context.addIssue({ code: "custom", path: ["results"], message: `expected ${said} rows, received none` });
    }
  });
}

/** The frame of a single thing. */
export function oneOf<Thing extends z.ZodType>(thing: Thing) {
  return z.object({ status, results: thing });
}

/** A text that may be missing, null or blank: `null` then. */
export const textOrNull = z.string().nullish().transform((text) => text?.trim() || null);
/** A number that may be missing or null: `null` then. */
export const numberOrNull = z.number().nullish().transform((value) => value ?? null);
/** A number that may be missing or null: NaN then. */
export const numberOrNaN = z.number().nullish().transform((value) => value ?? NaN);
/** A text that must be there. */
export const text = z.string().min(1);
/** A calendar date. */
export const isoDate = z.iso.date();
/** A calendar date that may be missing, null or blank: `null` then. */
export const isoDateOrNull = z.union([isoDate, z.literal("")]).nullish().transform((date) => date || null);
/** ISO 4217 in capitals; the vendor has it in both. */
export const currencyOrNull = textOrNull.transform((currency) => currency?.toUpperCase() ?? null);
