import type { MiddlewareHandler } from "hono";
import { z } from "zod";

/** A body in one media type, or several. */
export interface Content {
  description: string;
  /** The schema of JSON; what has none is described by its media types. */
  schema?: z.ZodType;
  /** `application/json` where it has a schema, unless told otherwise. */
  mediaTypes?: readonly string[];
  headers?: Readonly<Record<string, string>>;
}

/** A part of a path that stands for something. */
export interface PathParameter {
  description: string;
  /** Of those that lead somewhere. */
  schema: z.ZodType;
}

/** Summary of a route, its inputs beyond its validators, and its responses. */
export interface Operation {
  summary: string;
  description?: string;
  tag: string;
  /** Of the query, where no validator says. */
  query?: z.ZodObject;
  /** Parameters of the path by name. */
  path?: Readonly<Record<string, PathParameter>>;
  headers?: Readonly<Record<string, string>>;
  /** Of the body, where no validator says. */
  body?: Content;
  /** By status. Errors that any route may answer are added to them. */
  answers: Readonly<Record<number, Content>>;
  /** Statuses of problems beyond those that any route may answer. */
  problems?: readonly number[];
  example?: { query?: Readonly<Record<string, string>>; path?: Readonly<Record<string, string>>; body?: unknown };
}

/** What the middleware of a route says of it. */
export interface RouteDescription {
  operation?: Operation;
  /** Schemas of body and query from a validator. */
  body?: z.ZodType;
  query?: z.ZodType;
}

const descriptions = new WeakMap<object, RouteDescription>();

/** Remembers what a middleware says of its route, so that the document of the API is made of the routes themselves. */
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

/** Path of something that is numbered. */
export function numbered(what: string): Readonly<Record<"id", PathParameter>> {
  return { id: { description: `Number of the ${what}`, schema: z.int().positive() } };
}
