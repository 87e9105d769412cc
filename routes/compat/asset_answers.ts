import type { Context } from "hono";
import { z } from "zod";
import { type Engine, type Filter, type Materialization, maxPageRows, type PageQuery } from "../../engine/mod.ts";
import { linkToNext } from "../links.ts";
import { wholeNumber } from "../validation.ts";
import { OldError } from "./old_errors.ts";
import { compat } from "./strict_query.ts";

/** A row of an asset. */
export type Row = Record<string, unknown>;

const date = z.iso.date("A date such as 2024-01-31 is wanted.");
const noDates = z.undefined("What is listed here has no dates.").optional();

/** What may be asked of a list beyond what the original services offered. */
export const ListParameters = z.object({
  compat,
  from: noDates,
  to: noDates,
  limit: wholeNumber(1, maxPageRows).optional(),
  cursor: z.string().max(10_000).optional(),
  fields: z.string().transform((text) => text.split(",").map((name) => name.trim())).optional(),
});

/** The same of a list with dates: both ends are included. */
export const DatedListParameters = ListParameters.extend({ from: date.optional(), to: date.optional() });

/**
 * The latest version of an asset.
 *
 * @throws {OldError} 503 if there has never been one.
 */
export async function latestVersion(engine: Engine, key: string): Promise<Materialization> {
  const [latest] = await engine.materializations(key, { limit: 1 });
  if (latest) return latest;
  throw new OldError(503, `There is no "${key}" yet. It comes with the first run; try again later.`, {
    "Retry-After": "60",
  });
}

/** Rows of one version, as many as asked for or all of them, a page at a time. */
export async function rowsOf(
  engine: Engine,
  version: Materialization,
  query: Omit<PageQuery, "limit" | "asOf"> & { limit?: number },
): Promise<{ rows: Row[]; nextCursor: string | null }> {
  const { limit, ...rest } = query;
  const rows: Row[] = [];
  let cursor = query.cursor;
  for (;;) {
    const page = await engine.rows(version.key, { ...rest, cursor, limit: limit ?? maxPageRows, asOf: version.id });
    rows.push(...page.rows);
    if (limit !== undefined || page.nextCursor === null) return { rows, nextCursor: page.nextCursor };
    cursor = page.nextCursor;
  }
}

/**
 * Answers with what is made of some versions of assets, under an ETag of their contents; with 304, and without making it, where
 * the client has that already.
 */
export async function answerVersions(
  c: Context,
  versions: readonly Materialization[],
  make: () => Promise<unknown> | unknown,
): Promise<Response> {
  const etag = `"${versions.map(({ contentVersion }) => contentVersion).join(".")}"`;
  const headers = { ETag: etag, "Cache-Control": "private, no-cache" };
  const known = c.req.header("If-None-Match")?.split(",").map((tag) => tag.trim().replace(/^W\//, "")) ?? [];
  if (known.includes(etag)) return c.body(null, 304, headers);
  // First, so that no fault is answered under the ETag.
  const body = await make();
  return c.json(body, 200, headers);
}

/** How the rows of an asset become a list of the original API. */
export interface OldList {
  /** Its latest version, or the one of the page before. */
  version: Materialization;
  /** Other versions that the answers are made of. */
  others?: readonly Materialization[];
  filters?: readonly Filter[];
  /** The column with the dates, for `from` and `to`. */
  dateColumn?: string;
  /** Makes the objects of a page; all have the same fields. */
  answers(rows: readonly Row[]): Promise<Row[]> | Row[];
  /** Names of these fields. */
  fields: readonly string[];
  /** What is said with 404 where there is no row whatever the dates; without it the list is empty then. */
  missing?: string;
}

/** Answers with a list: a bare array, as the original did; the `Link` header leads to the next page where there is one. */
export async function answerList(
  c: Context,
  engine: Engine,
  parameters: z.output<typeof DatedListParameters> | z.output<typeof ListParameters>,
  list: OldList,
): Promise<Response> {
  const { from, to, limit, cursor, fields } = parameters;
  const unknown = fields?.find((name) => !list.fields.includes(name));
  if (unknown !== undefined) {
    throw new OldError(400, `fields: There is no "${unknown}". There are: ${list.fields.join(", ")}.`);
  }
  const { version, others = [], filters = [], dateColumn, missing } = list;
  const dates: Filter[] = [];
  if (from !== undefined) dates.push({ column: dateColumn!, operator: "gte", value: from });
  if (to !== undefined) dates.push({ column: dateColumn!, operator: "lte", value: to });
  return await answerVersions(c, [version, ...others], async () => {
    const { rows, nextCursor } = await rowsOf(engine, version, { filters: [...filters, ...dates], limit, cursor });
    if (rows.length === 0 && missing !== undefined) {
      const any = dates.length === 0 ? [] : (await rowsOf(engine, version, { filters, limit: 1 })).rows;
      if (any.length === 0) throw new OldError(404, missing);
    }
    if (nextCursor !== null) c.header("Link", linkToNext(c.req.url, { cursor: nextCursor }));
    const answers = await list.answers(rows);
    return fields === undefined ? answers : answers.map((answer) => pick(answer, fields));
  });
}

/**
 * The version that a list is read from: that of the page before where a cursor tells it, else the latest.
 *
 * @throws {OldError | InvalidRequestError} 503 if there has never been one; 400 for a cursor of something else.
 */
export async function listedVersion(engine: Engine, key: string, cursor: string | undefined): Promise<Materialization> {
  const latest = await latestVersion(engine, key);
  if (cursor === undefined) return latest;
  const { materialization } = await engine.rows(key, { cursor, limit: 1 });
  if (materialization === null || materialization === latest.id) return latest;
  return await versionOf(engine, key, materialization) ?? latest;
}

/** One version of an asset. */
export async function versionOf(engine: Engine, key: string, id: number): Promise<Materialization | undefined> {
  const [version] = await engine.materializations(key, { limit: 1, before: id + 1 });
  return version?.id === id ? version : undefined;
}

function pick(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}

/** The rows of a version that hold as of its newest as-of session, which the original had alone. */
export async function newestOnly(engine: Engine, { key, id }: Materialization): Promise<Filter[]> {
  const newest = await engine.newestDate(key, { asOf: id });
  return newest === null ? [] : [equals(engine.graph.asset(key).cells!.date!, newest)];
}

/** A filter for equality. */
export function equals(column: string, value: string): Filter {
  return { column, operator: "eq", value };
}
