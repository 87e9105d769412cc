/**
 * Ranges that cannot be meant: refused in the same words by backfills, runs, explanations and reports of partitions.
 *
 * @module
 */
import { invalid, isDate } from "../declare/row_values.ts";
import type { PartitionSpace } from "../partitions/mod.ts";

/** Bounds and names of a request. */
interface AskedRange {
  from?: string;
  to?: string;
  names?: readonly string[];
}

/** An asset of a request, with the coordinates of its partitions. */
interface AskedAsset {
  key: string;
  space: PartitionSpace;
}

const maxShownNames = 5;

/**
 * Refuses a bound that is no date, a range that ends before it begins, and an empty list of names.
 *
 * @param at Path of the range in the request, such as `range.`.
 * @throws {InvalidRequestError}
 */
export function checkRange({ from, to, names }: AskedRange, at = ""): void {
  for (const [field, date] of [["from", from], ["to", to]] as const) {
    if (date !== undefined) checkDate(date, `${at}${field}`);
  }
  if (from !== undefined && to !== undefined && from > to) {
    throw invalid(
      `${at}from`,
      `The range begins on ${from} and ends on ${to}, which is earlier. Give the earlier date first.`,
    );
  }
  if (names?.length === 0) throw invalid(`${at}names`, "The list of names is empty. Omit it to select all.");
}

/** @throws {InvalidRequestError} If the text is no date. */
export function checkDate(text: string, path: string): void {
  if (!isDate(text)) throw invalid(path, `"${text}" is not a date. Write it as YYYY-MM-DD.`);
}

/**
 * The names of a range that none of the assets has. Empty until an asset knows its names: before its first run there is nothing to
 * compare them with.
 *
 * @throws {InvalidRequestError} If there are names, and none of the assets has names.
 */
export function unknownNames({ names }: AskedRange, assets: readonly AskedAsset[], at = ""): string[] {
  if (names === undefined) return [];
  const named = assets.filter(({ space }) => space.hasNames);
  if (named.length === 0) {
    const subject = assets.length === 1
      ? `The partitions of "${assets[0]!.key}"`
      : "The partitions of what is selected";
    throw invalid(`${at}names`, `${subject} have no names: omit the names.`);
  }
  const known = named.filter(({ space }) => space.names.length > 0);
  return known.length === 0 ? [] : names.filter((name) => known.every(({ space }) => space.nameAt(name) < 0));
}

/** @throws {InvalidRequestError} If none of the assets has one of the names. */
export function refuseUnknownNames(range: AskedRange, assets: readonly AskedAsset[], at = ""): void {
  const unknown = unknownNames(range, assets, at);
  if (unknown.length === 0) return;
  const [first] = assets;
  const message = assets.length === 1
    ? `"${first!.key}" has no ${someOf(unknown)}. Its names are ${someOf(first!.space.names)}.`
    : `No selected asset has ${someOf(unknown)}.`;
  throw invalid(`${at}names`, message);
}

/** The first of some names, and the number of the others. */
export function someOf(names: readonly string[]): string {
  const left = names.length - maxShownNames;
  const others = left > 0 ? ` and ${left} other${left === 1 ? "" : "s"}` : "";
  return names.slice(0, maxShownNames).join(", ") + others;
}
