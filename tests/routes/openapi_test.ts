import type { Hono } from "hono";
import assert from "node:assert/strict";
import { describedRoutes, openApiDocument } from "../../routes/openapi/mod.ts";
import { withGuarded } from "../support/guarded_service.ts";
import { pairPageAssets } from "../support/pair_page_assets.ts";

/** Names of the routes that are described. */
function namesOf({ routes }: Pick<Hono, "routes">): string[] {
  return describedRoutes(routes).map(({ method, path }) => `${method} ${path}`);
}

/** Routes that are pages and files, which people look at. */
const pages =
  /^\/($|pairs|strategies|forecasts|tickers|assets|runs|backfills|schedules|settings|search|static|sign-in|auth|docs)/;

Deno.test("the document describes every route of the API", () =>
  withGuarded(({ app }) => {
    const routes = new Set(
      app.routes.filter(({ method, path }) => method !== "ALL" && !pages.test(path))
        .map(({ method, path }) => `${method} ${path.replace(/\{.*?\}+/g, "")}`),
    );
    assert.deepEqual([...routes].sort(), namesOf(app).sort());
    return Promise.resolve();
  }));

Deno.test("GET /openapi.json is the document, under an ETag that holds", () =>
  withGuarded(async ({ app }) => {
    const url = "http://localhost:8000/openapi.json";
    const response = await app.request(url);
    const document = await response.json();
    assert.equal(document.openapi, "3.1.1");
    assert.equal(
      Object.values(document.paths).flatMap((path) => Object.keys(path as object)).length,
      namesOf(app).length,
    );
    const etag = response.headers.get("ETag")!;
    assert.equal((await app.request(url, { headers: { "If-None-Match": etag } })).status, 304);
  }));

Deno.test("every reference of the document leads somewhere, every operation has an id of its own, a scope and its parameters", () =>
  withGuarded(({ app }) => {
    const document = openApiDocument(app.routes, { version: "1" });
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref!);
    assert.ok(refs.length > 100);
    for (const ref of new Set(refs)) {
      assert.match(ref, /^#\/components\/schemas\/\w+$/);
      assert.ok(document.components.schemas[ref.split("/").at(-1)!], ref);
    }
    const all = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation }))
    );
    assert.equal(new Set(all.map(({ operation }) => operation.operationId)).size, all.length);
    for (const { path, operation } of all) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = operation.parameters.filter((one) => one.in === "path").map(({ name }) => name);
      assert.deepEqual(declared, named, path);
      assert.ok(
        operation.responses["200"] ?? operation.responses["201"] ?? operation.responses["202"] ??
          operation.responses["204"],
        path,
      );
    }
    assert.deepEqual(document.paths["/v1/tokens"]!.get!["x-scope"], "admin");
    assert.deepEqual(document.paths["/healthz"]!.get!.security, []);
    return Promise.resolve();
  }));

Deno.test("parameters and bodies of the document equal those of the validators", () =>
  withGuarded(({ app }) => {
    const { paths } = openApiDocument(app.routes, { version: "1" });
    const runs = paths["/v1/runs"]!.get!.parameters;
    assert.deepEqual(runs.map(({ name }) => name), [
      "limit",
      "before",
      "status",
      "trigger",
      "asset",
      "from",
      "to",
      "format",
    ]);
    assert.deepEqual((runs[2]!.schema.enum as string[]).length, 6);
    const body = paths["/v1/materialize"]!.post!.requestBody!.content["application/json"]!.schema!;
    assert.deepEqual(Object.keys(body.properties as object), [
      "force",
      "priority",
      "range",
      "dryRun",
      "wait",
      "selection",
      "config",
    ]);
    assert.deepEqual([body.required, body.additionalProperties], [["selection"], false]);
    // Mounted within an app that is mounted within another.
    const fit = paths["/api/ml/fit-rlrt"]!.post!.requestBody!.content["application/json"]!.schema!;
    assert.deepEqual(fit.required, ["ticker_1", "ticker_2"]);
    const trades = paths["/api/model-chosen-pairs/trades"]!.get!.parameters;
    assert.deepEqual(trades.filter(({ required }) => required).map(({ name }) => name), ["ticker_1", "ticker_2"]);
    return Promise.resolve();
  }));

Deno.test("GET /docs shows every operation with its command, and loads nothing from other hosts", () =>
  withGuarded(async ({ app }) => {
    const response = await app.request("http://localhost:8000/docs");
    const html = await response.text();
    for (const { method, path } of describedRoutes(app.routes)) {
      const shown = path.replace(/:(\w+)/g, "{$1}");
      assert.ok(html.includes(`>${method}</span> <code>${shown}</code>`), `${method} ${path}`);
    }
    assert.match(
      html,
      /curl &#39;http:\/\/localhost:8000\/v1\/assets\/chosen_pairs\/rows\?order=rank&amp;limit=5&#39;/,
    );
    for (const [, ref] of html.matchAll(/href="#(schema-\w+)"/g)) assert.ok(html.includes(`id="${ref}"`), ref);
    assert.doesNotMatch(html, /(?:src|href)="https?:/);
    assert.doesNotMatch(html, / style="| onclick="|<script>/);
  }));

Deno.test("examples of the document run, as far as the assets are there that they name", () =>
  withGuarded(async ({ app, access, engine }) => {
    await engine.finished((await engine.submit({ selection: "*", trigger: "startup" })).id);
    let run = 0;
    for (const { method, path, operation: { example } } of describedRoutes(app.routes)) {
      if (!example) continue;
      if (example.path?.key !== undefined && !engine.graph.keys.includes(example.path.key)) continue;
      const filled = path.replace(/:(\w+)/g, (_, parameter) => example.path?.[parameter] ?? parameter);
      const response = await app.request(`http://localhost:8000${filled}?${new URLSearchParams(example.query)}`, {
        method,
        headers: {
          Accept: "application/json",
          Authorization: `Bearer ${access.ownerSecret}`,
          ...(example.body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        ...(example.body !== undefined && { body: JSON.stringify(example.body) }),
      });
      const text = await response.text();
      // Lists of the original backend are of assets that this service may not have.
      if (path.startsWith("/api/") && response.status === 404) continue;
      assert.ok(response.status < 300, `${method} ${path}: ${response.status} ${text}`);
      run++;
    }
    assert.ok(run >= 12, `${run} examples ran`);
  }, { engine: { assets: pairPageAssets } }));
