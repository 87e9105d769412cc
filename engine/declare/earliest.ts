/** The earliest of dates; `null` stands for no date, and the empty text is before all. */
export function earliest(...dates: readonly (string | null)[]): string | null {
  let first: string | null = null;
  for (const date of dates) if (date !== null && (first === null || date < first)) first = date;
  return first;
}
