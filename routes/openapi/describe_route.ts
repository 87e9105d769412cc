import type { MiddlewareHandler } from "hono";
import { z } from "zod";
import { named } from "../../engine/mod.ts";

/** A body in one media type, or several. */
export interface Content {
  description: string;
  /** The schema of JSON; content without one is described by its media types. */
  schema?: z.ZodType;
  /** `application/json` for content with a schema, unless given. */
  mediaTypes?: readonly string[];
  headers?: Readonly<Record<string, string>>;
}

/** A parameter in a path. */
export interface PathParameter {
  description: string;
  /** Of valid values. */
  schema: z.ZodType;
}

/** Summary of a route, its inputs beyond its validators, and its responses. */
export interface Operation {
  summary: string;
  description?: string;
  tag: string;
  /** Of the query, if no validator describes it. */
  query?: z.ZodObject;
  /** Parameters of the path by name. */
  path?: Readonly<Record<string, PathParameter>>;
  headers?: Readonly<Record<string, string>>;
  /** Of the body, if no validator describes it. */
  body?: Content;
  /** By status. Errors common to all routes are added. */
  answers: Readonly<Record<number, Content>>;
  /** Statuses of problems besides those common to all routes. */
  problems?: readonly number[];
  example?: { query?: Readonly<Record<string, string>>; path?: Readonly<Record<string, string>>; body?: unknown };
}

/** Description of a route by its middleware. */
export interface RouteDescription {
  operation?: Operation;
  /** Schemas of body and query from a validator. */
  body?: z.ZodType;
  query?: z.ZodType;
}

const descriptions = new WeakMap<object, RouteDescription>();

/** Attaches a description to a middleware, so that the OpenAPI document is made from the routes themselves. */
export function describing<M extends MiddlewareHandler>(what: RouteDescription, middleware: M): M {
  descriptions.set(middleware, what);
  return middleware;
}

/** Combined description of a route. */
export function descriptionOf(handlers: readonly object[]): RouteDescription {
  return Object.assign({}, ...handlers.map((handler) => descriptions.get(handler)));
}

/** Describes a route beside its handler: `.get("/", describeRoute({ … }), query(…), async (c) => …)`. Does nothing to requests. */
export function describeRoute(operation: Operation): MiddlewareHandler {
  return describing({ operation }, (_c, next) => next());
}

/** Path of an asset. */
export const assetKey = { key: { description: "Key of the asset, such as `daily_bars`", schema: z.string() } };

/** Path parameter for an id. */
export function numbered(what: string): Readonly<Record<"id", PathParameter>> {
  return { id: { description: `Number of the ${what}`, schema: z.int().positive() } };
}

/** A JSON object as an answer. Its schema has a name in the document. */
export function objectAnswer(
  name: string,
  fields: z.ZodRawShape,
  description: string,
  more: Omit<Content, "description" | "schema"> = {},
): Content {
  return { description, schema: named(name, z.strictObject(fields)), ...more };
}
