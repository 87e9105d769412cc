import { maxPageRows } from "../engine/mod.ts";

/** Where rows of an asset are to be had as CSV: those in which each column has its value. */
export function rowsPath(key: string, filters: Readonly<Record<string, string>>): string {
  const parameters = new URLSearchParams({ ...filters, limit: String(maxPageRows), format: "csv" });
  return `/v1/assets/${key}/rows?${parameters}`;
}
