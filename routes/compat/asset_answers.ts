import type { Context } from "hono";
import { z } from "zod";
import {
  type ColumnOf,
  type Engine,
  equalTo,
  type Filter,
  maxPageRows,
  type RowVersion,
  type View,
} from "../../engine/mod.ts";
import { type AnswerCache, etagOf, isKnown } from "../answer_cache.ts";
import { sourceOfVersions } from "../data_source.ts";
import { linkToNext } from "../links.ts";
import { wholeNumber } from "../validation.ts";
import { OldError } from "./old_errors.ts";
import { type Compat, compat } from "./strict_query.ts";

const date = z.iso.date("A date such as 2024-01-31 is required.");
const noDates = z.undefined("These rows have no dates.").optional();

/** Time of the requested versions. A response made from several assets has no single materialization id. */
export const moment = z.string().max(64)
  .refine(
    (text) => !/^\d*$/.test(text),
    "A date such as 2024-01-31 or a time such as 2024-01-31T15:30:00Z is required.",
  )
  .optional().describe("State at this time or at the end of this date; default the latest");

/** Parameters of a list beyond those of the original services. */
export const ListParameters = z.object({
  compat,
  as_of: moment,
  from: noDates,
  to: noDates,
  limit: wholeNumber(1, maxPageRows).optional().describe("Maximum number; default all"),
  cursor: z.string().max(10_000).optional().describe("End of the previous page, from its Link header"),
  fields: z.string().transform((text) => text.split(",").map((name) => name.trim())).optional()
    .describe("Fields to return, separated by commas"),
});

/** Parameters of a list with dates; both bounds are inclusive. */
export const DatedListParameters = ListParameters.extend({
  from: date.optional().describe("First date, included"),
  to: date.optional().describe("Last date, included"),
});

/** Parts of the engine used here. */
export type OldEngine = Pick<
  Engine,
  "graph" | "read" | "newestDate" | "rowVersion" | "materializations" | "origins"
>;

/** Dependencies of the routes that read. */
export interface OldReads {
  engine: OldEngine;
  /** Recent responses. */
  answers: AnswerCache;
}

/**
 * The requested version of an asset: the latest, that of a moment, or that of the previous page.
 *
 * @throws {OldError | InvalidRequestError} 503 if there has never been one; 400 if there was none at that moment, and for a cursor of another list.
 */
export async function wantedVersion(
  engine: OldEngine,
  { key }: View<unknown>,
  { as_of: asOf, cursor }: { as_of?: string; cursor?: string } = {},
): Promise<RowVersion> {
  const version = await engine.rowVersion(key, { asOf, cursor });
  if (version) return version;
  throw new OldError(503, `"${key}" has not been materialized yet. Try again after the first run.`, {
    "Retry-After": "60",
  });
}

/** The original's times of each row. Tandem has one for all rows: the first publication of their content. */
export async function timesOf(
  engine: OldEngine,
  version: RowVersion,
): Promise<{ created_at: string; updated_at: string }> {
  const at = inMilliseconds(await unchangedSince(engine, version));
  return { created_at: at, updated_at: at };
}

/** When the content of a version was first published. */
async function unchangedSince(engine: OldEngine, version: RowVersion): Promise<string> {
  let { committedAt, id: before } = version;
  // Assets that change daily need one query; the bound is for those that never change.
  for (let look = 0; look < 100; look++) {
    const earlier = await engine.materializations(version.key, { limit: 50, before });
    for (const one of earlier) {
      if (one.dataVersion !== version.dataVersion) return committedAt;
      ({ committedAt, id: before } = one);
    }
    if (earlier.length === 0) break;
  }
  return committedAt;
}

/** Always three digits: the database omits trailing zeros. */
export function inMilliseconds(time: unknown): string {
  return new Date(time as string).toISOString();
}

/** Version of the responses' form. Raise it if the same versions give other responses: clients cache them by ETag. */
const ANSWERS = 2;

/** Inputs of a response besides versions and address. */
function shape(c: Context): string {
  return `${ANSWERS}${(c.get("compat") as Compat | undefined) === "strict" ? "s" : ""}`;
}

/**
 * Answers with a response computed from versions of assets and the address alone, with an ETag of these; with 304, without
 * computing it, if the client has it already. Recent responses are cached.
 */
export async function answerVersions(
  c: Context,
  { engine, answers }: OldReads,
  versions: readonly Pick<RowVersion, "id" | "dataVersion">[],
  make: () => Promise<{ body: unknown; headers?: Record<string, string> }>,
): Promise<Response> {
  const etag = `"${[shape(c), ...versions.map(({ dataVersion }) => dataVersion)].join(".")}"`;
  const headers = { ETag: etag, "Cache-Control": "private, no-cache", ...await sourceOfVersions(engine, versions) };
  if (isKnown(etag, c.req.header("If-None-Match"))) return c.body(null, 304, headers);
  const { pathname, search } = new URL(c.req.url);
  const name = etagOf(pathname, search, ...versions.map(({ id }) => id));
  // Before setting the ETag, so that no error is answered with it.
  const answer = await answers.of(name, async () => {
    const made = await make();
    return {
      body: new TextEncoder().encode(JSON.stringify(made.body)),
      headers: { "Content-Type": "application/json", ...made.headers },
    };
  });
  return c.body(answer.body, 200, { ...headers, ...answer.headers });
}

/** A list of the original API, made from the rows of an asset. */
export interface OldList<Row> {
  view: View<Row>;
  /** The latest version of the asset, or that of a moment or of the previous page. */
  version: RowVersion;
  /** Further versions that the response is computed from. */
  others?: readonly Pick<RowVersion, "id" | "dataVersion">[];
  /** Filters of the rows; they must depend on version and address alone. */
  filters?(): Promise<readonly Filter<ColumnOf<Row>>[]> | readonly Filter<ColumnOf<Row>>[];
  /** The column of dates, for `from` and `to`. */
  dateColumn?: ColumnOf<Row>;
  /** Makes the objects of a page; all have the same fields. */
  answers(rows: readonly Pick<Row, ColumnOf<Row>>[]): Promise<object[]> | object[];
  /** Names of the objects' fields. */
  fields: readonly string[];
  /** Message of the 404 if there are no rows on any date; without it the list is empty then. */
  missing?: string;
}

/** Answers with a list: a bare array, as in the original; the `Link` header points to the next page, if any. */
export async function answerList<Row>(
  c: Context,
  reads: OldReads,
  parameters: z.output<typeof DatedListParameters> | z.output<typeof ListParameters>,
  list: OldList<Row>,
): Promise<Response> {
  const { from, to, limit, cursor, fields } = parameters;
  const unknown = fields?.find((name) => !list.fields.includes(name));
  if (unknown !== undefined) {
    throw new OldError(400, `fields: There is no "${unknown}". There are: ${list.fields.join(", ")}.`);
  }
  const { engine } = reads;
  const { view, version, others = [], dateColumn, missing } = list;
  const dates: Filter<ColumnOf<Row>>[] = [];
  if (from !== undefined) dates.push({ column: dateColumn!, operator: "gte", value: from });
  if (to !== undefined) dates.push({ column: dateColumn!, operator: "lte", value: to });
  return await answerVersions(c, reads, [version, ...others], async () => {
    const filters = await list.filters?.() ?? [];
    const query = { filters: [...filters, ...dates], limit, cursor };
    const { rows, nextCursor } = await engine.read<Row>(view, query, { version });
    if (rows.length === 0 && missing !== undefined) {
      const any = dates.length === 0 ? [] : (await engine.read<Row>(view, { filters, limit: 1 }, { version })).rows;
      if (any.length === 0) throw new OldError(404, missing);
    }
    const answers = await list.answers(rows);
    return {
      body: fields === undefined ? answers : answers.map((answer) => pick(answer, fields)),
      headers: nextCursor === null ? undefined : { Link: linkToNext(c.req.url, { cursor: nextCursor }) },
    };
  });
}

function pick(answer: object, names: readonly string[]): object {
  const values = new Map(Object.entries(answer));
  return Object.fromEntries(names.map((name) => [name, values.get(name)]));
}

/** Filter for the newest as-of session of a version; the original had only that one. */
export async function newestOnly(engine: OldEngine, { key, id }: RowVersion): Promise<Filter<"as_of">[]> {
  const newest = await engine.newestDate(key, { asOf: id });
  return newest === null ? [] : equalTo({ as_of: newest });
}
