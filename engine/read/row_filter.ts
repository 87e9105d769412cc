import type { Comparison, Condition } from "../../resources/row_condition.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { parseNames } from "../name_list.ts";
import type { RowColumn } from "../declare/row_schema.ts";
import { invalid, type Parameters, parseValue, shown } from "../declare/row_values.ts";

export const operators = ["eq", "ne", "lt", "lte", "gt", "gte", "in", "contains"] as const;
export type Operator = typeof operators[number];

/** One condition on a column. A null satisfies none, not even `ne`. */
export interface Filter<Column extends string = string> {
  column: Column;
  operator: Operator;
  /** As text; for `in` several, as in {@link parseNames}; for `contains` a part of a text, letters of ASCII in any case. */
  value: string;
}

/** Conditions of queries within this process: those of columns, any of several, or a JSON list with a certain object. */
export type RowFilter<Column extends string = string> =
  | Filter<Column>
  | { column: Column; isNull: boolean }
  | { any: readonly RowFilter<Column>[] }
  | { column: Column; lists: { field: string; text: string } };

/** Filters for rows with all of the given values, by column. */
export function equalTo<Column extends string>(values: Readonly<Record<Column, string>>): Filter<Column>[] {
  return Object.entries<string>(values).map(([column, value]) => ({ column: column as Column, operator: "eq", value }));
}

/** Maximum number of values in all filters of a query together: each is a parameter of the statement. */
export const maxFilterValues = 1_000;

/** A filter as a condition. @throws {InvalidRequestError} If it does not fit its column. */
export function conditionOf(asset: AnyAsset, filter: RowFilter): Condition {
  if ("any" in filter) return { any: filter.any.map((one) => conditionOf(asset, one)) };
  if ("isNull" in filter) return { column: columnOf(asset, filter.column, filter.column), isNull: filter.isNull };
  if ("lists" in filter) {
    const column = columnOf(asset, filter.column, filter.column);
    if (column.type !== "jsonb") throw invalid(column.name, `Column "${column.name}" holds no JSON.`);
    return { column, lists: filter.lists };
  }
  const { column: name, operator, value } = filter;
  const path = operator === "eq" ? name : `${name}.${operator}`;
  const column = columnOf(asset, name, path);
  const parsed = (text: string) => {
    const read = parseValue(column.type, text);
    if (read.ok) return read.text;
    throw invalid(path, `Column "${name}" is compared with ${shown(text)}, which is not ${read.wanted}.`);
  };
  if (column.type === "jsonb") throw invalid(path, `Column "${name}" holds JSON and cannot be filtered by.`);
  if (operator === "contains") {
    if (column.type !== "text") throw invalid(path, `Column "${name}" holds no text, of which a part could be given.`);
    return { column, contains: parsed(value) };
  }
  if (operator !== "in") return { column, is: operator, value: parsed(value) };
  const values = [...new Set(parseNames(value))];
  // Before they are read, so that a long list is rejected cheaply.
  if (values.length > maxFilterValues) throw invalid(path, `${values.length} values; ${maxFilterValues} are allowed.`);
  return { column, in: values.map(parsed) };
}

/** Operators between a column and a value, for messages. */
export const operatorWords: Readonly<Record<Operator, string>> = {
  eq: "=",
  ne: "≠",
  lt: "<",
  lte: "≤",
  gt: ">",
  gte: "≥",
  in: "in",
  contains: "with the part",
};

const comparisons: Record<Comparison, string> = { eq: "=", ne: "<>", lt: "<", lte: "<=", gt: ">", gte: ">=" };

/** A condition in SQL, with its values as parameters. */
export function conditionInSql(condition: Condition, parameters: Parameters): string {
  if ("all" in condition) return joined(condition.all, " AND ", parameters) ?? "true";
  if ("any" in condition) return joined(condition.any, " OR ", parameters) ?? "false";
  const { name, type } = condition.column;
  if ("isNull" in condition) return `"${name}" IS ${condition.isNull ? "" : "NOT "}NULL`;
  if ("contains" in condition) {
    // In the collation "C", that of all text columns, upper() converts the letters of ASCII.
    return `strpos(upper("${name}"), upper(${parameters.add(condition.contains, type)} COLLATE "C")) > 0`;
  }
  if ("lists" in condition) {
    const { field, text } = condition.lists;
    return `"${name}" @> ${parameters.add(JSON.stringify([{ [field]: text }]), type)}`;
  }
  if ("in" in condition) {
    return `"${name}" IN (${condition.in.map((value) => parameters.add(value, type)).join(", ")})`;
  }
  return `"${name}" ${comparisons[condition.is]} ${parameters.add(condition.value, type)}`;
}

function joined(conditions: readonly Condition[], by: string, parameters: Parameters): string | undefined {
  if (conditions.length === 0) return undefined;
  return `(${conditions.map((one) => conditionInSql(one, parameters)).join(by)})`;
}

/** A column by its name. @throws {InvalidRequestError} Under `path`, if there is none. */
export function columnOf(asset: AnyAsset, name: string, path: string): RowColumn {
  const column = asset.schema.columns.find((c) => c.name === name);
  if (column) return column;
  const names = asset.schema.columns.map((c) => c.name).join(", ");
  throw invalid(path, `"${asset.key}" has no column "${name}". Its columns are: ${names}.`);
}
