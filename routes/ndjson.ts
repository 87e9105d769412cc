/** Rows as lines of JSON, one object each (https://jsonlines.org). */
export function ndjsonOf(rows: readonly Readonly<Record<string, unknown>>[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}
