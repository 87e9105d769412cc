import type { AnyAsset } from "../declare/asset.ts";
import type { RowColumn } from "../declare/row_schema.ts";

/** A column that rows are sorted by. */
export interface Term {
  column: RowColumn;
  descending: boolean;
}

/**
 * A term as SQL. Key columns are never null: without a NULLS clause, the index of the key serves both directions.
 *
 * @param neverNull Further columns without nulls in the rows to sort.
 */
export function sortTerm(asset: AnyAsset, neverNull: ReadonlySet<string> = new Set()): (term: Term) => string {
  return ({ column, descending }) => {
    const nulls = asset.schema.primaryKey.includes(column.name) || neverNull.has(column.name) ? "" : " NULLS LAST";
    return `"${column.name}"${descending ? " DESC" : ""}${nulls}`;
  };
}

/** Columns to sort by, followed by the rest of the key. @param columnOf Returns a column of the asset by its name. */
export function termsOf(
  { schema }: AnyAsset,
  names: readonly string[],
  columnOf: (name: string) => RowColumn,
): Term[] {
  const terms = names.map((name): Term => {
    const descending = name.startsWith("-");
    return { column: columnOf(descending ? name.slice(1) : name), descending };
  });
  const rest = schema.primaryKey.filter((name) => !terms.some(({ column }) => column.name === name));
  return [...terms, ...rest.map((name) => ({ column: columnOf(name), descending: false }))];
}
