import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { z } from "zod";
import {
  type Engine,
  type Filter,
  InvalidRequestError,
  maxPageRows,
  maxTableRows,
  type Operator,
  operators,
} from "../engine/mod.ts";
import { parquetOf } from "../resources/parquet_file.ts";
import { csvOf } from "./csv.ts";
import { linkToNext } from "./links.ts";
import { parsed, singleValues, wholeNumber } from "./validation.ts";

const list = z.string().transform((text) => text.split(",").map((name) => name.trim()));

/** How rows can be answered, with the media type of each. */
const mediaTypes = {
  json: "application/json",
  csv: "text/csv",
  parquet: "application/vnd.apache.parquet",
} as const;
type Format = keyof typeof mediaTypes;
const formats = Object.keys(mediaTypes) as Format[];

/** Parameters that are not filters. A column of one of these names is reached as `name.eq`. */
const PageParameters = z.strictObject({
  order: list.optional(),
  fields: list.optional(),
  limit: wholeNumber(1, maxPageRows).default(1_000),
  cursor: z.string().max(10_000).optional(),
  as_of: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
  format: z.enum(formats).optional(),
});

/** A Parquet file is no page: it holds all rows, or the first `limit` of them. */
const TableParameters = PageParameters.extend({
  limit: wholeNumber(1, maxTableRows).optional(),
  cursor: z.undefined("A Parquet file begins at the first row. Leave the cursor out.").optional(),
});

/** `GET /v1/assets/:key/rows`. */
export function assetRowRoutes(engine: Engine) {
  return new Hono()
    // The rows of one version of an asset, filtered by `column=value` and `column.gte=value`: a page of JSON or CSV at a
    // time, or up to two million rows as one Parquet file.
    .get("/:key/rows", async (c) => {
      const key = c.req.param("key");
      const asset = engine.graph.asset(key);
      const { filters, parameters } = split(new URL(c.req.url).searchParams);
      c.header("Vary", "Accept");
      if ((parameters.format ?? wantedFormat(c)) === "parquet") {
        const { order, fields, limit, as_of: asOf } = parsed(TableParameters, parameters);
        const { signal } = c.req.raw;
        const { columns, data, materialization } = await engine.table(
          key,
          { filters, order, fields, limit, asOf },
          { signal },
        );
        return c.body(await parquetOf(columns, data, { signal }), 200, {
          "Content-Type": mediaTypes.parquet,
          "Content-Disposition": `attachment; filename="${asset.key}.parquet"`,
          ...(materialization !== null && { "Tandem-Materialization": String(materialization) }),
        });
      }
      const { order, fields, limit, cursor, as_of: asOf, format = wantedFormat(c) } = parsed(
        PageParameters,
        parameters,
      );
      const page = await engine.rows(key, { filters, order, fields, limit, cursor, asOf });
      if (page.nextCursor !== null) c.header("Link", linkToNext(c.req.url, { cursor: page.nextCursor }));
      if (format === "csv") {
        return c.body(csvOf(page.columns, page.rows), 200, {
          "Content-Type": "text/csv; charset=utf-8; header=present",
          "Content-Disposition": `attachment; filename="${asset.key}.csv"`,
        });
      }
      return c.json({ asset: asset.key, ...page });
    });
}

function wantedFormat(c: Context): Format {
  const type = accepts(c, { header: "Accept", supports: Object.values(mediaTypes), default: mediaTypes.json });
  return formats.find((format) => mediaTypes[format] === type) ?? "json";
}

function split(search: URLSearchParams): { filters: Filter[]; parameters: Record<string, string> } {
  const parameters = new URLSearchParams();
  const filters: Filter[] = [];
  for (const [name, value] of search) {
    if (Object.hasOwn(PageParameters.shape, name)) {
      parameters.append(name, value);
      continue;
    }
    const dot = name.lastIndexOf(".");
    const column = dot < 0 ? name : name.slice(0, dot);
    const operator = dot < 0 ? "eq" : name.slice(dot + 1);
    if (!isOperator(operator)) {
      const message = `There is no operator "${operator}". The operators are: ${operators.join(", ")}.`;
      throw new InvalidRequestError(message, [{ path: name, message }]);
    }
    filters.push({ column, operator, value });
  }
  return { filters, parameters: singleValues(parameters) };
}

function isOperator(name: string): name is Operator {
  return (operators as readonly string[]).includes(name);
}
