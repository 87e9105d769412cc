import assert from "node:assert/strict";
import { withAttacked } from "../support/attacked_service.ts";

const evil = "https://evil.example";

/** What a page of another site can make a browser send: a form or a script, of every type that needs no leave. */
const forgeries: [how: string, type: string | null, body: string][] = [
  ["a script that calls JSON by its name", "application/json", '{"upstream": true}'],
  ["a form of text", "text/plain", '{"upstream": true, "x": "="}'],
  ["a form", "application/x-www-form-urlencoded", "upstream=true"],
  [
    "a form with files",
    "multipart/form-data; boundary=x",
    '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--',
  ],
  ["a script that names no type", null, "{}"],
  ["a form without a body", null, ""],
];
const changes = [
  "/v1/assets/numbers/materialize",
  "/v1/materialize",
  "/v1/backfills",
  "/v1/runs/1/cancel",
  "/v1/runs/1/retry",
  "/v1/assets/numbers/automation/pause",
  "/ml/pairs",
  "/trading/trade_with_model",
  "/sign-out",
];
const senders: [who: string, headers: Record<string, string>][] = [
  ["another site", { "Origin": evil, "Sec-Fetch-Site": "cross-site" }],
  ["another site in an old browser", { "Origin": evil }],
  ["a sandboxed frame", { "Origin": "null", "Sec-Fetch-Site": "cross-site" }],
  ["a sandboxed frame in an old browser", { "Origin": "null" }],
  ["a subdomain", { "Origin": "http://evil.localhost", "Sec-Fetch-Site": "same-site" }],
  ["another port of this machine", { "Origin": "http://localhost:9", "Sec-Fetch-Site": "same-site" }],
  ["another scheme that hides its origin", { "Sec-Fetch-Site": "cross-site" }],
];

Deno.test("forged requests from other sites change nothing, whatever they look like", async (t) => {
  await withAttacked(async ({ ask, stored, livesOn }) => {
    const before = await stored();
    for (const [who, from] of senders) {
      for (const [how, type, body] of forgeries) {
        await t.step(`${how}, from ${who}`, async () => {
          for (const path of changes) {
            const headers = { ...from, ...(type !== null && { "Content-Type": type }) };
            const { status, text } = await ask(path, { method: "POST", headers, body: body === "" ? null : body });
            assert.equal(status, 403, path);
            assert.match(text, /only from this site's own pages/, path);
          }
        });
      }
    }
    assert.equal(await stored(), before);
    await livesOn();
  });
});

Deno.test("answers give no other site leave to read them", async () => {
  await withAttacked(async ({ ask }) => {
    for (const path of ["/v1/assets", "/", "/v1/nothing", "/api/ticker", "/static/style.css"]) {
      for (const method of ["GET", "OPTIONS"]) {
        const { headers } = await ask(path, {
          method,
          headers: {
            "Origin": evil,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization",
          },
        });
        for (const [name] of headers) assert.doesNotMatch(name, /^access-control-/, `${method} ${path}`);
        assert.equal(headers.get("Cross-Origin-Resource-Policy"), "same-origin", `${method} ${path}`);
      }
    }
  });
});

Deno.test("a name that was pointed at this machine reads nothing", async () => {
  await withAttacked(async ({ ask, livesOn }) => {
    for (
      const host of ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "0.0.0.0"]
    ) {
      for (const path of ["/v1/assets", "/", "/healthz", "/static/style.css", "/api/ticker"]) {
        const { status, text } = await ask(path, { headers: { Host: host } });
        assert.equal(status, 403, `${host} ${path}`);
        assert.doesNotMatch(text, /evil/);
      }
    }
    await livesOn();
  });
});

Deno.test("nothing in an answer comes from the host or the proxy headers of a request, and no cache keeps it", async () => {
  const forged = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "evil",
    "X-Forwarded-For": "evil.example",
    "Forwarded": "host=evil.example",
    "X-Original-URL": "/evil",
    "X-Rewrite-URL": "/evil",
    "X-HTTP-Method-Override": "DELETE",
  };
  await withAttacked(async ({ ask }) => {
    const pages = ["/", "/assets/numbers", "/pairs", "/backfills", "/nowhere"];
    for (const path of [...pages, "/v1/assets", "/v1/runs?limit=1", "/v1/assets/numbers/rows?limit=1", "/v1/runs/1"]) {
      const honest = await ask(path);
      const poisoned = await ask(path, { headers: forged });
      assert.equal(poisoned.status, honest.status, path);
      const said = [poisoned.text, ...[...poisoned.headers].flat()].join("\n");
      assert.doesNotMatch(said, /evil/, path);
      // Rows may be kept by who asked for them alone, and are asked for again each time.
      const caching = path.includes("/rows") ? "private, no-cache" : "no-store";
      assert.equal(poisoned.headers.get("Cache-Control"), caching, path);
      assert.equal(poisoned.headers.get("Strict-Transport-Security"), null);
    }
  }, { api: { limits: { loopbackOnly: false } } });
});
