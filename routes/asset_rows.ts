import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { z } from "zod";
import {
  type AnyAsset,
  type AsOf,
  type Engine,
  InvalidRequestError,
  type Logger,
  maxPageRows,
  maxTableRows,
  messageOf,
  named,
  RowPage,
  type RowQuery,
  type RowVersion,
  StreamsBusyError,
} from "../engine/mod.ts";
import { arrowOf, parquetOf } from "../resources/parquet_file.ts";
import { AnswerCache, type CachedAnswer, etagOf, isKnown } from "./answer_cache.ts";
import { csvOf } from "./csv.ts";
import { dataSourceHeaders, sourceHeader } from "./data_source.ts";
import { linkToNext, nextPage } from "./links.ts";
import { ndjsonOf } from "./ndjson.ts";
import { assetKey, describeRoute } from "./openapi/describe_route.ts";
import { Problem } from "./problems.ts";
import { markStreamed } from "./streamed_answer.ts";
import { type LineFormat, rowBody } from "./row_body.ts";
import { asOfDescription, splitFilters, withVersion } from "./row_filters.ts";
import { asOf, parsed, wholeNumber } from "./validation.ts";

const list = z.string().transform((text) => text.split(",").map((name) => name.trim()));

/** Media types of the formats of rows. */
const mediaTypes = {
  json: "application/json",
  ndjson: "application/x-ndjson",
  csv: "text/csv",
  parquet: "application/vnd.apache.parquet",
  arrow: "application/vnd.apache.arrow.file",
} as const;
type Format = keyof typeof mediaTypes;
const formats = Object.keys(mediaTypes) as Format[];

/** Page size without `limit`. */
const defaultLimit = 1_000;
/** Total size of cached responses. */
const cacheBytes = 16 * 1024 * 1024;
/** How long a client may leave a stream unread. */
const defaultStallMs = 60_000;

/** Parameters that are not filters. A column with one of these names is filtered as `name.eq`. */
export const RowParameters = z.strictObject({
  order: list.optional().describe("Columns to sort by, separated by commas, with a leading `-` for descending"),
  fields: list.optional().describe("Columns to return, separated by commas"),
  limit: wholeNumber(1, maxPageRows).default(defaultLimit),
  cursor: z.string().max(10_000).optional().describe("`nextCursor` of the previous page"),
  as_of: asOf.optional().describe(asOfDescription),
  format: z.enum(formats).optional().describe("Instead of the Accept header"),
});

/** CSV and NDJSON have one page with `limit`, and all rows without it. */
const LineParameters = RowParameters.extend({
  limit: z.literal("all").or(wholeNumber(1, maxPageRows)).optional(),
});

/** Parquet and Arrow files have no pages: all rows, or the first `limit` of them. */
const TableParameters = RowParameters.extend({
  limit: z.literal("all").transform(() => undefined).or(wholeNumber(1, maxTableRows)).optional(),
  cursor: z.undefined("A file begins at the first row. Leave the cursor out.").optional(),
});

/** Parameters valid in any format; filters by column are added. */
const AnyRowParameters = RowParameters.extend({
  limit: z.literal("all").or(wholeNumber(1, maxTableRows)).default(defaultLimit).describe(
    `Number of rows: for JSON, or a page of text, at most ${maxPageRows}; for a file at most ${maxTableRows}. CSV, NDJSON and files contain all rows with \`all\` or without a limit`,
  ),
}).catchall(z.string());

/** A page of rows as JSON. */
const RowList = RowPage.extend({
  asset: z.string(),
  sources: z.array(z.string()).describe(
    "Data source of the rows, such as simulated (invented prices), csv or polygon",
  ),
});

const describeRows = describeRoute({
  tag: "Data",
  summary: "Rows of one version of an asset",
  description:
    'Filtered by `column=value` or `column.operator=value` with the operators `eq`, `ne`, `lt`, `lte`, `gt`, `gte`, `in` (values separated by commas, one with a comma or a quote in double quotes: `ticker.in=BRK.B,"A,B"`) and `contains` (part of a text, ASCII letters in any case); a column that has the name of a parameter is reached as `name.eq`, such as `as_of.eq=2026-11-27`. All filters must match. Consecutive pages (by cursor) come from one version, whatever is published between them.',
  path: assetKey,
  query: AnyRowParameters,
  example: { path: { key: "chosen_pairs" }, query: { order: "rank", limit: "5" } },
  answers: {
    200: {
      description: "Rows; files and streams of all rows with `limit=all`",
      schema: named("RowPage", RowList),
      mediaTypes: Object.values(mediaTypes),
      headers: {
        ...nextPage,
        ...dataSourceHeaders,
        ETag: "Identifies the rows",
        "Tandem-Materialization": "The version that was read",
        "Tandem-Committed-At": "Time of publication of that version",
        "Tandem-Row-Count": "Number of rows, if all are sent",
        Vary: "Accept",
      },
    },
    304: {
      description: "Unchanged since the ETag of the request",
      headers: { ...dataSourceHeaders, ETag: "The same", "Tandem-Materialization": "The current version" },
    },
  },
  problems: [404, 409],
});

/** A validated request for rows. */
interface RowRequest {
  asset: AnyAsset;
  query: RowQuery;
  version: RowVersion | undefined;
}

/** `GET /v1/assets/:key/rows`. */
export function assetRowRoutes(
  engine: Engine,
  { logger, stallMs = defaultStallMs }: { logger: Logger; stallMs?: number },
) {
  const answers = new AnswerCache(cacheBytes);
  return new Hono()
    // The rows of one version of an asset, filtered by `column=value` and `column.gte=value`: one page as JSON, CSV or NDJSON,
    // all rows as a stream of CSV or NDJSON, or up to two million rows as one Parquet or Arrow file.
    .get("/:key/rows", describeRows, async (c) => {
      const asset = engine.graph.asset(c.req.param("key"));
      const { filters, parameters } = splitFilters(new URL(c.req.url).searchParams, RowParameters.shape);
      c.header("Vary", "Accept");
      const format = (parameters.format ?? wantedFormat(c)) as Format;
      if (format === "parquet" || format === "arrow") {
        const { order, fields, limit, as_of: asOf } = parsed(TableParameters, parameters);
        const version = await versionOf(asset, { asOf });
        return await answerFile(c, { asset, query: { filters, order, fields, asOf }, version }, { format, limit });
      }
      if (format === "csv" || format === "ndjson") {
        const { order, fields, limit, cursor, as_of: asOf } = parsed(LineParameters, parameters);
        if (limit === "all" || (limit === undefined && cursor === undefined)) {
          if (cursor !== undefined) throw cursorOfAll();
          const version = await versionOf(asset, { asOf });
          return await answerStream(c, { asset, query: { filters, order, fields, asOf }, version }, format);
        }
        const version = await versionOf(asset, { asOf, cursor });
        const query = { filters, order, fields, asOf, cursor, limit: limit ?? defaultLimit };
        return await answerPage(c, { asset, query, version }, format);
      }
      if (parameters.limit === "all") throw allAsJson();
      const { order, fields, limit, cursor, as_of: asOf } = parsed(RowParameters, parameters);
      const version = await versionOf(asset, { asOf, cursor });
      return await answerPage(c, { asset, query: { filters, order, fields, asOf, cursor, limit }, version }, "json");
    });

  function versionOf(asset: AnyAsset, query: { asOf?: AsOf; cursor?: string }): Promise<RowVersion | undefined> {
    return withVersion(asset, query.asOf, () => engine.rowVersion(asset.key, query));
  }

  async function answerPage(
    c: Context,
    { asset, query, version }: RowRequest & { query: { limit: number; cursor?: string } },
    format: "json" | LineFormat,
  ): Promise<Response> {
    const sources = version ? await engine.origins([version.id]) : [];
    const etag = version && etagOf(pathOf(c), format, version.id, asset.schema.fingerprint, ...sources);
    const headers = versionHeaders(version, etag, sources);
    if (etag && isKnown(etag, c.req.header("If-None-Match"))) return c.body(null, 304, headers);
    const make = () => pageOf(c.req.url, { asset, query, version, sources }, format);
    const answer = etag ? await answers.of(etag, make) : await make();
    return c.body(answer.body, 200, { ...headers, ...answer.headers });
  }

  async function pageOf(
    url: string,
    { asset, query, version, sources }: RowRequest & {
      query: { limit: number; cursor?: string };
      sources: readonly string[];
    },
    format: "json" | LineFormat,
  ): Promise<CachedAnswer> {
    const page = await engine.rows(asset.key, query, { version });
    const text = format === "json"
      ? JSON.stringify({ asset: asset.key, ...page, sources })
      : format === "csv"
      ? csvOf(page.columns, page.rows)
      : ndjsonOf(page.rows);
    return {
      body: new TextEncoder().encode(text),
      headers: {
        ...contentHeaders(asset, format),
        ...page.nextCursor !== null && { Link: linkToNext(url, { cursor: page.nextCursor }) },
      },
    };
  }

  async function answerStream(
    c: Context,
    { asset, query, version }: RowRequest,
    format: LineFormat,
  ): Promise<Response> {
    const sources = version ? await engine.origins([version.id]) : [];
    const etag = wholeEtag(c, { asset, version }, format);
    const headers = { ...versionHeaders(version, etag, sources), ...contentHeaders(asset, format) };
    if (etag && isKnown(etag, c.req.header("If-None-Match"))) return c.body(null, 304, headers);
    markStreamed(c);
    // A HEAD response has no body to stream.
    if (c.req.method === "HEAD") {
      await engine.rows(asset.key, { ...query, limit: 1 }, { version });
      return c.body(null, 200, headers);
    }
    const stream = await engine.rowStream(asset.key, query, { version }).catch((error) => {
      if (!(error instanceof StreamsBusyError)) throw error;
      throw new Problem("not-ready", error.message, { headers: { "Retry-After": "10" } });
    });
    const onError = (error: unknown) =>
      logger.warn(`${c.req.method} ${c.req.path} was aborted: ${messageOf(error)}`, { requestId: c.get("requestId") });
    return c.body(rowBody(stream, { format, stallMs, onError }), 200, {
      ...headers,
      "Tandem-Row-Count": String(stream.rowCount),
    });
  }

  async function answerFile(
    c: Context,
    { asset, query, version }: RowRequest,
    { format, limit }: { format: "parquet" | "arrow"; limit: number | undefined },
  ): Promise<Response> {
    const sources = version ? await engine.origins([version.id]) : [];
    const etag = wholeEtag(c, { asset, version }, format);
    const headers = versionHeaders(version, etag, sources);
    if (etag && isKnown(etag, c.req.header("If-None-Match"))) return c.body(null, 304, headers);
    const { signal } = c.req.raw;
    const { columns, data, rows } = await engine.table(asset.key, { ...query, limit }, { version, signal });
    const file = await (format === "parquet" ? parquetOf : arrowOf)(columns, data, { signal });
    return c.body(file, 200, { ...headers, ...contentHeaders(asset, format), "Tandem-Row-Count": String(rows) });
  }
}

/** Tag of a complete response: it depends on the content, not on the materialization that it is read from. */
function wholeEtag(
  c: Context,
  { asset, version }: Pick<RowRequest, "asset" | "version">,
  format: Format,
): string | undefined {
  return version && etagOf(pathOf(c), format, version.dataVersion, asset.schema.fingerprint);
}

function pathOf(c: Context): string {
  const { pathname, search } = new URL(c.req.url);
  return pathname + search;
}

function versionHeaders(
  version: RowVersion | undefined,
  etag: string | undefined,
  sources: readonly string[],
): Record<string, string> {
  if (!version || !etag) return {};
  return {
    ...sourceHeader(sources),
    ETag: etag,
    "Cache-Control": "private, no-cache",
    "Tandem-Materialization": String(version.id),
    "Tandem-Committed-At": version.committedAt,
  };
}

function contentHeaders(asset: AnyAsset, format: Format): Record<string, string> {
  const type = format === "csv" ? "text/csv; charset=utf-8; header=present" : mediaTypes[format];
  if (format === "json") return { "Content-Type": type };
  return { "Content-Type": type, "Content-Disposition": `attachment; filename="${asset.key}.${format}"` };
}

function allAsJson(): InvalidRequestError {
  const message =
    `A page of JSON has at most ${maxPageRows} rows. For all rows set format to ndjson, csv, parquet or arrow.`;
  return new InvalidRequestError(message, [{ path: "limit", message }]);
}

function cursorOfAll(): InvalidRequestError {
  const message = "All rows begin at the first one. Leave the cursor out, or set a limit.";
  return new InvalidRequestError(message, [{ path: "cursor", message }]);
}

function wantedFormat(c: Context): Format {
  const type = accepts(c, { header: "Accept", supports: Object.values(mediaTypes), default: mediaTypes.json });
  return formats.find((format) => mediaTypes[format] === type) ?? "json";
}
