import type { Metadata } from "../declare/metadata.ts";
import type { PreparedRows, RowSchema } from "../declare/row_schema.ts";
import type { CheckedRows, PastVersion } from "../declare/check.ts";

/** Prepared rows as seen by checks. `history` is called at most once, by the first check that needs it. */
export function checkedRows(
  schema: Pick<RowSchema, "columns">,
  { data, count }: Pick<PreparedRows, "data" | "count">,
  { from, metadata, history }: { from?: string; metadata: Metadata; history(): Promise<readonly PastVersion[]> },
): CheckedRows<unknown> {
  const column = (name: string) => {
    const found = data[name];
    if (!found) throw new RangeError(`A check reads the column "${name}", which the rows do not have.`);
    return found;
  };
  const value = (row: number, name: string): unknown => {
    const values = column(name);
    const partition = values[row];
    return values instanceof Float64Array && Number.isNaN(partition) ? null : partition;
  };
  let past: Promise<readonly PastVersion[]> | undefined;
  return {
    count,
    ...from !== undefined && { from },
    metadata,
    value: value as never,
    column: column as never,
    row: (row) => Object.fromEntries(schema.columns.map(({ name }) => [name, value(row, name)])),
    history: () => past ??= history(),
  };
}
