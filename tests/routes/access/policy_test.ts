import assert from "node:assert/strict";
import { scopeNeeded } from "../../../routes/access/mod.ts";
import { withGuarded } from "../../support/guarded_service.ts";

Deno.test("scopeNeeded() is read to look and operate to change, unless it is said otherwise", () => {
  const expected: [method: string, path: string, scope: string | null][] = [
    ["GET", "/v1/assets", "read"],
    ["HEAD", "/v1/assets", "read"],
    ["POST", "/v1/assets/daily_bars/materialize", "operate"],
    ["POST", "/v1/runs/1/cancel", "operate"],
    ["PUT", "/what/nobody/thought/of", "operate"],
    ["GET", "/what/nobody/thought/of", "read"],
    ["GET", "/metrics", "read"],
    ["GET", "/", "read"],
    ["GET", "/v1/tokens", "admin"],
    ["DELETE", "/v1/tokens/1", "admin"],
    ["GET", "/v1/audit-events", "admin"],
    ["GET", "/settings/audit-events", "admin"],
    ["GET", "/settings/audit-events.csv", "admin"],
    ["POST", "/settings/tokens", "admin"],
    ["POST", "/settings/tokens/1/revoke", "admin"],
    ["GET", "/settings", "read"],
    ["DELETE", "/v1/sessions/1", "read"],
    ["POST", "/ml/pairs", "read"],
    ["POST", "/trading/trade_with_model", "read"],
    ["POST", "/api/ml/fit-rlrt", "read"],
    ["POST", "/api/pairs", "operate"],
    ["GET", "/healthz", null],
    ["GET", "/healthz/more", "read"],
    ["GET", "/sign-in", null],
    ["GET", "/auth/google/login", null],
    ["GET", "/static/style.css", null],
    ["GET", "/staticky", "read"],
    ["GET", "/docs", null],
    ["GET", "/openapi.json", null],
  ];
  for (const [method, path, scope] of expected) assert.equal(scopeNeeded(method, path), scope, `${method} ${path}`);
});

Deno.test("every route of the service is closed, except the few public ones", () =>
  withGuarded(async ({ app }) => {
    const open = new Set<string>();
    const routes = app.routes.filter(({ method }) => method !== "ALL");
    assert.ok(routes.length > 40);
    for (const { method, path } of routes) {
      const asked = path.replace(/\{.*?\}\}?/g, "").replace(/:\w+\??/g, "1");
      const response = await app.request(`http://localhost:8000${asked}`, { method });
      await response.body?.cancel();
      if (response.status !== 401) open.add(`${method} ${path.replace(/\{.*/, "")}`);
    }
    assert.deepEqual([...open].sort(), [
      "GET /auth/google/callback",
      "GET /auth/google/login",
      "GET /docs",
      "GET /healthz",
      "GET /openapi.json",
      "GET /readyz",
      "GET /sign-in",
      "GET /static/:name",
      "POST /auth/exchange",
      "POST /auth/sign-out",
      "POST /auth/token",
    ]);
  }));
