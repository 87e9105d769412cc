import { decimal } from "./figures.ts";

/**
 * A value of a row for people: long decimals in six significant digits, a dash for none, JSON as its text.
 *
 * @param percent Whether a number is a fraction that is read as a percentage: with two decimals and without the sign of percent.
 */
export function shownValue(value: unknown, { percent = false }: { percent?: boolean } = {}): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") {
    if (percent) return decimal(100 * value, 2);
    const text = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
    return text.replace("-", "−");
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
