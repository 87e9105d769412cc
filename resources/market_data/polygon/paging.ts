import type { z } from "zod";
import type { VendorOptions } from "../market_vendor.ts";
import { VendorError } from "../vendor_error.ts";
import type { listOf } from "./envelope.ts";
import type { Request, Transport } from "./transport.ts";

type Listing = ReturnType<typeof listOf>;
type RowOf<Schema extends Listing> = NonNullable<z.output<Schema>["results"]>[number];

/** One page, and how to ask for the next. */
export interface ListingPage<Schema extends Listing> {
  rows: RowOf<Schema>[];
  next: Request<Schema> | null;
}

/** One page of a listing. */
export async function pageOf<Schema extends Listing>(
  transport: Transport,
  request: Request<Schema>,
  options: VendorOptions,
): Promise<ListingPage<Schema>> {
  const answer = await transport.send(request, options);
  const rows = (answer?.results ?? []) as RowOf<Schema>[];
  const nextUrl = answer?.next_url;
  return { rows, next: nextUrl ? { ...request, ...pathAndQuery(nextUrl, request.path) } : null };
}

/** The rows of all pages, in the order received. */
export async function allRows<Schema extends Listing>(
  transport: Transport,
  first: Request<Schema>,
  options: VendorOptions,
): Promise<RowOf<Schema>[]> {
  const rows: RowOf<Schema>[] = [];
  const asked = new Set<string>();
  for (let request: Request<Schema> | null = first; request !== null;) {
    const page: ListingPage<Schema> = await pageOf(transport, request, options);
    for (const row of page.rows) rows.push(row);
    options.onProgress?.(rows.length, page.next === null ? rows.length : null);
    request = page.next;
    const key = JSON.stringify([request?.path, request?.query]);
    if (asked.has(key)) throw endless(first.path);
    asked.add(key);
  }
  return rows;
}

/**
 * What of `next_url` is used. Its host may be another, its port may be one that the configured address has not: they are left, so
 * that the key goes where it was meant to. A key in it is dropped too.
 */
function pathAndQuery(nextUrl: string, endpoint: string): { path: string; query: Record<string, string> } {
  let url: URL;
  try {
    // Some base, for a next_url that is a path already.
    url = new URL(nextUrl, "https://vendor.invalid");
  } catch {
    throw new VendorError(`The vendor does not answer ${endpoint}: its next_url is no URL.`, {
      status: 200,
      endpoint,
      retryable: true,
      scope: "cell",
    });
  }
  url.searchParams.delete("apiKey");
  return { path: url.pathname, query: Object.fromEntries(url.searchParams) };
}

function endless(endpoint: string): VendorError {
  return new VendorError(`The vendor does not answer ${endpoint}: its pages lead back to a page that was had before.`, {
    status: 200,
    endpoint,
    retryable: true,
    scope: "cell",
  });
}
