type Columns = readonly { name: string }[];
type Row = Readonly<Record<string, unknown>>;

/**
 * Rows as RFC 4180 text with a header line. A null is an empty field and empty text is `""`, to distinguish the two; JSON columns
 * are JSON text.
 */
export function csvOf(columns: Columns, rows: readonly Row[]): string {
  return csvHeader(columns) + csvLines(columns, rows);
}

/** The header line. */
export function csvHeader(columns: Columns): string {
  return `${columns.map(({ name }) => name).join(",")}\r\n`;
}

/** The lines of rows. */
export function csvLines(columns: Columns, rows: readonly Row[]): string {
  return rows.map((row) => `${columns.map(({ name }) => field(row[name])).join(",")}\r\n`).join("");
}

function field(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
