import type { ColumnType } from "../../resources/database/database.ts";
import { InvalidRequestError } from "../errors.ts";

/** Parameters of one statement, all sent as text and cast by the server: one way for every type. */
export class Parameters {
  readonly values: (string | number)[] = [];

  add(value: string, type: ColumnType): string {
    return `$${this.values.push(value)}::text::${type}`;
  }
}

/** The value as text that PostgreSQL reads as the same value, or else the expected form. */
export function parseValue(type: ColumnType, text: string): { ok: true; text: string } | { ok: false; wanted: string } {
  switch (type) {
    case "text":
      return text.includes("\0") ? { ok: false, wanted: "text without NUL" } : { ok: true, text };
    case "double precision":
      return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))
        ? { ok: true, text: String(Number(text)) }
        : { ok: false, wanted: "a number" };
    case "integer":
    case "bigint":
      return /^[+-]?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)
        ? { ok: true, text: String(BigInt(text)) }
        : { ok: false, wanted: "a whole number" };
    case "boolean":
      return text === "true" || text === "false" ? { ok: true, text } : { ok: false, wanted: "true or false" };
    case "date":
      return isDate(text) ? { ok: true, text } : { ok: false, wanted: "a date such as 2026-01-31" };
    case "timestamptz": {
      const instant = instantOf(text);
      return instant === undefined
        ? { ok: false, wanted: "a time with its offset such as 2026-01-31T15:30:00Z" }
        : { ok: true, text: instant };
    }
    case "jsonb":
      return { ok: false, wanted: "comparable" };
  }
}

/** Whether a text is a calendar date such as 2026-01-31. */
export function isDate(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d\d-\d\d$/.test(text)) return false;
  try {
    Temporal.PlainDate.from(text, { overflow: "reject" });
    return true;
  } catch {
    return false;
  }
}

/** In UTC, to microseconds as in PostgreSQL; a date alone is its first moment. */
export function instantOf(text: string): string | undefined {
  try {
    const instant = Temporal.Instant.from(isDate(text) ? `${text}T00:00Z` : text);
    const written = instant.toString({ fractionalSecondDigits: 6 });
    return /^(?!0000)\d{4}-/.test(written) ? written : undefined;
  } catch {
    return undefined;
  }
}

/** A text as quoted in a message. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/** The error for a part of a query, with its path. */
export function invalid(path: string, message: string): InvalidRequestError {
  return new InvalidRequestError(message, [{ path, message }]);
}

/** The last microsecond of a day in UTC. */
export function endOfDay(date: string): string {
  return `${date}T23:59:59.999999Z`;
}

/** A value as part of a sentence. */
export function inWords(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "number") return String(Number(value.toPrecision(10)));
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
