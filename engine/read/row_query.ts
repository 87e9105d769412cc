import type { ColumnSpec } from "../../resources/database/database.ts";
import type { ParquetQuery } from "../../resources/parquet_query.ts";
import type { Condition } from "../../resources/row_condition.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { asOf, tableOf } from "../store/asset_table.ts";
import { columnOf, conditionInSql, conditionOf, maxFilterValues, type RowFilter } from "./row_filter.ts";
import { after, afterInSql, orderOf, readCursor, refuseRepeats } from "./row_order.ts";
import { sortTerm, type Term } from "../store/sort_term.ts";
import type { RowColumn } from "../declare/row_schema.ts";
import { invalid, Parameters } from "../declare/row_values.ts";
import type { AsOf } from "./row_version.ts";

/** Selection and order of an asset's rows. All filters must hold. */
export interface RowQuery<Column extends string = string, Field extends Column = Column> {
  filters?: readonly RowFilter<Column>[];
  /** Columns to sort by, `-` in front for descending; nulls come last in both directions, and ties are in key order. */
  order?: readonly (Column | `-${Column}`)[];
  /** Columns to return; all by default. */
  fields?: readonly Field[];
  /** The version; the latest by default, and that of the first page on the pages after it. */
  asOf?: AsOf;
}

/** A query validated against the schema of its asset. */
export interface Question {
  columns: readonly ColumnSpec[];
  order: readonly Term[];
  conditions: readonly Condition[];
  /** Values of the last row before those wanted, in the order; `null` for the first rows. */
  position: readonly (string | null)[] | null;
}

/** Validates a query. @throws {InvalidRequestError} If it does not fit the asset. */
export function questionOf(asset: AnyAsset, query: RowQuery & { cursor?: string }): Question {
  const conditions = (query.filters ?? []).map((filter) => conditionOf(asset, filter));
  const values = conditions.reduce((sum, one) => sum + valuesIn(one), 0);
  if (values > maxFilterValues) {
    throw invalid("filters", `The filters name ${values} values; ${maxFilterValues} are allowed.`);
  }
  const columns = fieldsOf(asset, query.fields).map(({ name, type }) => ({ name, type }));
  const order = orderOf(asset, query.order ?? []);
  const position = query.cursor === undefined ? null : readCursor(query.cursor, order);
  return { columns, order, conditions, position };
}

/** Number of values in a condition, each of which is a parameter of a statement. */
function valuesIn(condition: Condition): number {
  if ("in" in condition) return condition.in.length;
  const within = "any" in condition ? condition.any : "all" in condition ? condition.all : null;
  return within === null ? 1 : within.reduce((sum, one) => sum + valuesIn(one), 0);
}

/** The rows that {@link statementOf} selects. */
export interface Selection {
  selected: readonly string[];
  /** All rows by default. */
  limit?: number;
  /** Rows to leave out before those. */
  offset?: number;
  /** The materialization, and whether to read the current rows instead: the same if there is no later one. */
  of: { id: number; latest: boolean };
  /** Further columns, as SQL. */
  extra?: readonly string[];
}

/** A query as SQL. Identifiers come from the row schema and values are passed as parameters. */
export function statementOf(
  asset: AnyAsset,
  question: Question,
  { selected, limit, offset = 0, of, extra = [] }: Selection,
): { text: string; parameters: (string | number)[] } {
  const { source, parameters } = sourceOf(asset, question, of);
  // A parameter, so that pages of every size share one statement.
  const bound = limit === undefined ? "" : ` LIMIT $${parameters.push(limit)}::bigint`;
  const skipped = offset === 0 ? "" : ` OFFSET $${parameters.push(offset)}::bigint`;
  const text = `SELECT ${[...selected.map((name) => `"${name}"`), ...extra].join(", ")} ${source}
    ORDER BY ${question.order.map(sortTerm(asset, neverNull(asset, question))).join(", ")}${bound}${skipped}`;
  return { text, parameters };
}

/**
 * Columns of which the conditions exclude nulls: the index of an ascending order then serves the descending one, too. Not those with
 * a descending order of their own, whose index has nulls last.
 */
function neverNull({ orders }: AnyAsset, { conditions }: Question): Set<string> {
  const columns = conditions.flatMap((one) =>
    "column" in one && !("isNull" in one && one.isNull) ? [one.column.name] : []
  );
  return new Set(columns.filter((name) => !orders.some((order) => order.includes(`-${name}`))));
}

/** The number of its rows as SQL, at most `atMost`, in the column `rows`. */
export function countStatementOf(
  asset: AnyAsset,
  question: Question,
  { of, atMost, extra = [] }: Pick<Selection, "of" | "extra"> & { atMost: number },
): { text: string; parameters: (string | number)[] } {
  const { source, parameters } = sourceOf(asset, question, of);
  const counted = `(SELECT count(*) FROM (SELECT ${source} LIMIT $${parameters.push(atMost)}::bigint) r) AS rows`;
  return { text: `SELECT ${[counted, ...extra].join(", ")}`, parameters };
}

/** FROM and WHERE of a query. */
function sourceOf(
  asset: AnyAsset,
  { conditions, order, position }: Question,
  of: Selection["of"],
): { source: string; parameters: (string | number)[] } {
  const own = new Parameters();
  const wanted = conditions.map((condition) => conditionInSql(condition, own));
  if (position) wanted.push(afterInSql(asset, { order, position }, own));
  const parameters = [...own.values];
  // The simplest form, so that the index of current rows is used.
  const version = of.latest ? "_until IS NULL" : asOf(parameters.push(of.id));
  return { source: `FROM ${tableOf(asset)} WHERE ${[version, ...wanted].join(" AND ")}`, parameters };
}

/** The same for rows in files. @param selected The columns to return. */
export function parquetQueryOf(
  { conditions, order, position }: Question,
  { selected, limit, offset }: { selected: readonly ColumnSpec[]; limit?: number; offset?: number },
): ParquetQuery {
  const where = position ? [...conditions, after(order, position)] : conditions;
  return { columns: selected, where, order, limit, offset };
}

function fieldsOf(asset: AnyAsset, names: readonly string[] | undefined): readonly RowColumn[] {
  if (names === undefined) return asset.schema.columns;
  const fields = names.map((name) => columnOf(asset, name, "fields"));
  refuseRepeats(fields, "fields");
  if (fields.length === 0) throw invalid("fields", "No column is named. Leave fields out to get all.");
  return fields;
}
