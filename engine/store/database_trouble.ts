import { databaseErrorKind } from "../../resources/database/mod.ts";

/** Pauses before what the database did not take is tried again. */
const firstPauseMs = 200;
const longestPauseMs = 8_000;
/** So often a piece of work is tried again, about five minutes in all while the database answers; longer while it does not. */
export const mostTries = 40;

/**
 * Whether the database is to blame: it is away, or has refused for now what it may take later. Nothing is wrong with the work
 * itself, which is to be done again and counts as no failure.
 */
export function isDatabaseTrouble(error: unknown): boolean {
  const kind = databaseErrorKind(error);
  return kind === "lost" || kind === "transient";
}

/** @param tries How often it was tried in vain, from 1. */
export function pauseMsAfter(tries: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (tries - 1));
}
