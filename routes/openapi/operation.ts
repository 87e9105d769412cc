import type { z } from "zod";

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

/** What a route is for, what it takes beyond what its validators say, and what it answers. */
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

/** Operations by method and path, as the routes have them: `GET /v1/assets/:key`. */
export type Operations = Readonly<Record<`${"GET" | "POST" | "PUT" | "DELETE"} /${string}`, Operation>>;
