/**
 * Rows as RFC 4180 text with a header line. A null is an empty field and empty text is `""`, so that the two stay apart; JSON
 * columns are JSON text.
 */
export function csvOf(
  columns: readonly { name: string }[],
  rows: readonly Readonly<Record<string, unknown>>[],
): string {
  const lines = rows.map((row) => columns.map(({ name }) => field(row[name])).join(","));
  return [columns.map(({ name }) => name).join(","), ...lines].map((line) => `${line}\r\n`).join("");
}

function field(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
