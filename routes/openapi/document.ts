import type { z } from "zod";
import { scopeNeeded } from "../access/policy.ts";
import { OldErrorAnswer } from "../compat/old_errors.ts";
import { ProblemDetails } from "../problems.ts";
import { type Content, descriptionOf, type Operation, type RouteDescription } from "./describe_route.ts";
import { componentSchemas, type JsonSchema, jsonSchemaOf, referenceTo } from "./json_schema.ts";

/** A route in Hono's list. */
export interface ListedRoute {
  method: string;
  path: string;
  handler: object;
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: JsonSchema;
  example?: unknown;
}

export interface MediaContent {
  schema?: JsonSchema;
  example?: unknown;
}

export interface DescribedAnswer {
  description: string;
  headers?: Record<string, { description: string; schema: JsonSchema }>;
  content?: Record<string, MediaContent>;
}

export interface DescribedOperation {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  parameters: Parameter[];
  requestBody?: { required: boolean; description?: string; content: Record<string, MediaContent> };
  responses: Record<string, DescribedAnswer>;
  security: Record<string, string[]>[];
  "x-scope"?: string;
}

/** The OpenAPI 3.1 document of this service. */
export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  tags: { name: string }[];
  paths: Record<string, Record<string, DescribedOperation>>;
  components: {
    schemas: Record<string, JsonSchema>;
    securitySchemes: Record<string, JsonSchema>;
  };
}

/** Statuses common to all routes, and their meaning. */
const everywhere: Readonly<Record<number, string>> = {
  400: "Invalid request",
  401: "Credentials are required",
  403: "Not allowed for the caller, or sent by another site",
  408: "The body came too slowly",
  413: "The body is too large",
  414: "The address is too long",
  415: "Unsupported media type",
  429: "Request rate exceeded",
  431: "The headers are too large",
  500: "Internal error",
  503: "Not ready, or timed out",
};
const meanings: Readonly<Record<number, string>> = {
  ...everywhere,
  404: "Not found",
  409: "Not possible in the current state",
  422: "The idempotency key is in use",
};

/** Headers of error responses. */
const headersByStatus: Readonly<Record<number, Record<string, string>>> = {
  401: { "WWW-Authenticate": "The required credentials" },
  429: { "Retry-After": "Seconds to wait before a retry" },
  503: { "Retry-After": "Seconds to wait before a retry" },
};

/** Name under which Hono keeps the handler of a mounted app with its own error handler. */
const composed = "__COMPOSED_HANDLER";

/** A route with its description. */
export interface DescribedRoute extends RouteDescription {
  method: string;
  /** Without the patterns of its parameters: `/v1/assets/:key`. */
  path: string;
  operation: Operation;
}

/** The described routes, in order. */
export function describedRoutes(routes: readonly ListedRoute[]): DescribedRoute[] {
  const handlers = Map.groupBy(routes, ({ method, path }) => `${method} ${plain(path)}`);
  return [...handlers].flatMap(([name, found]) => {
    const [method, path] = name.split(" ") as [string, string];
    const { operation, ...demands } = descriptionOf(found.map(({ handler }) => innermost(handler)));
    return operation ? [{ ...demands, method, path, operation }] : [];
  });
}

/**
 * The OpenAPI document of the described routes. Parameters and bodies come from the routes' validators, responses from the
 * schemas that tests check responses against.
 */
export function openApiDocument(routes: readonly ListedRoute[], { version }: { version: string }): OpenApiDocument {
  const all = describedRoutes(routes);
  const paths: OpenApiDocument["paths"] = {};
  for (const route of all) (paths[templated(route.path)] ??= {})[route.method.toLowerCase()] = described(route);
  return {
    openapi: "3.1.1",
    info: {
      title: "Tandem",
      version,
      description:
        "An asset-oriented data service for pairs trading: assets with their data, runs, backfills, and the routes of the services that it replaces.",
      license: { name: "MIT", identifier: "MIT" },
    },
    tags: [...new Set(all.map(({ operation }) => operation.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "An access token: `deno task token create NAME`" },
        session: { type: "apiKey", in: "cookie", name: "__Host-tandem_session", description: "Of a signed-in session" },
      },
    },
  };
}

/** The original handler, unwrapped from mounted apps with their own error handlers. */
function innermost(handler: object): object {
  const inner = (handler as { [composed]?: object })[composed];
  return inner === undefined ? handler : innermost(inner);
}

function described({ method, path, operation, ...demands }: DescribedRoute): DescribedOperation {
  const { summary, description, tag, example } = operation;
  const old = /^\/(?:ml|trading|api)\//.test(path);
  const scope = scopeNeeded(method, path.replace(/:\w+/g, "1"));
  const body = demands.body ?? operation.body?.schema;
  const statuses = new Set<number>([
    400,
    ...(scope === null ? [] : [401]),
    // Also for a wrong Host header, so on every route.
    403,
    ...(method === "GET" ? [] : [408, 413]),
    414,
    429,
    431,
    500,
    503,
    ...(operation.problems ?? []),
    ...(body ? [415] : []),
  ]);
  const responses: Record<string, DescribedAnswer> = {};
  for (const [status, content] of Object.entries(operation.answers)) responses[status] = answerOf(content);
  for (const status of [...statuses].sort()) {
    responses[status] ??= {
      description: meanings[status]!,
      ...(headersByStatus[status] && { headers: headersOf(headersByStatus[status]) }),
      content: old
        ? { "application/json": { schema: referenceTo(OldErrorAnswer) } }
        : { "application/problem+json": { schema: referenceTo(ProblemDetails) } },
    };
  }
  return {
    operationId: operationId(method, path),
    summary,
    ...(description && { description }),
    tags: [tag],
    parameters: [
      ...Object.entries(operation.path ?? {}).map(([name, { description, schema }]): Parameter => {
        const type = jsonSchemaOf(schema, "input");
        return {
          name,
          in: "path",
          required: true,
          description,
          schema: type,
          ...exampleOf(type, example?.path?.[name]),
        };
      }),
      ...queryParameters(demands.query ?? operation.query, example?.query ?? {}),
      ...Object.entries(operation.headers ?? {}).map(([name, said]): Parameter => ({
        name,
        in: "header",
        required: false,
        description: said,
        schema: { type: "string" },
      })),
    ],
    ...(body && {
      requestBody: {
        required: operation.body !== undefined,
        ...(operation.body && { description: operation.body.description }),
        content: {
          "application/json": {
            schema: jsonSchemaOf(body, "input"),
            ...(example?.body !== undefined && { example: example.body }),
          },
        },
      },
    }),
    responses,
    security: scope === null ? [] : [{ token: [] }, { session: [] }],
    ...(scope !== null && { "x-scope": scope }),
  };
}

function answerOf({ description, schema, mediaTypes, headers }: Content): DescribedAnswer {
  const types = mediaTypes ?? (schema ? ["application/json"] : []);
  return {
    description,
    ...(headers && { headers: headersOf(headers) }),
    ...(types.length > 0 && {
      content: Object.fromEntries(
        types.map((type) => [type, type === "application/json" && schema ? { schema: referenceTo(schema) } : {}]),
      ),
    }),
  };
}

/** The example of a parameter, as a number if its schema is one. */
function exampleOf(schema: JsonSchema, text: string | undefined): { example?: unknown } {
  if (text === undefined) return {};
  return { example: takesIntegers(schema) && Number.isInteger(Number(text)) ? Number(text) : text };
}

function takesIntegers({ type, anyOf = [] }: { type?: unknown; anyOf?: JsonSchema[] }): boolean {
  return type === "integer" || anyOf.some(takesIntegers);
}

function headersOf(headers: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: "string" } }]),
  );
}

function queryParameters(schema: z.ZodType | undefined, examples: Readonly<Record<string, string>>): Parameter[] {
  if (!schema) return [];
  const { properties = {}, required = [], additionalProperties } = jsonSchemaOf(schema, "input") as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
    additionalProperties?: unknown;
  };
  const listed = Object.entries(properties).filter(([, property]) => !("not" in property)).map((
    [name, { description, ...property }],
  ): Parameter => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(typeof description === "string" && { description }),
    schema: property,
    ...exampleOf(property, examples[name]),
  }));
  if (typeof additionalProperties !== "object" || Object.keys(additionalProperties!).length === 0) return listed;
  return [...listed, {
    name: "column",
    in: "query",
    required: false,
    description: "Filters by columns of the asset: `column=value`, `column.gte=value`",
    schema: { type: "object", additionalProperties: { type: "string" } },
  }];
}

/** A path without the patterns of its parameters. */
function plain(path: string): string {
  return path.replace(/(:\w+)\{[^/]*/g, "$1");
}

function templated(path: string): string {
  return path.replace(/:(\w+)/g, "{$1}");
}

/** `GET /v1/assets/:key/rows` → `getAssetRows`; unique, since routes are. */
function operationId(method: string, path: string): string {
  const words = path.replace(/^\/v1\//, "/").split(/[/_.-]/).filter((word) => word !== "");
  const name = words.map((word) =>
    word.startsWith(":") ? `By${word[1]!.toUpperCase()}${word.slice(2)}` : word[0]!.toUpperCase() + word.slice(1)
  );
  return method.toLowerCase() + name.join("");
}
