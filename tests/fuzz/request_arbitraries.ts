import fc from "fast-check";
import type { DescribedOperation, OpenApiDocument, Parameter } from "../../routes/openapi/mod.ts";
import { anyText, bodiesOf, textsOf, type Vocabulary } from "./schema_arbitraries.ts";

/** A request as text, so that a failure can be read and sent again. */
export interface FuzzRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/**
 * Requests for the operations of a document, good ones and broken ones.
 *
 * @param vocabulary What means something to the service under test.
 */
export function requestsOf(
  { paths }: Pick<OpenApiDocument, "paths">,
  vocabulary: Vocabulary,
): fc.Arbitrary<FuzzRequest> {
  return fc.oneof(
    ...Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) =>
        requestOf({ method: method.toUpperCase(), path, operation, vocabulary })
      )
    ),
  );
}

function requestOf(
  { method, path, operation, vocabulary }: {
    method: string;
    path: string;
    operation: DescribedOperation;
    vocabulary: Vocabulary;
  },
): fc.Arbitrary<FuzzRequest> {
  const { parameters, requestBody } = operation;
  const inPath = parameters.filter((one) => one.in === "path");
  const inQuery = parameters.filter((one) => one.in === "query");
  const inHeader = parameters.filter((one) => one.in === "header");
  const texts = ({ name, schema }: Parameter, faults: boolean) => textsOf(schema, { vocabulary, name, faults });
  const segment = (one: Parameter) =>
    fc.oneof({ weight: 6, arbitrary: texts(one, false) }, { weight: 1, arbitrary: texts(one, true) });
  const parametersOf = (faults: boolean) =>
    fc.record(
      Object.fromEntries(
        // A cursor requires an earlier page; filters are of columns that are not in the document.
        inQuery.filter(({ name, schema }) => schema.type !== "object" && (faults || name !== "cursor"))
          .map((one) => [one.name, texts(one, faults)]),
      ),
      { requiredKeys: inQuery.filter(({ required }) => required).map(({ name }) => name) },
    );
  const misspelt = fc.dictionary(
    fc.oneof(fc.constantFrom("limit", "cursor", "ticker_1.in", "as_of"), anyText),
    anyText,
    { maxKeys: 3 },
  );
  const query = fc.oneof(
    { weight: 4, arbitrary: parametersOf(false) },
    { weight: 2, arbitrary: parametersOf(true) },
    { weight: 1, arbitrary: misspelt },
  );
  const { schema, example = vocabulary.bodies?.[path] } = requestBody?.content["application/json"] ?? {};
  const body = method === "GET" || method === "DELETE" ? fc.constant(undefined) : schema
    ? fc.oneof(
      { weight: 6, arbitrary: bodiesOf(schema, vocabulary).map((value) => JSON.stringify(value)) },
      { weight: example === undefined ? 0 : 2, arbitrary: fc.constant(JSON.stringify(example ?? null)) },
      { weight: 1, arbitrary: anyText },
    )
    : fc.option(anyText, { nil: undefined });
  return fc.record({
    segments: fc.tuple(...inPath.map(segment)),
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
