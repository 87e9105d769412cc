import { type ColumnOf, type Filter, maxPageRows, type View } from "../engine/mod.ts";
import { RowParameters } from "../routes/asset_rows.ts";

/** Address of the rows of an asset that meet all filters, as CSV. */
export function rowsPath<Row>(
  { key }: View<Row>,
  filters: readonly Filter<ColumnOf<Row>>[],
  { order = [] }: { order?: readonly (ColumnOf<Row> | `-${ColumnOf<Row>}`)[] } = {},
): string {
  const parameters = new URLSearchParams(
    filters.map(({ column, operator, value }) => [
      // A column with the name of a parameter needs the operator, to be read as a filter.
      operator === "eq" && !(column in RowParameters.shape) ? column : `${column}.${operator}`,
      value,
    ]),
  );
  if (order.length > 0) parameters.set("order", order.join(","));
  parameters.set("limit", String(maxPageRows));
  parameters.set("format", "csv");
  return `/v1/assets/${key}/rows?${parameters}`;
}
