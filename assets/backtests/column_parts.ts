import type { Columns } from "../../engine/mod.ts";

/** The rows of several tables of the same columns, one table after the other; without columns if there is no table. */
export function joinedColumns<Row>(parts: readonly Columns<Row>[]): Columns<Row> | readonly Row[] {
  const [first] = parts;
  if (first === undefined) return [];
  return Object.fromEntries(
    Object.entries(first).map(([name, some]) => {
      const all = parts.map((part) => part[name as keyof Row]);
      return [
        name,
        some instanceof Float64Array ? joinedNumbers(all as Float64Array[]) : (all as (readonly unknown[])[]).flat(),
      ];
    }),
  ) as Columns<Row>;
}

/** Arrays one after the other. */
export function joinedNumbers(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The same rows as objects, with null for NaN. */
export function rowsOfColumns<Row>(columns: Columns<Row>): Row[] {
  const all = Object.entries(columns) as [string, Float64Array | readonly unknown[]][];
  return Array.from({ length: all[0]?.[1].length ?? 0 }, (_, i) =>
    Object.fromEntries(all.map(([name, values]) => {
      const value = values[i];
      return [name, Number.isNaN(value) ? null : value];
    })) as Row);
}
