import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import assert from "node:assert/strict";
import { type DescribedOperation, type OpenApiDocument, openApiDocument } from "../../routes/openapi/mod.ts";
import { withGuarded } from "../support/guarded_service.ts";

/** The document as the service gives it, mounted as it is in main.ts. */
async function withDocument(test: (document: OpenApiDocument) => Promise<void> | void): Promise<void> {
  await withGuarded(async ({ app }) => await test(openApiDocument(app.routes, { version: "1" })));
}

function operationsOf({ paths }: OpenApiDocument): { name: string; operation: DescribedOperation }[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation }))
  );
}

Deno.test("the document is OpenAPI 3.1 by a validator that is not ours", () =>
  withDocument(async (document) => {
    const judged = async (of: OpenApiDocument) => {
      const validator = new Validator();
      const { valid, errors } = await validator.validate(structuredClone(of) as never);
      return { valid, version: validator.version, errors };
    };
    const { valid, version, errors } = await judged(document);
    assert.ok(valid, JSON.stringify(errors, null, 2));
    assert.equal(version, "3.1");
    // It does judge.
    const broken = structuredClone(document);
    broken.paths["/v1/runs"]!.get!.parameters[0]!.in = "nowhere" as "query";
    assert.equal((await judged(broken)).valid, false);
  }));

Deno.test("the document describes each parameter and each property of a body", () =>
  withDocument((document) => {
    const silent = operationsOf(document).flatMap(({ name, operation }) => {
      const { properties = {} } = (operation.requestBody?.content["application/json"]?.schema ?? {}) as {
        properties?: Record<string, { description?: string }>;
      };
      return [
        ...operation.parameters.filter(({ description }) => !description).map((one) => `${name}: ${one.name}`),
        // Rows of the original services are described as a whole.
        ...Object.entries(properties).filter(([property, { description }]) => property !== "data" && !description)
          .map(([property]) => `${name}: ${property}`),
      ];
    });
    assert.deepEqual(silent, []);
  }));

Deno.test("examples and defaults of the document fit the schemas beside them", () =>
  withDocument((document) => {
    const ajv = new Ajv2020({ strict: false });
    (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
    ajv.addSchema(document, "document");
    let examples = 0;
    const fits = (schema: object, value: unknown, what: string) => {
      examples++;
      assert.ok(ajv.validate(schema, value), `${what}: ${ajv.errorsText()}`);
    };
    for (const { name, operation } of operationsOf(document)) {
      for (const { name: parameter, schema, example } of operation.parameters) {
        if (example !== undefined) fits(schema, example, `${name} ${parameter}`);
        if (schema.default !== undefined) fits(schema, schema.default, `${name} ${parameter}`);
      }
      const body = operation.requestBody?.content["application/json"];
      if (body?.example !== undefined) fits(body.schema!, body.example, name);
    }
    assert.ok(examples > 30, `${examples} examples`);
  }));
