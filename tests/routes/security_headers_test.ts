import assert from "node:assert/strict";
import { Hono } from "hono";
import { silentLogger } from "../../engine/mod.ts";
import { onError } from "../../routes/mod.ts";
import { securityHeaders, type SiteOptions } from "../../routes/security_headers.ts";
import { withAttacked } from "../support/attacked_service.ts";

const fixed = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
  "X-Frame-Options": "DENY",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Permitted-Cross-Domain-Policies": "none",
};

Deno.test("securityHeaders() is on every answer: pages, data, files, streams, redirects and faults", async () => {
  await withAttacked(async ({ app, engine }) => {
    const { runs } = engine;
    engine.runs = () => Promise.reject(new Error("broken"));
    for (
      const [method, path, status, headers] of [
        ["GET", "/", 500],
        ["GET", "/backfills", 200],
        ["GET", "/assets/nobody", 404],
        ["GET", "/nowhere", 404],
        ["GET", "/static/style.css", 200],
        ["GET", "/static/nothing", 404],
        ["GET", "/v1/assets", 200],
        ["HEAD", "/v1/assets", 200],
        ["GET", "/v1/runs", 500],
        ["GET", "/v1/runs/1/events", 200],
        ["GET", "/v1/runs?limit=x", 400],
        ["GET", "/v1/assets/numbers/rows?format=csv", 200],
        ["GET", "/v1/assets/numbers/rows?format=parquet", 200],
        ["DELETE", "/v1/assets", 405],
        ["POST", "/v1/materialize", 403, { Origin: "https://evil.example" }],
        ["GET", "/v1/assets", 403, { Host: "evil.example" }],
        ["GET", `/${"a".repeat(17_000)}`, 414],
        ["GET", "/api/nothing", 404],
        ["POST", "/ml/pairs", 400],
        ["GET", "/healthz", 200],
        ["OPTIONS", "/v1/assets", 405],
      ] as [string, string, number, Record<string, string>?][]
    ) {
      const response = await app.request(path, { method, headers });
      const what = `${method} ${path.slice(0, 60)}`;
      assert.equal(response.status, status, what);
      for (const [name, value] of Object.entries(fixed)) {
        assert.equal(response.headers.get(name), value, `${what} ${name}`);
      }
      assert.match(response.headers.get("Permissions-Policy")!, /camera=\(\)/, what);
      const policy = response.headers.get("Content-Security-Policy")!;
      assert.match(policy, /default-src 'none'/, what);
      assert.match(policy, /frame-ancestors 'none'/, what);
      assert.doesNotMatch(policy, /unsafe|\*|https?:/, what);
      const isPage = response.headers.get("Content-Type")?.startsWith("text/html") ?? false;
      assert.equal(policy.includes("script-src"), isPage, what);
      const caching = path.startsWith("/static/style") ? "no-cache" : "no-store";
      // Rows are named by their version, and asked for again each time.
      assert.equal(
        response.headers.get("Cache-Control"),
        path.includes("/rows?") ? "private, no-cache" : caching,
        what,
      );
      assert.equal(response.headers.get("Strict-Transport-Security"), null, what);
      await response.body?.cancel();
    }
    engine.runs = runs;
  });
});

Deno.test("securityHeaders() promises TLS only where there is any", async () => {
  const promised = async (site: SiteOptions, headers: Record<string, string> = {}, url = "http://tandem.example/") => {
    const app = new Hono().onError(onError(silentLogger)).use(securityHeaders(site)).get("/", (c) => c.text("done"));
    return (await app.request(url, { headers })).headers.get("Strict-Transport-Security");
  };
  const forwarded = { "X-Forwarded-Proto": "https" };
  assert.equal(await promised({ trustedProxies: 0 }), null);
  assert.equal(await promised({ trustedProxies: 0 }, forwarded), null);
  assert.equal(await promised({ trustedProxies: 1 }, forwarded), "max-age=31536000");
  assert.equal(await promised({ trustedProxies: 0 }, {}, "https://tandem.example/"), "max-age=31536000");
  const publicUrl = new URL("https://tandem.example");
  assert.equal(await promised({ trustedProxies: 0, publicUrl }), "max-age=31536000");
  assert.equal(await promised({ trustedProxies: 0, publicUrl: new URL("http://tandem.example") }), null);
});

Deno.test("securityHeaders() keeps a route's own Cache-Control", async () => {
  const app = new Hono().use(securityHeaders({ trustedProxies: 0 }))
    .get("/", (c) => c.text("done", 200, { "Cache-Control": "private, no-cache" }));
  assert.equal((await app.request("/")).headers.get("Cache-Control"), "private, no-cache");
});
