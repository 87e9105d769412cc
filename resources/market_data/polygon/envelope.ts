import { z } from "zod";
import { symbolOf } from "../symbols.ts";
import { mostUnusable } from "../unusable_rows.ts";
import { VendorError } from "../vendor_error.ts";

/** Distinguishes a successful response from a refusal with status 200. */
const status = z.enum(["OK", "DELAYED"]);
const count = z.number().nullish();

/**
 * The envelope of a listing: `results` may be missing or null only if there are no rows. A response with a count but without rows
 * is invalid; treated as a holiday, it would leave a silent gap. Rows are parsed one by one: see {@link Listing}.
 */
export const listing = z.object({
  status,
  // Of bars: their ticker, and whether they are adjusted for splits.
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

/** The envelope of a single result. */
export function oneOf<Thing extends z.ZodType>(thing: Thing) {
  return z.object({ status, results: thing });
}

/** A text that may be missing, null or blank: then `null`. Without NUL, which no table can store. */
export const textOrNull = z.string().nullish().transform((text) => text?.replaceAll("\0", "").trim() || null);
/** A number that may be missing or null: then `null`. */
export const numberOrNull = z.number().nullish().transform((value) => value ?? null);
/** A number that may be missing or null: then NaN. */
export const numberOrNaN = z.number().nullish().transform((value) => value ?? NaN);
/** A required text. Without NUL, which no table can store. */
export const text = z.string().transform((text) => text.replaceAll("\0", "")).pipe(z.string().min(1));
/** A required symbol, in the form used in calls. */
export const symbol = z.string().refine(isSymbol, "it is not a symbol");
/** A calendar date. */
export const isoDate = z.iso.date();
/** A calendar date that may be missing, null or blank: then `null`. */
export const isoDateOrNull = z.union([isoDate, z.literal("")]).nullish().transform((date) => date || null);
/** ISO 4217 in upper case; the vendor uses both cases. */
export const currencyOrNull = textOrNull.transform((currency) => currency?.toUpperCase() ?? null);

/** The error for a response of another form than expected. */
export function misunderstood(endpoint: string, why: string): VendorError {
  return new VendorError(
    `The vendor does not answer ${endpoint}: its response has an unexpected form: ${why}.`,
    { status: 200, endpoint, retryable: false, scope: "call" },
  );
}

/** Minimum number of unusable rows for rejecting a response: fewer can be faults of single rows. */
const FEWEST_MISUNDERSTOOD = 5;

/** @throws {VendorError} If most rows of a response are unusable. @param found.first Fault of the first unusable row. */
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

/** Such as `results[3].t: expected number, received undefined`; without values. */
export function problems({ issues }: z.ZodError): string {
  const shown = issues.slice(0, ISSUES_SHOWN).map(({ path, message }) =>
    `${z.core.toDotPath(path) || "the whole"}: ${message.replace(/^Invalid input: /, "")}`
  );
  const left = issues.length - shown.length;
  return shown.join("; ") + (left > 0 ? `; and ${left} more` : "");
}
