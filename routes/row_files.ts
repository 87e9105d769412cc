import { Hono } from "hono";
import { z } from "zod";
import { type Engine, RowFileList } from "../engine/mod.ts";
import { assetKey, describeRoute } from "./openapi/describe_route.ts";
import { asOf, query } from "./validation.ts";

const Version = z.strictObject({
  as_of: asOf.optional().describe("A materialization, or a time: the version current then; the latest by default"),
});

const describeFiles = describeRoute({
  tag: "Assets",
  summary: "Parquet files with the rows of a version of an asset, for other programs",
  description:
    "The files together have exactly the rows of the version, and the column `_from`: the materialization that added a row, or null for the first one of its file. Files never change; they are deleted once no kept version has them. 400 for an asset with rows in the database.",
  path: assetKey,
  query: Version,
  answers: { 200: { description: "The files, by month", schema: RowFileList } },
  problems: [404],
});

/** `GET /v1/assets/:key/files`. Routes under `/v1/assets`. */
export function rowFileRoutes(engine: Engine) {
  return new Hono().get("/:key/files", describeFiles, query(Version), async (c) => {
    const { key } = engine.graph.asset(c.req.param("key"));
    return c.json(await engine.rowFiles(key, { asOf: c.req.valid("query").as_of }));
  });
}
