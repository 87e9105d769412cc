import type { z } from "zod";
import type { VendorOptions } from "../market_vendor.ts";
import { VendorError } from "../vendor_error.ts";
import { listing, misunderstood, problems, refuseMostUnusable } from "./envelope.ts";
import type { Request, Transport } from "./transport.ts";

/** A listing to request page by page. */
export interface ListingRequest<Row extends z.ZodType> extends Omit<Request<typeof listing>, "schema"> {
  /** Schema of each row. Rows that do not fit are reported and left out. */
  row: Row;
  /** Field with the row's symbol, or a list of symbols. */
  tickersIn: string;
  /**
   * For bars: the ticker that they must have, if they are of one. Responses with another ticker, or with bars adjusted for
   * splits, are rejected.
   */
  barsOf?: { ticker?: string };
}

/** One page, and the request for the next. */
export interface ListingPage<Row extends z.ZodType> {
  rows: z.output<Row>[];
  next: ListingRequest<Row> | null;
}

/** After this many consecutive pages with equal content, paging is considered endless. */
const MOST_EQUAL_PAGES = 3;

/**
 * One page of a listing.
 *
 * @throws {VendorError} Also if most of its rows do not have the expected form.
 */
export async function pageOf<Row extends z.ZodType>(
  transport: Transport,
  request: ListingRequest<Row>,
  options: VendorOptions,
): Promise<ListingPage<Row>> {
  const answer = await transport.send({ ...request, schema: listing }, options);
  refuseOtherBars(request, answer);
  const received = answer?.results ?? [];
  const rows: z.output<Row>[] = [];
  let unusable = 0;
  let first = "";
  received.forEach((row, i) => {
    const checked = request.row.safeParse(row);
    if (checked.success) return rows.push(checked.data);
    unusable++;
    const place = `results[${i}]`;
    const reason = problems(checked.error);
    first ||= `${place}.${reason}`;
    for (const ticker of tickersIn(row, request.tickersIn)) {
      options.onUnusable?.({ ticker, session: null, place, reason });
    }
  });
  refuseMostUnusable(request.path, { unusable, all: received.length, first });
  const nextUrl = answer?.next_url;
  return { rows, next: nextUrl ? { ...request, ...pathAndQuery(nextUrl, request.path) } : null };
}

/** Rejects bars of another ticker, or adjusted ones. */
function refuseOtherBars(
  { barsOf, path }: Pick<ListingRequest<z.ZodType>, "barsOf" | "path">,
  answer: { ticker?: unknown; adjusted?: unknown } | null,
): void {
  if (barsOf === undefined || answer === null) return;
  if (answer.adjusted === true) {
    throw misunderstood(path, "its bars are adjusted for splits, but unadjusted ones were requested");
  }
  const { ticker } = answer;
  if (barsOf.ticker !== undefined && typeof ticker === "string" && ticker !== barsOf.ticker) {
    throw misunderstood(path, `its bars are of ${JSON.stringify(ticker.slice(0, 40))}`);
  }
}

/** The symbols of an unusable row; a single `null` if none is readable. */
function tickersIn(row: unknown, field: string): (string | null)[] {
  const value = typeof row === "object" && row !== null ? (row as Record<string, unknown>)[field] : undefined;
  const found = [value].flat().filter((one) => typeof one === "string" && one !== "") as string[];
  return found.length > 0 ? found : [null];
}

/** The usable rows of all pages, in the order received. */
export async function allRows<Row extends z.ZodType>(
  transport: Transport,
  first: ListingRequest<Row>,
  options: VendorOptions,
): Promise<z.output<Row>[]> {
  const rows: z.output<Row>[] = [];
  const asked = new Set<string>();
  let content = "";
  let equalPages = 0;
  for (let request: ListingRequest<Row> | null = first; request !== null;) {
    const page: ListingPage<Row> = await pageOf(transport, request, options);
    for (const row of page.rows) rows.push(row);
    options.onProgress?.(rows.length, page.next === null ? rows.length : null);
    request = page.next;
    const key = JSON.stringify([request?.path, request?.query]);
    if (asked.has(key)) throw endless(first.path);
    asked.add(key);
    if (request === null) continue;
    // Each next page may have a different URL with the same rows.
    const before = content;
    content = JSON.stringify(page.rows);
    equalPages = content === before ? equalPages + 1 : 1;
    if (equalPages >= MOST_EQUAL_PAGES) throw endless(first.path);
  }
  return rows;
}

/**
 * The used parts of `next_url`. Host and port may differ from the configured ones and are ignored, so that the key goes only to
 * the configured host. A key in it is dropped too.
 */
function pathAndQuery(nextUrl: string, endpoint: string): { path: string; query: Record<string, string> } {
  let url: URL;
  try {
    // The base is only used for a `next_url` without a host.
    url = new URL(nextUrl, "https://vendor.invalid");
  } catch {
    throw new VendorError(`The vendor does not answer ${endpoint}: its next_url is not a URL.`, {
      status: 200,
      endpoint,
      retryable: true,
      scope: "call",
    });
  }
  url.searchParams.delete("apiKey");
  return { path: url.pathname, query: Object.fromEntries(url.searchParams) };
}

function endless(endpoint: string): VendorError {
  return new VendorError(`The vendor does not answer ${endpoint}: its pages lead back to an earlier page.`, {
    status: 200,
    endpoint,
    retryable: true,
    scope: "call",
  });
}
