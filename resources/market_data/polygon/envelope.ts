import { z } from "zod";
import { symbolOf } from "../symbols.ts";
import { mostUnusable } from "../unusable_rows.ts";
import { VendorError } from "../vendor_error.ts";

/** What tells a good answer from a refusal that came with status 200. */
const status = z.enum(["OK", "DELAYED"]);
const count = z.number().nullish();

/**
 * The frame of a listing: `results` may be missing or null where there is nothing, and only there. An answer that counts rows and
 * has none is broken; taken for a holiday, it would leave a silent gap. Rows are read one by one: see {@link Listing}.
 */
export const listing = z.object({
  status,
  // Of bars: whose they are, and whether they are adjusted for splits.
  ticker: z.unknown().optional(),
  adjusted: z.unknown().optional(),
  resultsCount: count,
  count,
  results: z.array(z.unknown()).nullish(),
  next_url: z.string().nullish(),
}).superRefine(({ resultsCount, count, results }, context) => {
  const said = resultsCount ?? count ?? 0;
  if (said > 0 && (results ?? null) === null) {
    context.addIssue({ code: "custom", path: ["results"], message: `expected ${said} rows, received none` });
  }
});

/** The frame of a single thing. */
export function oneOf<Thing extends z.ZodType>(thing: Thing) {
  return z.object({ status, results: thing });
}

/** A text that may be missing, null or blank: `null` then. Without NUL, which no table can hold. */
export const textOrNull = z.string().nullish().transform((text) => text?.replaceAll("\0", "").trim() || null);
/** A number that may be missing or null: `null` then. */
export const numberOrNull = z.number().nullish().transform((value) => value ?? null);
/** A number that may be missing or null: NaN then. */
export const numberOrNaN = z.number().nullish().transform((value) => value ?? NaN);
/** A text that must be there. Without NUL, which no table can hold. */
export const text = z.string().transform((text) => text.replaceAll("\0", "")).pipe(z.string().min(1));
/** A symbol that must be there, as it is written in all calls. */
export const symbol = z.string().refine(isSymbol, "it is not a symbol");
/** A calendar date. */
export const isoDate = z.iso.date();
/** A calendar date that may be missing, null or blank: `null` then. */
export const isoDateOrNull = z.union([isoDate, z.literal("")]).nullish().transform((date) => date || null);
/** ISO 4217 in capitals; the vendor has it in both. */
export const currencyOrNull = textOrNull.transform((currency) => currency?.toUpperCase() ?? null);

/** The error for an answer that is not of the form it should have. */
export function misunderstood(endpoint: string, why: string): VendorError {
  return new VendorError(
    `The vendor does not answer ${endpoint}: its response has an unexpected form: ${why}.`,
    { status: 200, endpoint, retryable: false, scope: "call" },
  );
}

/** Fewer are taken for what happens to rows, and not for another form of answer. */
const FEWEST_MISUNDERSTOOD = 5;

/** @throws {VendorError} Where most rows of an answer cannot be used. @param found.first Of the first of them, what is wrong. */
export function refuseMostUnusable(
  endpoint: string,
  { unusable, all, first }: { unusable: number; all: number; first: string },
): void {
  if (unusable < FEWEST_MISUNDERSTOOD || unusable <= mostUnusable * all) return;
  throw misunderstood(endpoint, `${unusable} of ${all} rows cannot be used, such as ${first}`);
}

function isSymbol(text: string): boolean {
  try {
    return symbolOf(text) === text;
  } catch {
    return false;
  }
}

const ISSUES_SHOWN = 3;

/** `results[3].t: expected number, received undefined` and so on; values are not shown. */
export function problems({ issues }: z.ZodError): string {
  const shown = issues.slice(0, ISSUES_SHOWN).map(({ path, message }) =>
    `${z.core.toDotPath(path) || "the whole"}: ${message.replace(/^Invalid input: /, "")}`
  );
  const left = issues.length - shown.length;
  return shown.join("; ") + (left > 0 ? `; and ${left} more` : "");
}
