/** A value of a row for people: long decimals in six significant digits, a dash for none, JSON as its text. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") {
    const text = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
    return text.replace("-", "−");
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
