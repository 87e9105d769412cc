const REQUIRED = ["ticker", "date", "open", "high", "low", "close", "volume"] as const;
const OPTIONAL = ["dividend", "split", "vwap"] as const;

/** A column of a long file. */
export type LongColumn = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];

export const LONG_COLUMNS = `${REQUIRED.join(", ")} and optionally ${OPTIONAL.join(", ")}`;

/** Why these cannot be the columns of a long file, in any order and case; `null` if they can. */
export function faultOfLongColumns(columns: readonly string[]): string | null {
  const known = new Set<string>([...REQUIRED, ...OPTIONAL]);
  const names = columns.map((name) => name.toLowerCase());
  const faults: string[] = [];
  const missing = REQUIRED.filter((name) => !names.includes(name));
  const unknown = columns.filter((name) => !known.has(name.toLowerCase()));
  const twice = names.filter((name, i) => known.has(name) && names.indexOf(name) !== i);
  if (missing.length > 0) faults.push(`lacks ${missing.join(", ")}`);
  if (unknown.length > 0) {
    faults.push(`has the unknown ${unknown.length === 1 ? "column" : "columns"} ${shownNames(unknown)}`);
  }
  if (twice.length > 0) faults.push(`has ${twice.join(", ")} more than once`);
  return faults.length > 0 ? faults.join(" and ") : null;
}

/** Some of the names: the first line of a file that is not CSV can be long. */
function shownNames(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name));
  return shown.join(", ") + (names.length > shown.length ? ` and ${names.length - shown.length} more` : "");
}
