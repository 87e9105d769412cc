import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Hono } from "hono";
import assert from "node:assert/strict";
import {
  type DescribedAnswer,
  type DescribedOperation,
  describedRoutes,
  openApiDocument,
} from "../../routes/openapi/mod.ts";
import { type Answer, isJson, read } from "./answer.ts";

/* Validates responses against the OpenAPI document itself, as clients in other languages use it, with a validator that is
   independent of the schemas from which the document is made: this detects a document that differs from them. */

interface Template {
  method: string;
  path: string;
  pattern: RegExp;
  operation: DescribedOperation;
}

interface Judge {
  templates: readonly Template[];
  ajv: Ajv2020;
}

/** An application whose routes are described. */
type Described = Pick<Hono, "request" | "routes">;

/** Validators by the routes that they cover: applications with the same routes have the same document. */
const judges = new Map<string, Judge>();

function judgeOf({ routes }: Described): Judge {
  const names = describedRoutes(routes).map(({ method, path }) => `${method} ${path}`).join("\n");
  const made = judges.get(names) ?? newJudge(routes);
  judges.set(names, made);
  return made;
}

function newJudge(routes: Described["routes"]): Judge {
  const document = openApiDocument(routes, { version: "1" });
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addSchema(document, "document");
  const templates = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Template => ({
      method: method.toUpperCase(),
      path,
      operation,
      pattern: new RegExp(
        `^${path.split("/").map((part) => part.startsWith("{") ? "[^/]+" : RegExp.escape(part)).join("/")}$`,
      ),
    }))
  )
    // If two match, the one with fewer parameters is the route.
    .sort((a, b) => a.path.split("{").length - b.path.split("{").length);
  return { templates, ajv };
}

/** The operation of an application's document for a request; `undefined` if there is none. */
export function operationFor(
  app: Described,
  { method, path }: { method: string; path: string },
): { name: string; operation: DescribedOperation } | undefined {
  return operationOf(judgeOf(app), { method, path });
}

function operationOf(
  { templates }: Judge,
  { method, path }: { method: string; path: string },
): { name: string; operation: DescribedOperation } | undefined {
  const { pathname } = new URL(path, "http://localhost");
  const found = templates.find((one) => one.method === method && one.pattern.test(pathname));
  return found && { name: `${found.method} ${found.path}`, operation: found.operation };
}

/**
 * Fails unless the document describes the response: its status is listed, its media type and the headers that clients use are
 * those of the status, and its JSON matches the schema. Skips responses of undocumented paths and to HEAD, which have no body.
 */
function assertDescribed(
  judge: Judge,
  request: { method: string; path: string },
  { status, headers, text, json }: Pick<Answer, "status" | "headers" | "text" | "json">,
): void {
  const found = operationOf(judge, request);
  if (!found) return;
  const { name, operation } = found;
  const answer: DescribedAnswer | undefined = operation.responses[status];
  assert.ok(answer, `${name} answers ${status}, which is not described: ${text.slice(0, 500)}`);
  for (const header of telling) {
    if (!headers.has(header)) continue;
    assert.ok(answer.headers?.[header], `${name} answers ${status} with ${header}, which is not described`);
  }
  if (answer.content === undefined) return assert.equal(text, "", `${name} answers ${status} with a body`);
  const type = (headers.get("Content-Type") ?? "none").split(";")[0]!.trim();
  const content = answer.content[type];
  assert.ok(content, `${name} answers ${status} as ${type}, not as ${Object.keys(answer.content).join(" or ")}`);
  if (content.schema === undefined || !isJson(type)) return;
  const validate = validatorOf(judge, { name, status, type });
  if (validate(json)) return;
  const faults = validate.errors!.slice(0, 5).map(({ instancePath, message, params }) =>
    `  ${instancePath || "/"}: ${message} ${JSON.stringify(params)}`
  );
  assert.fail(
    `${name} answers ${status} with what is not described:\n${faults.join("\n")}\n${
      JSON.stringify(json).slice(0, 1_000)
    }`,
  );
}

/** Headers that clients use. */
const telling = [
  "Link",
  "Location",
  "ETag",
  "Retry-After",
  "Tandem-Data-Source",
  "Tandem-Materialization",
  "Allow",
] as const;

/** Validator of the responses with one status and media type. */
function validatorOf(
  { ajv }: Judge,
  { name, status, type }: { name: string; status: number; type: string },
): ValidateFunction {
  const [method, path] = name.split(" ") as [string, string];
  const pointer = ["paths", path, method.toLowerCase(), "responses", String(status), "content", type, "schema"]
    .map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
  // Compiled once: `getSchema` caches it.
  return ajv.getSchema(`document#/${pointer}`)!;
}

/** Validates every response of `app.request` against the document; for non-JSON only status, headers and type. */
export function heldToDocument<A extends Described>(app: A): A {
  const { request } = app;
  let judge: Judge | undefined;
  app.request = async (input, init, ...more) => {
    const response = await request(input, init, ...more);
    const { status, headers } = response;
    // A stream may be endless, and a test may count how much of it is read.
    const whole = response.body === null || isJson(headers.get("Content-Type"));
    const answer = whole ? await read(response.clone()) : { status, headers, text: "not read", json: undefined };
    const asked = input instanceof Request ? input : { method: init?.method ?? "GET", url: String(input) };
    judge ??= judgeOf(app);
    assertDescribed(judge, { method: asked.method.toUpperCase(), path: asked.url }, answer);
    return response;
  };
  return app;
}
