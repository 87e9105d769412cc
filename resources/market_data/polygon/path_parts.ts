import { z } from "zod";

/** A ticker as part of a path. @throws {RangeError} For a text that would change the path. */
export function tickerPart(ticker: string): string {
  if (/^\.*$/.test(ticker)) throw new RangeError(`${JSON.stringify(ticker)} is no ticker.`);
  return encodeURIComponent(ticker);
}

/** A date as part of a path. @throws {RangeError} If it is not a date. */
export function datePart(date: string): string {
  if (!z.iso.date().safeParse(date).success) {
    throw new RangeError(`${JSON.stringify(date)} is not a calendar date: write it as YYYY-MM-DD, e.g. 2026-11-27.`);
  }
  return date;
}
