/**
 * Requests made by the document of the API alone, good ones and broken ones: none may be answered with a fault of the server, or with
 * what the document does not describe.
 *
 * TANDEM_FUZZ_REQUESTS is how many on each database (1,500 unless told otherwise), TANDEM_FUZZ_SEED repeats a failure.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Hono } from "hono";
import { type DescribedOperation, openApiDocument } from "../../routes/openapi/mod.ts";
import { databases } from "../support/database.ts";
import { assertDescribed } from "../support/described.ts";
import { withGuarded } from "../support/guarded_service.ts";
import { pairPageAssets } from "../support/pair_page_assets.ts";
import { read } from "../support/tiny_api.ts";
import { anyJson, anyText, textsOf, valuesOf } from "./schema_arbitraries.ts";

const requests = Number(Deno.env.get("TANDEM_FUZZ_REQUESTS") ?? 1_500);
const seed = Number(Deno.env.get("TANDEM_FUZZ_SEED") ?? Date.now() % 2 ** 31);

/** Texts that mean something to the service under test. */
const words = [
  ...pairPageAssets.map(({ key }) => key),
  "+chosen_pairs",
  "clean_prices+",
  "*",
  "group:pairs",
  "KO",
  "PEP",
  "KO,PEP",
  "-ticker_1",
  "ticker_1,ticker_2",
  "2026-01-05",
  "1",
  "2",
  "all",
  "csv",
  "parquet",
  "strict",
];

interface FuzzRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
}

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `the API on ${name} answers ${requests} requests of its own document as it says, and lives on (seed ${seed})`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await withGuarded(async ({ app, access, engine, logged }) => {
          await engine.finished((await engine.submit({ selection: "*", trigger: "startup" })).id);
          const authorization = `Bearer ${access.ownerSecret}`;
          await fc.assert(
            fc.asyncProperty(requestsOf(app), (request) => judged(app, request, authorization)),
            { numRuns: requests, seed, endOnFailure: false },
          );
          assert.equal((await app.request("http://localhost:8000/healthz")).status, 200);
          assert.deepEqual(logged.filter(({ level }) => level === "error"), []);
        }, { engine: { assets: pairPageAssets, database } });
      } finally {
        await database.close();
      }
    },
  });
}

async function judged(app: Hono, request: FuzzRequest, authorization: string): Promise<void> {
  const { method, path, headers, body } = request;
  // The standard itself refuses some of what may be generated; that is not the service's doing.
  let made: Request;
  try {
    made = new Request(`http://localhost:8000${path}`, { method, headers: { ...headers, authorization }, body });
  } catch {
    return;
  }
  const response = await app.request(made);
  if (response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
    await response.body?.cancel();
    return;
  }
  const answer = await read(response);
  assert.notEqual(answer.status, 500, answer.text);
  assertDescribed(method, path, answer);
}

function requestsOf(app: Hono): fc.Arbitrary<FuzzRequest> {
  const { paths } = openApiDocument(app.routes, { version: "1" });
  return fc.oneof(
    ...Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => requestOf(method.toUpperCase(), path, operation))
    ),
  );
}

function requestOf(
  method: string,
  path: string,
  { parameters, requestBody }: DescribedOperation,
): fc.Arbitrary<FuzzRequest> {
  const inPath = parameters.filter((one) => one.in === "path");
  const inQuery = parameters.filter((one) => one.in === "query");
  const inHeader = parameters.filter((one) => one.in === "header");
  const segment = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...words.filter((word) => /^[\w]+$/.test(word))) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 5 }).map(String) },
    { weight: 1, arbitrary: anyText },
  );
  const query = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record(
        Object.fromEntries(inQuery.map(({ name, schema }) => [name, textsOf(schema, words)])),
        { requiredKeys: inQuery.filter(({ required }) => required).map(({ name }) => name) },
      ),
    },
    {
      weight: 1,
      arbitrary: fc.dictionary(fc.oneof(fc.constantFrom("limit", "cursor", "ticker_1.in", "as_of"), anyText), anyText, {
        maxKeys: 3,
      }),
    },
  );
  const schema = requestBody?.content["application/json"]?.schema;
  const body = method === "GET" || method === "DELETE" ? fc.constant(undefined) : schema
    ? fc.oneof(
      { weight: 6, arbitrary: valuesOf(schema, words).map((value) => JSON.stringify(value)) },
      { weight: 1, arbitrary: anyJson.map((value) => JSON.stringify(value)) },
      { weight: 1, arbitrary: anyText },
    )
    : fc.option(anyText, { nil: undefined });
  return fc.record({
    segments: fc.tuple(...inPath.map(() => segment)),
    query,
    headers: fc.record(
      Object.fromEntries(
        inHeader.map(({ name }) => [name, fc.oneof(fc.constantFrom("1", "k"), fc.string({ maxLength: 10 }))]),
      ),
      { requiredKeys: [] },
    ),
    type: fc.oneof(
      { weight: 8, arbitrary: fc.constant("application/json") },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          "text/plain",
          "application/x-www-form-urlencoded",
          "application/json; charset=utf-16",
          "x",
        ),
      },
    ),
    accept: fc.constantFrom(
      "*/*",
      "application/json",
      "text/csv",
      "application/x-ndjson",
      "text/event-stream",
      "nonsense",
    ),
    body,
  }).map(({ segments, query, headers, type, accept, body }) => {
    const named = inPath.reduce(
      (text, { name }, i) => text.replace(`{${name}}`, encoded((segments as string[])[i]!)),
      path,
    );
    const search = new URLSearchParams(
      Object.entries(query).map(([key, value]) => [key.toWellFormed(), String(value).toWellFormed()]),
    );
    return {
      method,
      path: `${named}${search.size > 0 ? `?${search}` : ""}`,
      headers: { Accept: accept, ...(body === undefined ? {} : { "Content-Type": type }), ...headers },
      ...(body !== undefined && { body }),
    };
  });
}

/** A segment that stays one: an empty one, or dots, would be another path. */
function encoded(text: string): string {
  const safe = encodeURIComponent(text.toWellFormed());
  return safe === "" || /^\.+$/.test(safe) ? "x" : safe;
}
