import { Buffer } from "node:buffer";
import { z } from "zod";
import type { Condition } from "../../resources/row_condition.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { columnOf, conditionInSql } from "./row_filter.ts";
import type { RowColumn } from "../declare/row_schema.ts";
import { invalid, type Parameters, parseValue } from "../declare/row_values.ts";
import { type Term, termsOf } from "../store/sort_term.ts";

/** Content of a cursor: the materialization, the order, and the values of the last row in that order. */
const Cursor = z.strictObject({
  m: z.int().positive(),
  o: z.array(z.string()),
  p: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

/** The columns to sort by, followed by the rest of the key. @throws {InvalidRequestError} */
export function orderOf(asset: AnyAsset, names: readonly string[]): Term[] {
  const terms = termsOf(asset, names, (name) => columnOf(asset, name, "order"));
  const json = terms.find(({ column }) => column.type === "jsonb");
  if (json) throw invalid("order", `Column "${json.column.name}" holds JSON, which has no order.`);
  refuseRepeats(terms.map((term) => term.column), "order");
  return terms;
}

/** @throws {InvalidRequestError} If a column is repeated. */
export function refuseRepeats(columns: readonly RowColumn[], path: string): void {
  const repeated = columns.find((column, i) => columns.indexOf(column) < i);
  if (repeated) throw invalid(path, `Column "${repeated.name}" is named twice.`);
}

function orderNames(order: readonly Term[]): string[] {
  return order.map(({ column, descending }) => (descending ? "-" : "") + column.name);
}

/** The end of a page, as the start of the next one. */
export function writeCursor(materialization: number, order: readonly Term[], last: Record<string, unknown>): string {
  const position = order.map(({ column }) => last[column.name]);
  return Buffer.from(JSON.stringify({ m: materialization, o: orderNames(order), p: position })).toString("base64url");
}

/** The materialization of a cursor. @throws {InvalidRequestError} If the cursor is invalid. */
export function materializationOf(cursor: string): number {
  return parseCursor(cursor).m;
}

/** Cursors come from clients and are validated like any other input. */
export function readCursor(
  text: string,
  order: readonly Term[],
): (string | null)[] {
  const { o, p } = parseCursor(text);
  if (JSON.stringify(o) !== JSON.stringify(orderNames(order))) {
    throw invalid("cursor", "The cursor belongs to another order. Repeat the order of the page that it came with.");
  }
  if (p.length !== order.length) throw broken();
  return order.map(({ column }, i) => {
    if (p[i] === null) return null;
    const value = parseValue(column.type, String(p[i]));
    if (!value.ok) throw broken();
    return value.text;
  });
}

function parseCursor(text: string): z.output<typeof Cursor> {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    throw broken();
  }
  const parsed = Cursor.safeParse(json);
  if (!parsed.success) throw broken();
  return parsed.data;
}

function broken() {
  return invalid("cursor", "The cursor is invalid. Begin again without it.");
}

/** The condition for the rows after a position. */
export function after(order: readonly Term[], position: readonly (string | null)[]): Condition {
  const alternatives: Condition[] = [];
  const same: Condition[] = [];
  order.forEach(({ column, descending }, i) => {
    const value = position[i]!;
    // Nulls sort last: only ties follow a null, and nulls follow every other value.
    if (value !== null) {
      const beyond: Condition = { column, is: descending ? "lt" : "gt", value };
      alternatives.push({ all: [...same, { any: [beyond, { column, isNull: true }] }] });
    }
    same.push(value === null ? { column, isNull: true } : { column, is: "eq", value });
  });
  return { any: alternatives };
}

/** The same in SQL, in a form that the index supports where there is one. */
export function afterInSql(
  asset: AnyAsset,
  { order, position }: { order: readonly Term[]; position: readonly (string | null)[] },
  parameters: Parameters,
): string {
  const [first] = order;
  const keyOnly = order.every(({ column, descending }) =>
    asset.schema.primaryKey.includes(column.name) && descending === first!.descending
  );
  if (!keyOnly || position.includes(null)) return conditionInSql(after(order, position), parameters);
  const values = position.map((value, i) => parameters.add(value!, order[i]!.column.type));
  const names = order.map(({ column }) => `"${column.name}"`);
  return `(${names.join(", ")}) ${first!.descending ? "<" : ">"} (${values.join(", ")})`;
}
