/** The address of the form for a new backfill, filled in and with its plan. */
export function backfillsPath(
  fields: { selection: string; from?: string; to?: string; names?: string; force?: "on" | "" },
): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== "");
  return `/backfills?${new URLSearchParams(given as [string, string][])}`;
}
