import { type ColumnOf, type Filter, maxPageRows, type View } from "../engine/mod.ts";
import { RowParameters } from "../routes/asset_rows.ts";

/** Where rows of an asset are to be had as CSV: those that meet all filters. */
export function rowsPath<Row>(
  { key }: View<Row>,
  filters: readonly Filter<ColumnOf<Row>>[],
  { order = [] }: { order?: readonly (ColumnOf<Row> | `-${ColumnOf<Row>}`)[] } = {},
): string {
  const parameters = new URLSearchParams(
    filters.map(({ column, operator, value }) => [
      // The name of a parameter is no filter.
      operator === "eq" && !(column in RowParameters.shape) ? column : `${column}.${operator}`,
      value,
    ]),
  );
  if (order.length > 0) parameters.set("order", order.join(","));
  parameters.set("limit", String(maxPageRows));
  parameters.set("format", "csv");
  return `/v1/assets/${key}/rows?${parameters}`;
}
