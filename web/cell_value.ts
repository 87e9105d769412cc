import { decimal } from "./figures.ts";

/**
 * Formats a value of a row: decimals to six significant digits, a dash for `null`, JSON as text.
 *
 * @param percent Whether a number is a fraction to be shown as a percentage: two decimals, without the percent sign.
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
