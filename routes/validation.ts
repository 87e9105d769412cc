import type { MiddlewareHandler } from "hono";
import { z } from "zod";
import { parseNames } from "../engine/mod.ts";
import { describing } from "./openapi/describe_route.ts";
import { type Fault, Problem, type ProblemKind } from "./problems.ts";

/** How deep a body may nest: more than any settings need, less than makes recursion dangerous. */
const maxDepth = 32;

/**
 * Reads the body as JSON of the given shape; no body at all counts as `{}`. The handler gets it from `c.req.valid("json")`.
 *
 * Anything else than JSON is refused by its media type, which also keeps out the forms that a foreign page can send.
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
 * Reads the query parameters. The handler gets them from `c.req.valid("query")`. One that is unknown or comes twice is
 * refused, so that a misspelt one is not taken for one that was left out.
 */
export function query<S extends z.ZodType<unknown, Record<string, string | undefined>>>(
  schema: S,
): MiddlewareHandler<object, string, { in: { query: z.input<S> }; out: { query: z.output<S> } }> {
  return describing({ query: schema }, async (c, next) => {
    c.req.addValidatedData("query", parsed(schema, singleValues(new URL(c.req.url).searchParams)) as object);
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

/** Between which whole numbers a text must lie that {@link wholeNumber} reads; `undefined` for any other schema. */
export function boundsOf(schema: object): { min: number; max: number } | undefined {
  return bounded.get(schema);
}

/** More than the keys of a thousand assets; each list of runs repeats it. */
const maxSelection = 16_384;

/** A selection of assets, in a body. */
export const selectionText = z.string().max(
  maxSelection,
  `A selection has at most ${maxSelection} characters. Select by group:NAME, key+ or *.`,
);

/** The id of something that is numbered, in a path. @throws {Problem} If there can be none with this id. */
export function pathId(text: string, unknown: { kind: ProblemKind; message: string }): number {
  const id = Number(text);
  if (!/^[1-9]\d*$/.test(text) || !Number.isSafeInteger(id)) throw new Problem(unknown.kind, unknown.message);
  return id;
}

/** The id of something that is numbered, in a query. */
const idNumber = wholeNumber(1, Number.MAX_SAFE_INTEGER);

/** Parameters of a list of what is numbered, newest first. */
export const idPage = {
  limit: wholeNumber(1, 1_000).default(50).describe("Maximum number"),
  before: idNumber.optional().describe("Only items before this id"),
};

/** A version: the id of a materialization as a number; a time or a date, which the engine reads, as it is. */
export const asOf = z.string().max(64).transform((text, context): number | string => {
  if (!/^\d+$/.test(text)) return text;
  const id = Number(text);
  if (Number.isSafeInteger(id) && id > 0) return id;
  context.addIssue({ code: "custom", message: `A whole number from 1 to ${Number.MAX_SAFE_INTEGER} is required.` });
  return z.NEVER;
});

/** Parses a value, or throws the problem that names each fault by its path. */
export function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw refusal(
    result.error.issues.flatMap((issue): Fault[] =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => ({
          path: [...issue.path, key].join("."),
          message: "Unknown name.",
        }))
        : [{ path: issue.path.join("."), message: issue.message }]
    ),
  );
}

/** Parameters by name. @throws {Problem} If one comes twice. */
export function singleValues(parameters: URLSearchParams): Record<string, string> {
  const values: [string, string][] = [];
  for (const name of new Set(parameters.keys())) {
    const [value, ...more] = parameters.getAll(name);
    if (more.length > 0) throw refusal([{ path: name, message: "The parameter is repeated." }]);
    if (!isStorable(value!)) throw refusal([{ path: name, message: "The text contains NUL or half a character." }]);
    values.push([name, value!]);
  }
  // Defines its properties, so that none is taken for the prototype.
  return Object.fromEntries(values);
}

function refusal(errors: readonly Fault[]): Problem {
  const said = errors.map(({ path, message }) => path === "" ? message : `${path}: ${message}`).join(" ");
  return new Problem("invalid-request", said, { errors });
}

/** The first value that JSON can say and PostgreSQL's jsonb cannot hold, or that nests too deeply. Does not recurse. */
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
      // Records drop it without a word: a setting that was sent would not be heeded.
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
