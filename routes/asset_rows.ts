import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { z } from "zod";
import { type Engine, type Filter, InvalidRequestError, maxPageRows, type Operator, operators } from "../engine/mod.ts";
import { csvOf } from "./csv.ts";
import { linkToNext } from "./links.ts";
import { parsed, singleValues, wholeNumber } from "./validation.ts";

const list = z.string().transform((text) => text.split(",").map((name) => name.trim()));

/** Parameters that are not filters. A column of one of these names is reached as `name.eq`. */
const PageParameters = z.strictObject({
  order: list.optional(),
  fields: list.optional(),
  limit: wholeNumber(1, maxPageRows).default(1_000),
  cursor: z.string().max(10_000).optional(),
  as_of: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
  format: z.enum(["json", "csv"]).optional(),
});

/** `GET /v1/assets/:key/rows`. */
export function assetRowRoutes(engine: Engine) {
  return new Hono()
    // The rows of one version of an asset, filtered by `column=value` and `column.gte=value`, a page at a time.
    .get("/:key/rows", async (c) => {
      const key = c.req.param("key");
      const asset = engine.graph.asset(key);
      const { filters, parameters } = split(new URL(c.req.url).searchParams);
      const { order, fields, limit, cursor, as_of: asOf, format = wantedFormat(c) } = parsed(
        PageParameters,
        parameters,
      );
      const page = await engine.rows(key, { filters, order, fields, limit, cursor, asOf });
      c.header("Vary", "Accept");
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

function wantedFormat(c: Context): "json" | "csv" {
  const type = accepts(c, {
    header: "Accept",
    supports: ["application/json", "text/csv"],
    default: "application/json",
  });
  return type === "text/csv" ? "csv" : "json";
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
