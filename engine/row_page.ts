import { Buffer } from "node:buffer";
import { z } from "zod";
import type { ColumnData, ColumnSpec, ColumnType, Database, Sql } from "../resources/database/database.ts";
import type { AnyAsset } from "./asset.ts";
import { asOf, tableOf } from "./asset_table.ts";
import { InvalidRequestError } from "./errors.ts";
import type { RowColumn } from "./row_schema.ts";

export const operators = ["eq", "ne", "lt", "lte", "gt", "gte", "in"] as const;
export type Operator = typeof operators[number];

/** One condition on a column. A null meets none, `ne` included. */
export interface Filter {
  column: string;
  operator: Operator;
  /** As text; for `in` separated by commas. */
  value: string;
}

/** Which rows of an asset, in which order, how many. All filters must hold. */
export interface PageQuery {
  filters?: readonly Filter[];
  /** Columns to sort by, `-` in front for descending; nulls come last either way, and what is left equal is in key order. */
  order?: readonly string[];
  /** Columns to return; all by default. */
  fields?: readonly string[];
  /** 1 to {@link maxPageRows}. */
  limit: number;
  /** Where the page before ended. Filters and order must be those of that page. */
  cursor?: string;
  /** Materialization whose rows are wanted; the latest by default, and that of the first page on the pages after it. */
  asOf?: number;
}

/** Which rows of an asset as a whole; `limit` is 1 to {@link maxTableRows}, and all rows without it. */
export type TableQuery = Omit<PageQuery, "limit" | "cursor"> & { limit?: number };

export interface RowPage {
  columns: readonly ColumnSpec[];
  rows: Record<string, unknown>[];
  /** Pass it on for the next page; `null` on the last one. */
  nextCursor: string | null;
  /** The materialization that was read; `null` if the asset has none. */
  materialization: number | null;
}

export interface TableOptions {
  signal?: AbortSignal;
  /** {@link maxTableRows} by default. */
  maxRows?: number;
}

/** Rows of one materialization, column by column. */
export interface RowTable {
  columns: readonly ColumnSpec[];
  /** One entry for each of `columns`, all with `rows` values. */
  data: Readonly<Record<string, ColumnData>>;
  rows: number;
  /** The materialization that was read; `null` if the asset has none. */
  materialization: number | null;
}

/** The most rows of one page. */
export const maxPageRows = 10_000;
/** The most rows that are read as a whole: some hundred megabytes, which one request may take for a moment. */
export const maxTableRows = 2_000_000;
/** The most values in all filters of a query together: each is a parameter of the statement. */
const maxFilterValues = 1_000;

interface Term {
  column: RowColumn;
  descending: boolean;
}

/** What a cursor holds: the materialization, the order, and the values of the last row in that order. */
const Cursor = z.strictObject({
  m: z.int().positive(),
  o: z.array(z.string()),
  p: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

/** Parameters of one statement, all sent as text and cast by the server: one way for every type. */
class Parameters {
  readonly values: (string | number)[] = [];

  add(value: string, type: ColumnType): string {
    return `$${this.values.push(value)}::text::${type}`;
  }
}

/**
 * One page of the rows of one materialization.
 *
 * Pages that follow each other through cursors come from the same materialization, whatever is published between them, and
 * hold each row once. Identifiers come from the row schema and values travel as parameters.
 *
 * @throws {InvalidRequestError} If a column does not exist or cannot be compared, a value is not of its column's type, the
 * limit is out of bounds, or the cursor or materialization is not one of this asset and order.
 *
 * Cost: in key order on the latest materialization O(limit), else O(rows of all versions kept).
 */
export async function readPage(database: Database, asset: AnyAsset, query: PageQuery): Promise<RowPage> {
  const { limit } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > maxPageRows) {
    throw invalid("limit", `The limit is ${limit}; a page has 1 to ${maxPageRows.toLocaleString("en")} rows.`);
  }
  const question = questionOf(asset, query);
  const { columns, order } = question;

  // One snapshot for both questions, so that the rows that are current are those of the materialization that is latest.
  return await database.sql.begin("ISOLATION LEVEL REPEATABLE READ READ ONLY", async (tx) => {
    const found = await materializationOf(tx, asset, question);
    if (!found) return { columns, rows: [], nextCursor: null, materialization: null };
    const selected = [...new Set([...columns, ...order.map((term) => term.column)].map(({ name }) => name))];
    const { text, parameters } = statement(asset, question, { selected, limit: limit + 1, of: found });
    const rows = await tx.unsafe<Record<string, unknown>[]>(text, parameters);
    const page = rows.slice(0, limit);
    return {
      columns,
      rows: page.map((row) => Object.fromEntries(columns.map(({ name }) => [name, row[name]]))),
      nextCursor: rows.length > limit ? writeCursor(found.id, order, page.at(-1)!) : null,
      materialization: found.id,
    };
  });
}

/**
 * The rows of one materialization as a whole, column by column.
 *
 * @throws {InvalidRequestError} As {@link readPage} does, and if there is no limit and there are more than `maxRows` rows: a
 * part is never taken for the whole.
 *
 * Cost: O(rows of all versions kept) and the memory of the columns asked for.
 */
export async function readTable(
  database: Database,
  asset: AnyAsset,
  query: TableQuery,
  { signal, maxRows = maxTableRows }: TableOptions = {},
): Promise<RowTable> {
  const { limit } = query;
  const most = maxRows.toLocaleString("en");
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1 || limit > maxRows)) {
    throw invalid("limit", `The limit is ${limit}; a table has 1 to ${most} rows.`);
  }
  const question = questionOf(asset, query);
  const { columns } = question;
  const found = await materializationOf(database.sql, asset, question);
  if (!found) {
    const data = Object.fromEntries(columns.map(({ name }) => [name, []]));
    return { columns, data, rows: 0, materialization: null };
  }
  const { text, parameters } = statement(asset, question, {
    selected: columns.map(({ name }) => name),
    limit: limit ?? maxRows + 1,
    // Read in another transaction than the one that found it: another may be the latest by then.
    of: { id: found.id, latest: false },
  });
  const data = await database.selectColumns(text, parameters, columns, { signal });
  const rows = data[columns[0]!.name]!.length;
  if (limit === undefined && rows > maxRows) {
    throw invalid("limit", `There are more than ${most} rows. Filter them, or set a limit to get the first of them.`);
  }
  return { columns, data, rows, materialization: found.id };
}

/** A query that has been checked against the schema of its asset. */
interface Question {
  columns: readonly ColumnSpec[];
  order: readonly Term[];
  conditions: readonly string[];
  parameters: Parameters;
  cursor: { materialization: number } | undefined;
  /** The materialization whose rows are wanted; `undefined` for the latest. */
  wanted: number | undefined;
}

function questionOf(asset: AnyAsset, query: Omit<PageQuery, "limit">): Question {
  if (query.asOf !== undefined && !(Number.isSafeInteger(query.asOf) && query.asOf > 0)) {
    throw invalid("as_of", `${query.asOf} is not the id of a materialization.`);
  }
  const parameters = new Parameters();
  const conditions = (query.filters ?? []).map((filter) => condition(asset, filter, parameters));
  if (parameters.values.length > maxFilterValues) {
    throw invalid("filters", `The filters name ${parameters.values.length} values; ${maxFilterValues} are allowed.`);
  }
  const columns = fieldsOf(asset, query.fields).map(({ name, type }) => ({ name, type }));
  const order = orderOf(asset, query.order ?? []);
  const cursor = query.cursor === undefined ? undefined : readCursor(query.cursor, order);
  if (cursor) {
    if (query.asOf !== undefined && query.asOf !== cursor.materialization) {
      throw invalid("cursor", "The cursor belongs to another materialization than the one that is asked for.");
    }
    conditions.push(after(asset, order, cursor.position, parameters));
  }
  return { columns, order, conditions, parameters, cursor, wanted: query.asOf ?? cursor?.materialization };
}

/** Which rows {@link statement} selects. */
interface Selection {
  selected: readonly string[];
  limit: number;
  of: FoundMaterialization;
}

function statement(
  asset: AnyAsset,
  { conditions, order, parameters: { values } }: Question,
  { selected, limit, of }: Selection,
): { text: string; parameters: (string | number)[] } {
  const parameters = [...values];
  // Said as simply as it can be, so that the index of what is current serves.
  const version = of.latest ? "_until IS NULL" : asOf(parameters.push(of.id));
  const text = `SELECT ${selected.map((name) => `"${name}"`).join(", ")} FROM ${tableOf(asset)}
    WHERE ${[version, ...conditions].join(" AND ")}
    ORDER BY ${order.map(sortTerm(asset)).join(", ")} LIMIT ${limit}`;
  return { text, parameters };
}

interface FoundMaterialization {
  id: number;
  /** Whether no later one is visible to the transaction that found it. */
  latest: boolean;
}

/** The materialization that is asked for; `undefined` where the latest is and there is none. */
async function materializationOf(
  tx: Sql,
  asset: AnyAsset,
  { wanted, cursor }: Question,
): Promise<FoundMaterialization | undefined> {
  const [latest] = await tx<{ id: number }[]>`
    SELECT id FROM engine.materialization WHERE asset_key = ${asset.key} ORDER BY id DESC LIMIT 1`;
  if (wanted === undefined) return latest && { id: latest.id, latest: true };
  if (latest?.id === wanted) return { id: latest.id, latest: true };
  const [older] = await tx<{ id: number }[]>`
    SELECT id FROM engine.materialization WHERE asset_key = ${asset.key} AND id = ${wanted}`;
  if (older) return { id: older.id, latest: false };
  throw invalid(
    cursor ? "cursor" : "as_of",
    cursor
      ? "The rows that the cursor belongs to are no longer kept. Begin again without it."
      : `"${asset.key}" has no materialization ${wanted}.`,
  );
}

// ---- columns and order ----------------------------------------------------------------------------------------------

function fieldsOf(asset: AnyAsset, names: readonly string[] | undefined): readonly RowColumn[] {
  if (names === undefined) return asset.schema.columns;
  const fields = names.map((name) => columnOf(asset, name, "fields"));
  refuseRepeats(fields, "fields");
  if (fields.length === 0) throw invalid("fields", "No column is named. Leave fields out to get all.");
  return fields;
}

function orderOf(asset: AnyAsset, names: readonly string[]): Term[] {
  const terms = names.map((name): Term => {
    const descending = name.startsWith("-");
    const column = columnOf(asset, descending ? name.slice(1) : name, "order");
    if (column.type === "jsonb") throw invalid("order", `Column "${column.name}" holds JSON, which has no order.`);
    return { column, descending };
  });
  refuseRepeats(terms.map((term) => term.column), "order");
  for (const name of asset.schema.primaryKey) {
    if (terms.some((term) => term.column.name === name)) continue;
    terms.push({ column: columnOf(asset, name, "order"), descending: false });
  }
  return terms;
}

function columnOf(asset: AnyAsset, name: string, path: string): RowColumn {
  const column = asset.schema.columns.find((c) => c.name === name);
  if (column) return column;
  const names = asset.schema.columns.map((c) => c.name).join(", ");
  throw invalid(path, `"${asset.key}" has no column "${name}". Its columns are: ${names}.`);
}

function refuseRepeats(columns: readonly RowColumn[], path: string): void {
  const repeated = columns.find((column, i) => columns.indexOf(column) < i);
  if (repeated) throw invalid(path, `Column "${repeated.name}" is named twice.`);
}

/** Key columns are never null: without a word on nulls, the index serves in both directions. */
function sortTerm(asset: AnyAsset): (term: Term) => string {
  return ({ column, descending }) => {
    const nulls = asset.schema.primaryKey.includes(column.name) ? "" : " NULLS LAST";
    return `"${column.name}"${descending ? " DESC" : ""}${nulls}`;
  };
}

// ---- filters --------------------------------------------------------------------------------------------------------

const comparisons: Record<Exclude<Operator, "in">, string> = {
  eq: "=",
  ne: "<>",
  lt: "<",
  lte: "<=",
  gt: ">",
  gte: ">=",
};

function condition(asset: AnyAsset, { column: name, operator, value }: Filter, parameters: Parameters): string {
  const path = operator === "eq" ? name : `${name}.${operator}`;
  const column = columnOf(asset, name, path);
  const parameter = (text: string) => {
    const parsed = parseValue(column.type, text);
    if (!parsed.ok) {
      throw invalid(path, `Column "${name}" is compared with ${shown(text)}, which is not ${parsed.wanted}.`);
    }
    return parameters.add(parsed.text, column.type);
  };
  if (column.type === "jsonb") throw invalid(path, `Column "${name}" holds JSON and cannot be filtered by.`);
  if (operator !== "in") return `"${name}" ${comparisons[operator]} ${parameter(value)}`;
  const values = [...new Set(value.split(","))];
  // Before they become parameters, so that a long list costs nothing.
  if (values.length > maxFilterValues) throw invalid(path, `${values.length} values; ${maxFilterValues} are allowed.`);
  return `"${name}" IN (${values.map(parameter).join(", ")})`;
}

/** The value as text that PostgreSQL reads as the same value, or what it should have been. */
function parseValue(type: ColumnType, text: string): { ok: true; text: string } | { ok: false; wanted: string } {
  switch (type) {
    case "text":
      return text.includes("\0") ? { ok: false, wanted: "text without NUL" } : { ok: true, text };
    case "double precision":
      return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))
        ? { ok: true, text: String(Number(text)) }
        : { ok: false, wanted: "a number" };
    case "integer":
    case "bigint":
      return /^[+-]?\d{1,19}$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)
        ? { ok: true, text: String(BigInt(text)) }
        : { ok: false, wanted: "a whole number" };
    case "boolean":
      return text === "true" || text === "false" ? { ok: true, text } : { ok: false, wanted: "true or false" };
    case "date":
      return isDate(text) ? { ok: true, text } : { ok: false, wanted: "a date such as 2026-01-31" };
    case "timestamptz": {
      const instant = instantOf(text);
      return instant === undefined
        ? { ok: false, wanted: "a time with its offset such as 2026-01-31T15:30:00Z" }
        : { ok: true, text: instant };
    }
    case "jsonb":
      return { ok: false, wanted: "comparable" };
  }
}

function isDate(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d\d-\d\d$/.test(text)) return false;
  try {
    Temporal.PlainDate.from(text, { overflow: "reject" });
    return true;
  } catch {
    return false;
  }
}

/** In UTC with the microseconds that PostgreSQL keeps; a date alone is its first moment. */
function instantOf(text: string): string | undefined {
  try {
    const instant = Temporal.Instant.from(isDate(text) ? `${text}T00:00Z` : text);
    const written = instant.toString({ fractionalSecondDigits: 6 });
    return /^(?!0000)\d{4}-/.test(written) ? written : undefined;
  } catch {
    return undefined;
  }
}

// ---- cursors --------------------------------------------------------------------------------------------------------

function orderNames(order: readonly Term[]): string[] {
  return order.map(({ column, descending }) => (descending ? "-" : "") + column.name);
}

function writeCursor(materialization: number, order: readonly Term[], last: Record<string, unknown>): string {
  const position = order.map(({ column }) => last[column.name]);
  return Buffer.from(JSON.stringify({ m: materialization, o: orderNames(order), p: position })).toString("base64url");
}

/** A cursor comes back from outside, and is believed as little as anything else that does. */
function readCursor(
  text: string,
  order: readonly Term[],
): { materialization: number; position: (string | null)[] } {
  const broken = () => invalid("cursor", "The cursor is not one that a page ended with. Begin again without it.");
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    throw broken();
  }
  const parsed = Cursor.safeParse(json);
  if (!parsed.success) throw broken();
  const { m, o, p } = parsed.data;
  if (JSON.stringify(o) !== JSON.stringify(orderNames(order))) {
    throw invalid("cursor", "The cursor belongs to another order. Repeat the order of the page that it came with.");
  }
  if (p.length !== order.length) throw broken();
  const position = order.map(({ column }, i) => {
    if (p[i] === null) return null;
    const value = parseValue(column.type, String(p[i]));
    if (!value.ok) throw broken();
    return value.text;
  });
  return { materialization: m, position };
}

/** The condition that picks the rows behind a position. */
function after(
  asset: AnyAsset,
  order: readonly Term[],
  position: readonly (string | null)[],
  parameters: Parameters,
): string {
  const values = position.map((value, i) => value === null ? null : parameters.add(value, order[i]!.column.type));
  const names = order.map(({ column }) => `"${column.name}"`);
  const [first] = order;
  const keyOnly = order.every(({ column, descending }) =>
    asset.schema.primaryKey.includes(column.name) && descending === first!.descending
  );
  if (keyOnly && !values.includes(null)) {
    // The form that the index serves.
    return `(${names.join(", ")}) ${first!.descending ? "<" : ">"} (${values.join(", ")})`;
  }
  const alternatives: string[] = [];
  const same: string[] = [];
  order.forEach(({ descending }, i) => {
    const [name, value] = [names[i]!, values[i]!];
    // Nothing comes behind a null but what ties with it; everything else has the nulls behind it.
    if (value !== null) {
      alternatives.push([...same, `(${name} ${descending ? "<" : ">"} ${value} OR ${name} IS NULL)`].join(" AND "));
    }
    same.push(value === null ? `${name} IS NULL` : `${name} = ${value}`);
  });
  return alternatives.length ? `(${alternatives.map((a) => `(${a})`).join(" OR ")})` : "false";
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

function invalid(path: string, message: string): InvalidRequestError {
  return new InvalidRequestError(message, [{ path, message }]);
}
