import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Hono } from "hono";
import assert from "node:assert/strict";
import { z } from "zod";
import {
  type DescribedAnswer,
  type DescribedOperation,
  openApiDocument,
  operations,
} from "../../routes/openapi/mod.ts";
import { describing } from "../../routes/validation.ts";
import { type Answer, isJson, read } from "./answer.ts";

/*
 * Answers are held against the document itself, as those read it who are not written in TypeScript, and by a validator that knows
 * nothing of the schemas that the document is made of: a document that says something else than these is found out.
 */

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

let made: Judge | undefined;

function judge(): Judge {
  if (made) return made;
  // What requests must be comes from validators of routes. All that these add to the answers is that a body may be of another type.
  const validator = describing({ body: z.unknown() }, (_c, next) => next());
  const routes = Object.keys(operations).map((name) => {
    const [method, path] = name.split(" ") as [string, string];
    return { method, path, handler: method === "POST" ? validator : {} };
  });
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
    // Of two that fit, the one with fewer parameters is the route.
    .sort((a, b) => a.path.split("{").length - b.path.split("{").length);
  return made = { templates, ajv };
}

/** The operation of the document that a request is for; `undefined` where there is none. */
export function operationFor(
  method: string,
  path: string,
): { name: string; operation: DescribedOperation } | undefined {
  const { pathname } = new URL(path, "http://localhost");
  const found = judge().templates.find((one) => one.method === method && one.pattern.test(pathname));
  return found && { name: `${found.method} ${found.path}`, operation: found.operation };
}

/**
 * Fails unless an answer is one that the document describes: its status is listed, its media type and the headers that a client goes on
 * by are those of that status, and its JSON fits the schema. Answers of paths that no operation has are passed over, as are those to
 * HEAD, which have no body.
 */
export function assertDescribed(
  method: string,
  path: string,
  { status, headers, text, json }: Pick<Answer, "status" | "headers" | "text" | "json">,
): void {
  const found = operationFor(method, path);
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
  const validate = validatorOf(name, { status, type });
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

/** Headers that a client goes on by. */
const telling = [
  "Link",
  "Location",
  "ETag",
  "Retry-After",
  "Tandem-Data-Source",
  "Tandem-Materialization",
  "Allow",
] as const;

/** Judges the answers of one status and media type. */
function validatorOf(name: string, { status, type }: { status: number; type: string }): ValidateFunction {
  const [method, path] = name.split(" ") as [string, string];
  const pointer = ["paths", path, method.toLowerCase(), "responses", String(status), "content", type, "schema"]
    .map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");
  const { ajv } = judge();
  // Compiled once: `getSchema` keeps it.
  return ajv.getSchema(`document#/${pointer}`)!;
}

/** Holds every answer of `app.request` against the document, whoever asks; of what is not JSON only status, headers and type. */
export function heldToDocument<A extends Pick<Hono, "request">>(app: A): A {
  const { request } = app;
  app.request = async (input, init, ...more) => {
    const response = await request(input, init, ...more);
    const { status, headers } = response;
    // A stream may have no end, and a test may count what is read of it.
    const whole = response.body === null || isJson(headers.get("Content-Type"));
    const answer = whole ? await read(response.clone()) : { status, headers, text: "not read", json: undefined };
    const asked = input instanceof Request ? input : { method: init?.method ?? "GET", url: String(input) };
    assertDescribed(asked.method.toUpperCase(), asked.url, answer);
    return response;
  };
  return app;
}
