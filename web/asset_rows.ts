import { type AnyAsset, type Engine, EngineError, type Filter, type Operator, type RowPage } from "../engine/mod.ts";
import { isOperator } from "../routes/row_filters.ts";

/** Rows of a page. */
export const rowsPerPage = 50;

/** Operators in words. */
export const operatorWords: Readonly<Record<Operator, string>> = {
  eq: "is",
  ne: "is not",
  lt: "below",
  lte: "at most",
  gt: "above",
  gte: "at least",
  in: "is one of",
  contains: "contains",
};

/** Search for rows of an asset, from the address. */
export interface RowSearch {
  filters: readonly Filter[];
  order: { column: string; descending: boolean } | null;
  /** Materialization; the newest by default. */
  asOf: number | null;
  cursor: string | null;
}

/** Rows that were found. */
export interface FoundRows {
  search: RowSearch;
  /** Why the search is invalid. */
  problem: string | null;
  page: RowPage | null;
}

/**
 * Reads the rows that an address asks for. Only columns of the asset can be searched; invalid parts of the search are reported in
 * `problem`.
 */
export async function readRows(
  engine: Pick<Engine, "rows">,
  asset: AnyAsset,
  parameters: URLSearchParams,
): Promise<FoundRows> {
  const given = (name: string) => parameters.get(name)?.trim() ?? "";
  const filters = parameters.getAll("where").flatMap((text): Filter[] => {
    const [, column, operator, value] = /^([a-z][a-z0-9_]*)\.([a-z]+):(.*)$/s.exec(text) ?? [];
    return column !== undefined && isOperator(operator!) ? [{ column, operator, value: value! }] : [];
  });
  const operator = given("op");
  if (given("column") !== "" && isOperator(operator)) {
    filters.push({ column: given("column"), operator, value: given("value") });
  }
  const order = given("order");
  const asOf = given("as_of");
  const search: RowSearch = {
    filters,
    order: order === "" ? null : { column: order.replace(/^-/, ""), descending: order.startsWith("-") },
    asOf: asOf === "" ? null : Number(asOf),
    cursor: given("cursor") || null,
  };
  try {
    const page = await engine.rows(asset.key, {
      filters,
      limit: rowsPerPage,
      ...(order !== "" && { order: [order] }),
      ...(search.asOf !== null && { asOf: search.asOf }),
      ...(search.cursor !== null && { cursor: search.cursor }),
    });
    return { search, problem: null, page };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { search, problem: error.message, page: null };
  }
}

/** The address of a search for rows, with changes. A changed search starts at its first row. */
export function rowsPath(key: string, search: RowSearch, changes: Partial<RowSearch> = {}): string {
  const { filters, order, asOf, cursor } = { ...search, cursor: null, ...changes };
  const parameters = new URLSearchParams(filters.map((filter) => ["where", filterText(filter)]));
  if (order) parameters.set("order", `${order.descending ? "-" : ""}${order.column}`);
  if (asOf !== null) parameters.set("as_of", String(asOf));
  if (cursor !== null) parameters.set("cursor", cursor);
  return `/assets/${key}${parameters.size > 0 ? `?${parameters}` : ""}#rows`;
}

/** A filter as the address writes it. */
export function filterText({ column, operator, value }: Filter): string {
  return `${column}.${operator}:${value}`;
}

/** Address of all rows of a search as a file. */
export function rowsFilePath(key: string, search: RowSearch, format: "json" | "csv" | "parquet"): string {
  const parameters = new URLSearchParams(
    search.filters.map(({ column, operator, value }) => [`${column}.${operator}`, value]),
  );
  if (search.order) parameters.set("order", `${search.order.descending ? "-" : ""}${search.order.column}`);
  if (search.asOf !== null) parameters.set("as_of", String(search.asOf));
  if (format !== "parquet") parameters.set("limit", "10000");
  parameters.set("format", format);
  return `/v1/assets/${key}/rows?${parameters}`;
}
