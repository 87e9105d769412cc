import { symbolOf } from "../../../resources/market_data/mod.ts";

/** An unusable value of the original. The row is refused with this message. */
export class ValueFault extends Error {
  override readonly name = "ValueFault";
}

type Value = string | null | undefined;

/** Trimmed text; `null` if empty. */
export function textIn(value: Value): string | null {
  return value?.trim() || null;
}

/** @throws {ValueFault} */
export function tickerIn(value: Value, column = "ticker"): string {
  if (!value) throw new ValueFault(`${column} is missing`);
  try {
    return symbolOf(value);
  } catch (error) {
    if (error instanceof RangeError) throw new ValueFault(`${column} ${error.message}`);
    throw error;
  }
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

/** A number; NaN if missing. @throws {ValueFault} */
export function numberIn(value: Value, column: string): number {
  if (!value || /^nan$/i.test(value)) return NaN;
  const number = NUMBER.test(value.trim()) ? Number(value) : NaN;
  if (!Number.isFinite(number)) throw new ValueFault(`${column} is not a number`);
  return number;
}

const dates = new Map<string, string | null>();

/** A date, or the date of a date and time. @throws {ValueFault} */
export function dateIn(value: Value, column: string): string {
  if (!value) throw new ValueFault(`${column} is missing`);
  let date = dates.get(value);
  if (date === undefined) dates.set(value, date = dateOf(value));
  if (date === null) throw new ValueFault(`${column} is not a date`);
  return date;
}

function dateOf(value: string): string | null {
  const date = /^(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/.exec(value.trim())
    ?.[1];
  if (date === undefined) return null;
  try {
    return Temporal.PlainDate.from(date).toString();
  } catch {
    return null;
  }
}

/** The UTC date of a time in milliseconds. @throws {ValueFault} */
export function dateOfMilliseconds(value: Value, column: string): string {
  const moment = numberIn(value, column);
  if (Number.isNaN(moment)) throw new ValueFault(`${column} is missing`);
  const date = new Date(moment);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 || date.getUTCFullYear() < 1) {
    throw new ValueFault(`${column} is not a moment in milliseconds`);
  }
  return date.toISOString().slice(0, 10);
}

/** A time in UTC in PostgreSQL's format, `2024-01-05 14:30:00.5+00`; `null` if missing. @throws {ValueFault} */
export function momentIn(value: Value, column: string): string | null {
  if (!value) return null;
  const parts = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2}(?:\.\d+)?) ?(Z|[+-]\d{2}(?::?\d{2})?)?$/.exec(value.trim());
  try {
    const [, date, time, zone = "Z"] = parts!;
    return Temporal.Instant.from(`${date}T${time}${zone}`).toString();
  } catch {
    throw new ValueFault(`${column} is not a date and time`);
  }
}

/** A boolean in the notation of PostgreSQL or Python; `null` if missing. @throws {ValueFault} */
export function booleanIn(value: Value, column: string): boolean | null {
  if (!value) return null;
  if (/^(t|true|1)$/i.test(value.trim())) return true;
  if (/^(f|false|0)$/i.test(value.trim())) return false;
  throw new ValueFault(`${column} is neither true nor false`);
}
