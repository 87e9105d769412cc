import assert from "node:assert/strict";
import { commandLine } from "../../access/mod.ts";
import { CookieJar, withGuarded } from "../support/guarded_service.ts";
import { withTinyApi } from "../support/tiny_api.ts";

const page = "http://localhost:3000";
const other = "https://pairs.example.com";
const allowedOrigins = [page, other];
const fromPage = { "Origin": page, "Sec-Fetch-Site": "same-site" };

/** Every kind of path that programs use, with the method that a page would use. */
const forPrograms: [method: string, path: string][] = [
  ["GET", "/api/pairs"],
  ["GET", "/api/ticker/all"],
  ["GET", "/api/model-chosen-pairs/trades?ticker_1=A&ticker_2=B"],
  ["POST", "/api/ml/fit-rlrt"],
  ["POST", "/ml/pairs"],
  ["POST", "/trading/trade_with_model"],
  ["GET", "/v1/assets"],
  ["POST", "/v1/materialize"],
  ["DELETE", "/v1/tokens/1"],
  ["GET", "/openapi.json"],
];

Deno.test("A browser's preflight is answered for each route to the allowed origins, without credentials", async () => {
  await withGuarded(async ({ app }) => {
    for (const origin of allowedOrigins) {
      for (const [method, path] of forPrograms) {
        const { status, headers, body } = await app.request(path, {
          method: "OPTIONS",
          headers: {
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "authorization,content-type",
          },
        });
        assert.deepEqual([status, body], [204, null], path);
        assert.equal(headers.get("Access-Control-Allow-Origin"), origin);
        assert.equal(headers.get("Access-Control-Allow-Credentials"), "true");
        assert.ok(headers.get("Access-Control-Allow-Methods")!.split(", ").includes(method));
        const allowed = headers.get("Access-Control-Allow-Headers")!.toLowerCase().split(", ");
        assert.ok(allowed.includes("authorization") && allowed.includes("content-type"));
        assert.match(headers.get("Vary")!, /\bOrigin\b/);
        assert.equal(headers.get("X-Content-Type-Options"), "nosniff");
        assert.match(headers.get("Content-Security-Policy")!, /^default-src 'none'/);
      }
    }
  }, { api: { allowedOrigins } });
});

Deno.test("Pages of the allowed origins read every response of the routes for programs, errors too, with all security headers", async () => {
  await withGuarded(async ({ app, access }) => {
    const { secret } = await access.tokens.create({ name: "page", scope: "read" }, commandLine);
    for (
      const [path, authorization, status] of [
        ["/v1/assets", `Bearer ${secret}`, 200],
        ["/api/ticker/nothing", `Bearer ${secret}`, 404],
        ["/api/pairs", "Bearer null", 401],
        ["/v1/tokens", `Bearer ${secret}`, 403],
      ] as const
    ) {
      const answer = await app.request(path, { headers: { ...fromPage, Authorization: authorization } });
      await answer.body?.cancel();
      assert.equal(answer.status, status, path);
      assert.equal(answer.headers.get("Access-Control-Allow-Origin"), page, path);
      assert.equal(answer.headers.get("Access-Control-Allow-Credentials"), "true");
      assert.match(answer.headers.get("Access-Control-Expose-Headers")!, /Tandem-Data-Source/);
      assert.match(answer.headers.get("Vary")!, /\bOrigin\b/);
      assert.equal(answer.headers.get("Cross-Origin-Resource-Policy"), "cross-origin");
      for (const name of ["X-Content-Type-Options", "X-Frame-Options", "Content-Security-Policy", "Referrer-Policy"]) {
        assert.ok(answer.headers.has(name), `${path} ${name}`);
      }
    }
  }, { api: { allowedOrigins } });
});

Deno.test("Changes and computations are taken from the allowed origins alone", async () => {
  await withTinyApi(async ({ post }) => {
    const send = async (headers: Record<string, string>) => (await post("/ml/rlrt", {}, headers)).status;
    assert.equal(await send(fromPage), 400);
    assert.equal(await send({ Origin: other, "Sec-Fetch-Site": "cross-site" }), 400);
    assert.equal(await send({ Origin: page }), 400);
    for (
      const origin of [
        "http://localhost:3001",
        "https://localhost:3000",
        "http://localhost",
        "https://evil.pairs.example.com",
        "https://pairs.example.com.evil.example",
        "https://pairs.example.com:8443",
        "http://pairs.example.com",
        "https://PAIRS.example.com",
        "null",
        "*",
        "",
      ]
    ) {
      assert.equal(await send({ Origin: origin, "Sec-Fetch-Site": "cross-site" }), 403, origin);
    }
    assert.equal(await send({ "Sec-Fetch-Site": "cross-site" }), 403);
  }, { api: { allowedOrigins } });
});

Deno.test("Other origins are given no leave, but caches learn that answers differ by origin", async () => {
  await withTinyApi(async ({ app }) => {
    for (const method of ["GET", "OPTIONS"]) {
      for (const headers of [{ "Origin": "https://evil.example", "Access-Control-Request-Method": "GET" }, {}]) {
        const answer = await app.request("/v1/assets", { method, headers: headers as Record<string, string> });
        await answer.body?.cancel();
        assert.equal(answer.status, method === "GET" ? 200 : 405);
        for (const [name] of answer.headers) assert.doesNotMatch(name, /^access-control-/);
        assert.match(answer.headers.get("Vary")!, /\bOrigin\b/);
        assert.equal(answer.headers.get("Cross-Origin-Resource-Policy"), "same-origin");
      }
    }
  }, { api: { allowedOrigins } });
});

Deno.test("A page of an allowed origin acts by its token: the cookie of a session counts for it nowhere", async () => {
  await withGuarded(async ({ app, access }) => {
    const { secret } = await access.tokens.create({ name: "desk", scope: "admin" }, commandLine);
    const browser = new CookieJar(app);
    assert.equal((await browser.post("/auth/token", { token: secret })).status, 303);
    assert.equal((await browser.ask("/v1/me")).status, 200);
    assert.equal((await browser.ask("/v1/me", { headers: fromPage })).status, 401);
    const json = { "Content-Type": "application/json" };
    const forged = { method: "POST", headers: { ...json, ...fromPage }, body: '{"name": "forged"}' };
    assert.equal((await browser.ask("/v1/tokens", forged)).status, 401);
    // Pages and forms of this site stay its own.
    const form = { "Content-Type": "application/x-www-form-urlencoded" };
    const asForm = { method: "POST", headers: { ...form, ...fromPage }, body: "name=forged" };
    assert.equal((await browser.ask("/settings/tokens", asForm)).status, 403);
    const settings = await browser.ask("/settings", { headers: fromPage });
    assert.deepEqual([settings.status, settings.headers.get("Access-Control-Allow-Origin")], [200, null]);
    assert.deepEqual((await access.tokens.list()).map(({ name }) => name), ["desk"]);
  }, { api: { allowedOrigins } });
});

Deno.test("This site's own pages stay same-origin even if their origin is listed", async () => {
  await withGuarded(async ({ app, access }) => {
    const { secret } = await access.tokens.create({ name: "desk", scope: "operate" }, commandLine);
    const browser = new CookieJar(app);
    await browser.post("/auth/token", { token: secret });
    const own = { "Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-origin" };
    const json = { "Content-Type": "application/json" };
    const { status, headers } = await browser.ask("/v1/materialize", {
      method: "POST",
      headers: { ...own, ...json },
      body: '{"selection": "*", "dryRun": true}',
    });
    assert.deepEqual([status, headers.get("Access-Control-Allow-Origin")], [200, null]);
  }, { api: { allowedOrigins: ["http://localhost:8000"] } });
});

Deno.test("A foreign name that was pointed at this machine gets no leave from the list", async () => {
  await withTinyApi(async ({ app }) => {
    const headers = { "Origin": page, "Host": "evil.example", "Access-Control-Request-Method": "GET" };
    const answer = await app.request("/v1/assets", { method: "OPTIONS", headers });
    assert.equal(answer.status, 403);
    assert.equal(answer.headers.get("Access-Control-Allow-Origin"), null);
    await answer.body?.cancel();
  }, { api: { allowedOrigins } });
});
