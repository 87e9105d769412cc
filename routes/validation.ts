import type { Context, MiddlewareHandler } from "hono";
import { z } from "zod";
import { parseNames, readValue } from "../engine/mod.ts";
import { describing } from "./openapi/describe_route.ts";
import { type Fault, Problem, type ProblemKind } from "./problems.ts";

/** Maximum nesting of a body: more than any settings need, less than makes recursion dangerous. */
const maxDepth = 32;

/**
 * Reads the body as JSON of the given shape; no body at all counts as `{}`. The handler gets it from `c.req.valid("json")`.
 *
 * Other media types than JSON are rejected, which also blocks forms sent by pages of other sites.
 */
export function jsonBody<S extends z.ZodType>(
  schema: S,
): MiddlewareHandler<object, string, { in: { json: z.input<S> }; out: { json: z.output<S> } }> {
  return describing({ body: schema }, async (c, next) => {
    const text = await c.req.text();
    let body: unknown = {};
    if (text.trim() !== "") {
      if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(c.req.header("Content-Type") ?? "")) {
        throw new Problem("unsupported-media-type", "Send the body as application/json.", {
          headers: { Accept: "application/json" },
        });
      }
      try {
        body = JSON.parse(text);
      } catch (error) {
        const said = `The body is not JSON: ${(error as SyntaxError).message}.`;
        throw new Problem("invalid-request", said, { errors: [{ path: "", message: said }] });
      }
      const fault = unstorable(body);
      if (fault) throw refusal([fault]);
    }
    c.req.addValidatedData("json", parsed(schema, body) as object);
    await next();
  });
}

/**
 * Reads the query parameters. The handler gets them from `c.req.valid("query")`. Unknown or repeated parameters are rejected, so
 * that a misspelt one is not silently ignored, unless `read` reads them otherwise.
 */
export function query<S extends z.ZodType<unknown, Record<string, string | undefined>>>(
  schema: S,
  read: (c: Context, parameters: URLSearchParams) => Record<string, string> = (_, parameters) =>
    singleValues(parameters),
): MiddlewareHandler<object, string, { in: { query: z.input<S> }; out: { query: z.output<S> } }> {
  return describing({ query: schema }, async (c, next) => {
    c.req.addValidatedData("query", parsed(schema, read(c, new URL(c.req.url).searchParams)) as object);
    await next();
  });
}

const bounded = new WeakMap<object, { min: number; max: number }>();

/** A query parameter that is a whole number within bounds. */
export function wholeNumber(min: number, max: number) {
  const wanted = `A whole number from ${min} to ${max} is required.`;
  const text = z.string().regex(/^\d{1,16}$/, wanted);
  bounded.set(text, { min, max });
  return text.transform(Number).pipe(z.number().min(min, wanted).max(max, wanted));
}

/** Bounds of a {@link wholeNumber} schema; `undefined` for any other schema. */
export function boundsOf(schema: object): { min: number; max: number } | undefined {
  return bounded.get(schema);
}

/** More than the keys of a thousand assets; limited because each list of runs repeats it. */
const maxSelection = 16_384;

/** A selection of assets, in a body. */
export const selectionText = z.string().max(
  maxSelection,
  `A selection has at most ${maxSelection} characters. Select by group:NAME, key+ or *.`,
);

/** An id in a path. @throws {Problem} If the text cannot be an id. */
export function pathId(text: string, unknown: { kind: ProblemKind; message: string }): number {
  const id = Number(text);
  if (!/^[1-9]\d*$/.test(text) || !Number.isSafeInteger(id)) throw new Problem(unknown.kind, unknown.message);
  return id;
}

/** An id in a query. */
const idNumber = wholeNumber(1, Number.MAX_SAFE_INTEGER);

/** Parameters of a list of items with ids, newest first. */
export const idPage = {
  limit: wholeNumber(1, 1_000).default(50).describe("Maximum number"),
  before: idNumber.optional().describe("Only items before this id"),
};

/** A version: a materialization id as a number; a time or a date as text, which the engine parses. */
export const asOf = z.string().max(64).transform((text, context): number | string => {
  if (!/^\d+$/.test(text)) return text;
  const id = Number(text);
  if (Number.isSafeInteger(id) && id > 0) return id;
  context.addIssue({ code: "custom", message: `A whole number from 1 to ${Number.MAX_SAFE_INTEGER} is required.` });
  return z.NEVER;
});

/** Parses a value; a problem names each fault by its path. */
export function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const read = readValue(schema, value);
  if (read.ok) return read.value;
  throw refusal(read.faults);
}

/** Parameters by name. @throws {Problem} If one is repeated. */
export function singleValues(parameters: URLSearchParams): Record<string, string> {
  const values: [string, string][] = [];
  for (const name of new Set(parameters.keys())) {
    const [value, ...more] = parameters.getAll(name);
    if (more.length > 0) throw refusal([{ path: name, message: "The parameter is repeated." }]);
    if (!isStorable(value!)) throw refusal([{ path: name, message: "The text contains NUL or half a character." }]);
    values.push([name, value!]);
  }
  // Defines own properties, so that no name sets the prototype.
  return Object.fromEntries(values);
}

function refusal(errors: readonly Fault[]): Problem {
  const said = errors.map(({ path, message }) => path === "" ? message : `${path}: ${message}`).join(" ");
  return new Problem("invalid-request", said, { errors });
}

/** The first value that JSON allows and PostgreSQL's jsonb does not, or that nests too deeply. Does not recurse. */
function unstorable(body: unknown): Fault | undefined {
  const open: { value: unknown; path: string; depth: number }[] = [{ value: body, path: "", depth: 0 }];
  while (open.length > 0) {
    const { value, path, depth } = open.pop()!;
    if (typeof value === "string" && !isStorable(value)) {
      return { path, message: "The text contains NUL or half a character." };
    }
    if (typeof value !== "object" || value === null) continue;
    if (depth >= maxDepth) return { path, message: `The body nests deeper than ${maxDepth} levels.` };
    for (const [key, inner] of Object.entries(value)) {
      if (!isStorable(key)) return { path, message: "The name of a property contains NUL or half a character." };
      // Zod's records drop it silently: a setting that was sent would be ignored.
      if (key === "__proto__") return { path, message: "A property must not be named __proto__." };
      open.push({ value: inner, path: path === "" ? key : `${path}.${key}`, depth: depth + 1 });
    }
  }
}

function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

/** Names of partitions, such as tickers, in one parameter. */
export const nameList = z.string().transform((text) => parseNames(text).filter((name) => name !== ""))
  .describe(
    'Separated by commas; a name with a comma or a quote is put in double quotes, its own quotes doubled: `BRK.B,"A,B"`',
  );
