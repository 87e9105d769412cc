/** The OpenAPI document, built from the schemas that validate requests and that tests check responses against. */
import { Hono } from "hono";
import { z } from "zod";
import { isKnown } from "../answer_cache.ts";
import { describeRoute } from "./describe_route.ts";
import { type ListedRoute, type OpenApiDocument, openApiDocument } from "./document.ts";

export interface DocumentOptions {
  /** Of the service. */
  version: string;
  /** All routes of the application. */
  routes(): readonly ListedRoute[];
}

/** `GET /openapi.json`. */
export function documentRoutes(options: DocumentOptions) {
  let written: Promise<{ text: string; etag: string }> | undefined;
  return new Hono().get(
    "/openapi.json",
    describeRoute({
      tag: "Health",
      summary: "This document",
      answers: {
        200: {
          description: "OpenAPI 3.1",
          schema: z.looseObject({ openapi: z.string() }),
          headers: { ETag: "Identifies the document" },
        },
        304: { description: "Unchanged since the ETag of the request", headers: { ETag: "The same" } },
      },
    }),
    async (c) => {
      const { text, etag } = await (written ??= write(openApiDocument(options.routes(), options)));
      const headers = { ETag: etag, "Cache-Control": "no-cache" };
      if (isKnown(etag, c.req.header("If-None-Match"))) return c.body(null, 304, headers);
      return c.body(text, 200, { ...headers, "Content-Type": "application/json" });
    },
  );
}

async function write(document: OpenApiDocument): Promise<{ text: string; etag: string }> {
  const text = JSON.stringify(document);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return { text, etag: `"${digest.slice(0, 12).toHex()}"` };
}

export {
  type DescribedAnswer,
  type DescribedOperation,
  describedRoutes,
  type OpenApiDocument,
  openApiDocument,
  type Parameter,
} from "./document.ts";
export type { JsonSchema } from "./json_schema.ts";
