import type { AnyAsset } from "../engine/mod.ts";

/** The address of a row's receipt: the primary key names the row. */
export function receiptPath(
  key: string,
  { primaryKey }: Pick<AnyAsset["schema"], "primaryKey">,
  { row, asOf }: { row: Readonly<Record<string, unknown>>; asOf: number | null },
): string {
  const parameters = new URLSearchParams(primaryKey.map((column) => [`${column}.eq`, String(row[column])]));
  if (asOf !== null) parameters.set("as_of", String(asOf));
  return `/assets/${key}/receipt?${parameters}`;
}
