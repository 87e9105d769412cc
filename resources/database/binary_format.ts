/**
 * PostgreSQL's binary formats of the column types: they cost a fraction of the text formats on both sides and keep doubles exactly.
 * Numbers are big-endian; times count from 2000-01-01.
 *
 * Source: https://www.postgresql.org/docs/current/sql-copy.html (binary format), and the `*_send`/`*_recv` functions.
 */
import type { ColumnSpec } from "./database.ts";

const DAY_MS = 86_400_000;
const EPOCH_MS = Date.UTC(2000, 0, 1);
const EPOCH_DAYS = EPOCH_MS / DAY_MS;
const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.(\d{1,6}))?)?(?:Z|[+-]\d\d(?::?\d\d)?)$/;

/** Days since 2000-01-01, or NaN for a text that is no calendar date in the form `YYYY-MM-DD`. */
export function daysOf(date: string): number {
  if (!/^\d{4}-\d\d-\d\d$/.test(date)) return NaN;
  const ms = Date.parse(date);
  // Date.parse reads 2024-02-30 as the first of March in some engines.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date ? NaN : ms / DAY_MS - EPOCH_DAYS;
}

export function dateOf(days: number): string {
  if (days === 0x7fffffff) return "infinity";
  if (days === -0x80000000) return "-infinity";
  return new Date((days + EPOCH_DAYS) * DAY_MS).toISOString().slice(0, 10);
}

/** Microseconds since 2000-01-01 of an ISO 8601 instant with its zone, or null for any other text. */
export function microsOf(instant: string): bigint | null {
  const match = INSTANT.exec(instant);
  if (match === null) return null;
  const fraction = match[1] ?? "";
  const whole = fraction === "" ? instant : instant.replace(`.${fraction}`, "");
  // PostgreSQL shortens +00:00 to +00, which Date.parse rejects.
  const ms = Date.parse(whole.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"));
  if (Number.isNaN(ms)) return null;
  return BigInt(ms - EPOCH_MS) * 1000n + BigInt(fraction.padEnd(6, "0"));
}

/** ISO 8601 in UTC with as many decimals as required, like {@link isoInstant}. */
export function instantOf(micros: bigint): string {
  if (micros === 0x7fffffffffffffffn) return "infinity";
  if (micros === -0x8000000000000000n) return "-infinity";
  const secondMicros = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = Number((micros - secondMicros) / 1_000_000n);
  const whole = new Date(seconds * 1000 + EPOCH_MS).toISOString().slice(0, -5);
  const decimals = secondMicros === 0n ? "" : `.${String(secondMicros).padStart(6, "0").replace(/0+$/, "")}`;
  return `${whole}${decimals}Z`;
}

/** Column types that a result column may be read as, by PostgreSQL's type identifier. */
export const RESULT_TYPES: Readonly<Record<number, readonly ColumnSpec["type"][]>> = {
  16: ["boolean"],
  20: ["bigint", "integer", "double precision"],
  21: ["integer", "bigint", "double precision"],
  23: ["integer", "bigint", "double precision"],
  19: ["text"],
  25: ["text"],
  1043: ["text"],
  700: ["double precision"],
  701: ["double precision"],
  114: ["jsonb"],
  1082: ["date"],
  1114: ["timestamptz"],
  1184: ["timestamptz"],
  3802: ["jsonb"],
};
