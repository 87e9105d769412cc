import type { MiddlewareHandler } from "hono";
import { Problem } from "../problems.ts";

/** Limits of a request's head. Deno itself answers 400 above about 64 kB or 128 fields. */
export interface HeadLimits {
  /** Of the URL with its query. */
  maxUrlLength: number;
  /** Of the names and values of all header fields together. */
  maxHeaderLength: number;
  maxHeaderFields: number;
}

/** A cursor has up to 10,000 characters: the URL must have room for one and for filters. */
export const defaultHeadLimits: HeadLimits = {
  maxUrlLength: 16 * 1024,
  maxHeaderLength: 16 * 1024,
  maxHeaderFields: 100,
};

/** Rejects requests with a larger head than this service needs, methods for proxies, and compressed bodies. */
export function requestHead(limits: HeadLimits = defaultHeadLimits): MiddlewareHandler {
  const { maxUrlLength, maxHeaderLength, maxHeaderFields } = limits;
  return async (c, next) => {
    const { url, headers, method } = c.req.raw;
    if (url.length > maxUrlLength) {
      const said = `The address has ${count(url.length)} characters; ${count(maxUrlLength)} are allowed.`;
      throw new Problem("uri-too-long", said);
    }
    // The URL contains the client's Host header.
    if (!URL.canParse(url)) {
      throw new Problem("invalid-request", "The Host of the request is neither a name nor an address.");
    }
    // Methods for proxies, or that echo the request: this server is neither.
    if (["CONNECT", "TRACE", "TRACK"].includes(method.toUpperCase())) {
      throw new Problem("method-not-allowed", `${method} does not apply to anything here.`, {
        headers: { Allow: "GET, HEAD, POST" },
      });
    }
    let fields = 0;
    let length = 0;
    for (const [name, value] of headers) {
      fields++;
      length += name.length + value.length;
    }
    if (fields > maxHeaderFields) {
      const said = `The request has ${count(fields)} header fields; ${count(maxHeaderFields)} are allowed.`;
      throw new Problem("header-too-large", said);
    }
    if (length > maxHeaderLength) {
      const said = `The header fields have ${count(length)} characters; ${count(maxHeaderLength)} are allowed.`;
      throw new Problem("header-too-large", said);
    }
    const encoding = headers.get("Content-Encoding")?.trim().toLowerCase();
    if (encoding !== undefined && encoding !== "" && encoding !== "identity") {
      // Bodies are never decompressed: a few kilobytes could become gigabytes.
      throw new Problem("unsupported-media-type", "Send the body as it is, without Content-Encoding.", {
        headers: { "Accept-Encoding": "identity" },
      });
    }
    await next();
  };
}

function count(of: number): string {
  return of.toLocaleString("en");
}
