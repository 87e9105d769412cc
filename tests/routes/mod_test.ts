import assert from "node:assert/strict";
import { hc } from "hono/client";
import { Hono } from "hono";
import { type Api, onNotFound } from "../../routes/mod.ts";
import { read, withTinyApi } from "../support/tiny_api.ts";

Deno.test("api()", async (t) => {
  await withTinyApi(async ({ app, engine, get, post, logged }) => {
    const send = async (method: string, path: string, init: RequestInit = {}) =>
      await read(await app.request(path, { ...init, method }));

    for (
      const [method, path, allow] of [
        ["POST", "/v1/assets", "GET, HEAD"],
        ["DELETE", "/v1/assets/numbers", "GET, HEAD"],
        ["GET", "/v1/assets/numbers/materialize", "POST"],
        ["PUT", "/v1/materialize", "POST"],
        ["PATCH", "/v1/runs/1", "GET, HEAD"],
        ["GET", "/v1/runs/1/cancel", "POST"],
        ["POST", "/healthz", "GET, HEAD"],
      ] as const
    ) {
      await t.step(`${method} ${path} answers 405 and says which methods apply`, async () => {
        const { status, headers, json } = await send(method, path);
        assert.deepEqual([status, json.type, headers.get("Allow")], [405, "/problems/method-not-allowed", allow]);
        assert.equal(headers.get("Content-Type"), "application/problem+json");
      });
    }

    for (
      const path of [
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/assets/numbers/nothing",
        "/v2/assets",
        "/v1/assets/",
        "/..%2fetc/passwd",
      ]
    ) {
      await t.step(`GET ${path} answers 404 with a problem`, async () => {
        const { status, json } = await get(path);
        assert.equal(status, 404);
        assert.deepEqual(Object.keys(json), ["type", "status", "title", "detail", "instance", "requestId"]);
      });
    }

    await t.step("every answer is kept from caches and sniffers and has a request id, faults included", async () => {
      for (
        const path of ["/v1/assets", "/v1/assets/nobody", "/v1/nothing", "/healthz", "/readyz", "/v1/runs?limit=x"]
      ) {
        const { headers } = await get(path);
        assert.equal(headers.get("Cache-Control"), "no-store", path);
        assert.equal(headers.get("X-Content-Type-Options"), "nosniff", path);
        assert.match(headers.get("X-Request-Id")!, /^[\w-]{36}$/, path);
      }
    });

    await t.step("HEAD answers as GET does, without a body", async () => {
      for (
        const [path, status] of [["/v1/assets", 200], ["/v1/assets/nobody", 404], ["/v1/runs", 200], [
          "/healthz",
          200,
        ]] as const
      ) {
        const answer = await send("HEAD", path);
        assert.deepEqual([answer.status, answer.text], [status, ""], path);
      }
    });

    await t.step("POST with a body over the limit answers 413, with and without a declared length", async () => {
      const body = JSON.stringify({ config: { padding: "x".repeat(2_000) } });
      const headers = { "Content-Type": "application/json" };
      const told = await send("POST", "/v1/assets/numbers/materialize", {
        body,
        headers: { ...headers, "Content-Length": `${body.length}` },
      });
      const chunked = await send("POST", "/v1/assets/numbers/materialize", {
        body: new Blob([body]).stream(),
        headers: { ...headers, "Transfer-Encoding": "chunked" },
      });
      for (const { status, json } of [told, chunked]) {
        assert.deepEqual([status, json.type], [413, "/problems/body-too-large"]);
        assert.match(json.detail, /1,000 bytes/);
      }
    });

    await t.step(
      "unknown errors answer 500 without details, and are logged under the request id",
      async () => {
        const runs = engine.runs;
        engine.runs = () => Promise.reject(new Error('relation "engine.run" of postgres://user:secret@host'));
        const { status, json, text } = await get("/v1/runs");
        engine.runs = runs;
        assert.deepEqual([status, json.type], [500, "/problems/internal-error"]);
        assert.doesNotMatch(text, /relation|secret|\.ts/);
        // Beside the line that every request has.
        const line = logged.find(({ message }) => /^GET \/v1\/runs: relation/.test(message))!;
        assert.equal(line.level, "error");
        assert.equal(line.fields.requestId, json.requestId);
      },
    );

    await t.step("refuses changes from other sites and requests to other hosts", async () => {
      const foreign = await post("/v1/assets/numbers/materialize", {}, { Origin: "https://evil.example" });
      assert.deepEqual([foreign.status, foreign.json.type], [403, "/problems/foreign-origin"]);
      const rebound = await get("/v1/assets", { Host: "evil.example" });
      assert.deepEqual([rebound.status, rebound.json.type], [403, "/problems/foreign-host"]);
      assert.equal((await get("/v1/runs")).json.runs.length, 0);
    });

    await t.step(
      "can be mounted in a larger application, whose pages it guards and whose own 404 it leaves alone",
      async () => {
        const site = new Hono().route("/", app).get("/", (c) => c.html("<p>page</p>")).post(
          "/sign-out",
          (c) => c.text("out"),
        );
        site.notFound((c) => c.html("<p>no page</p>", 404));
        assert.equal((await site.request("/v1/assets")).status, 200);
        assert.equal((await read(await site.request("/v1/nothing"))).json.type, "/problems/unknown-path");
        assert.equal((await site.request("/v1/assets", { method: "POST" })).status, 405);
        assert.equal((await site.request("/v1/assets/nobody")).headers.get("Content-Type"), "application/problem+json");
        const page = await read(await site.request("/"));
        assert.deepEqual([page.text, page.headers.get("Cache-Control")], ["<p>page</p>", "no-store"]);
        assert.equal((await read(await site.request("/nowhere"))).text, "<p>no page</p>");
        const cross = await site.request("/sign-out", { method: "POST", headers: { Origin: "https://evil.example" } });
        assert.equal(cross.status, 403);
        site.notFound(onNotFound);
        assert.equal((await read(await site.request("/nowhere"))).json.type, "/problems/unknown-path");
      },
    );

    await t.step("is typed for the client of hono", async () => {
      const client = hc<Api>("http://localhost", { fetch: app.request });
      const { assets } = await (await client.v1.assets.$get()).json();
      const states: string[] = assets.map((asset) => asset.state);
      assert.deepEqual(states, ["missing", "missing", "missing", "missing"]);
      const answer = await client.v1.assets[":key"].materialize.$post({
        param: { key: "numbers" },
        json: { wait: true },
      });
      assert.equal(answer.status, 200);
      // @ts-expect-error -- a state is a string
      const wrong: number[] = assets.map((asset) => asset.state);
      assert.equal(wrong.length, 4);
    });
  }, { api: { limits: { maxBodyBytes: 1_000 } } });
});

Deno.test("api() takes requests to any host where the server does not listen on loopback", async () => {
  await withTinyApi(async ({ get }) => {
    assert.equal((await get("/healthz", { Host: "tandem.example" })).status, 200);
  }, { api: { limits: { loopbackOnly: false } } });
});
