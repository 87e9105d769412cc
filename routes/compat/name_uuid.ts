import { createHash } from "node:crypto";

/**
 * The UUID of a name in a namespace, version 5: the same name always gives the same UUID.
 *
 * Source: RFC 9562, section 5.5. Verified: its appendix A.4.
 */
export function nameUuid(namespace: string, name: string): string {
  const hash = createHash("sha1").update(namespace.replaceAll("-", ""), "hex").update(name).digest().subarray(0, 16);
  hash[6] = hash[6]! & 0x0f | 0x50;
  hash[8] = hash[8]! & 0x3f | 0x80;
  return hash.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Namespace of this service's pairs; an arbitrary value that must never change. */
const PAIRS = "8f0c6f5e-6f64-4d0e-9a35-2f4b1c9d7e10";

/** The id of a pair of tickers. It never changes, even if the pair is found again. */
export function pairId(pair: { ticker_1: string; ticker_2: string }): string {
  // As JSON, so that different pairs have different names for any characters in symbols.
  return nameUuid(PAIRS, JSON.stringify([pair.ticker_1, pair.ticker_2]));
}

/** Namespace of this service's mentions. */
const MENTIONS = "b0d1a3de-55c8-4b59-8a6e-7b0c43f0a9d2";

/** The id of a mention of a ticker in an article, whose own id depends on the source. It never changes. */
export function mentionId({ id, ticker }: { id: string; ticker: string }): string {
  return nameUuid(MENTIONS, JSON.stringify([id, ticker]));
}

/** Whether a text is a UUID of any version. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
