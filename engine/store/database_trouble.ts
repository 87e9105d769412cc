import { databaseErrorKind } from "../../resources/database/mod.ts";

/** Pauses before a failed database operation is repeated. */
const firstPauseMs = 200;
const longestPauseMs = 8_000;
/** Maximum number of retries: about five minutes in all while the database answers, longer while it does not. */
export const mostTries = 40;

/**
 * Whether an error is the database's: it is down, or rejects for now what may succeed later. The work itself is not at fault; it is
 * repeated and does not count as failed.
 */
export function isDatabaseTrouble(error: unknown): boolean {
  const kind = databaseErrorKind(error);
  return kind === "lost" || kind === "transient";
}

/** @param tries Number of failed attempts, from 1. */
export function pauseMsAfter(tries: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (tries - 1));
}
