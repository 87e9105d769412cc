import assert from "node:assert/strict";
import { Hono } from "hono";
import type { Principal, PrincipalVariables } from "../../../access/principal.ts";
import { silentLogger } from "../../../engine/mod.ts";
import { leasedRates } from "../../../resources/rate_limit/mod.ts";
import { reserve } from "../../../resources/rate_limit/turns.ts";
import { onErrorByPath } from "../../../routes/compat/old_errors.ts";
import { requestPolicies, requestRates, requestRatesFrom } from "../../../routes/limits/mod.ts";
import type { RequestRates } from "../../../routes/mod.ts";
import { databases } from "../../support/database.ts";

/** Tokens that the authentication of these tests knows. */
const tokens = new Map([["Bearer good", 1], ["Bearer other", 2]]);

function service(rates: RequestRates) {
  const seen: string[] = [];
  const app = new Hono<{ Variables: PrincipalVariables }>()
    .onError(onErrorByPath(silentLogger))
    .use(rates.byAddress)
    .use(async (c, next) => {
      const shown = c.req.header("Authorization");
      if (shown !== undefined) {
        seen.push(shown);
        const id = tokens.get(shown);
        if (id === undefined) return c.json({}, 401);
        c.set("principal", { kind: "token", id, name: "t", scope: "read" } satisfies Principal);
      }
      await next();
    })
    .use(rates.byPrincipal)
    .all("*", (c) => c.text("done"));
  const ask = async (
    path: string,
    { from = "192.0.2.1", token, cookie, method = "GET" }: {
      from?: string;
      token?: string;
      cookie?: string;
      method?: string;
    } = {},
  ) =>
    await app.request(path, {
      method,
      headers: { ...(token && { Authorization: token }), ...(cookie && { Cookie: cookie }) },
    }, {
      remoteAddr: { hostname: from, port: 1, transport: "tcp" },
    });
  /** How many of so many requests are let through. */
  const passed = async (count: number, ...of: Parameters<typeof ask>) => {
    let through = 0;
    for (let i = 0; i < count; i++) {
      const response = await ask(...of);
      if (response.status !== 429) through++;
      await response.body?.cancel();
    }
    return through;
  };
  return { ask, passed, seen };
}

/** Rates by a clock that the test moves; no database. */
function fake(perMinute = 60) {
  const clock = { ms: 1 };
  const fullAt = new Map<string, number>();
  const rates = leasedRates({
    now: () => clock.ms,
    logger: silentLogger,
    source: {
      lease(name, pace, request) {
        const lease = reserve({ fullAtMs: fullAt.get(name) ?? 0, nowMs: clock.ms }, pace, request);
        fullAt.set(name, lease.fullAtMs);
        return Promise.resolve(lease);
      },
      sweep: () => Promise.resolve(),
    },
  });
  const policies = requestPolicies(perMinute);
  const all = { addresses: rates, principals: rates, policies, trustedProxies: 0, now: () => clock.ms };
  return { clock, fullAt, ...service(requestRates(all)) };
}

Deno.test("requestRates() answers 429 with a problem that says when there is another turn", async () => {
  const { ask, passed, clock } = fake();
  assert.equal(await passed(10, "/v1/assets"), 4);
  const refused = await ask("/v1/assets");
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("Content-Type"), "application/problem+json");
  assert.equal(refused.headers.get("Retry-After"), "5");
  assert.equal(refused.headers.get("RateLimit-Policy"), '"address";q=4;w=20');
  assert.equal(refused.headers.get("RateLimit"), '"address";r=0;t=5');
  assert.equal((await refused.json()).type, "/problems/too-many-requests");
  clock.ms += 5_000;
  const granted = await ask("/v1/assets");
  assert.equal(granted.status, 200);
  assert.equal(granted.headers.get("RateLimit"), '"address";r=0;t=20');
});

Deno.test("requestRates() answers clients of the original services in their error form", async () => {
  const { ask, passed } = fake();
  for (const path of ["/api/ticker", "/ml/pairs", "/trading/trade_with_model"]) await passed(5, path);
  for (const path of ["/api/ticker", "/ml/pairs", "/trading/trade_with_model"]) {
    const refused = await ask(path);
    assert.equal(refused.status, 429);
    assert.match(refused.headers.get("Retry-After")!, /^\d+$/);
    assert.deepEqual(Object.keys(await refused.json()), ["error"]);
  }
});

Deno.test("requestRates() counts tokens apart from each other and from their address", async () => {
  const { passed } = fake();
  assert.equal(await passed(100, "/v1/assets", { token: "Bearer good" }), 20 - 2);
  assert.equal(await passed(10, "/v1/assets", { token: "Bearer other" }), 10);
  assert.equal(await passed(10, "/v1/assets"), 4);
  assert.equal(await passed(10, "/v1/assets", { from: "192.0.2.2" }), 4);
});

Deno.test("requestRates() keeps guesses of tokens from the database and lets those through that were good before", async () => {
  const { passed, seen } = fake(6_000);
  assert.equal(await passed(1, "/v1/assets", { token: "Bearer good" }), 1);
  let through = 0;
  for (let i = 0; i < 500; i++) through += await passed(1, "/v1/assets", { token: `Bearer guess ${i}` });
  // 58 at once, of which the good one was the first.
  assert.equal(through, 57);
  assert.equal(seen.length, 1 + through);
  assert.equal(await passed(5, "/v1/assets", { token: "Bearer good" }), 5);
  // Not seen to be good yet: at this address it has to wait, at another not.
  assert.equal(await passed(1, "/v1/assets", { token: "Bearer other" }), 0);
  assert.equal(await passed(1, "/v1/assets", { token: "Bearer other", from: "192.0.2.9" }), 1);
});

Deno.test("requestRates() takes a session's cookie for credentials, and those of others for none", async () => {
  const { ask } = fake(6_000);
  const policyOf = async (cookie: string) => {
    const response = await ask("/", { cookie });
    return response.headers.get("RateLimit-Policy")!.split(";")[0];
  };
  assert.equal(await policyOf("__Host-tandem_session=x; theme=dark"), '"credential"');
  assert.equal(await policyOf("theme=dark; _ga=1"), '"address"');
});

Deno.test("requestRates() forgets credentials that are good no longer", async () => {
  const { passed } = fake(6_000);
  assert.equal(await passed(3, "/v1/assets", { token: "Bearer good" }), 3);
  tokens.delete("Bearer good");
  try {
    assert.ok(await passed(100, "/v1/assets", { token: "Bearer good" }) < 62);
  } finally {
    tokens.set("Bearer good", 1);
  }
});

Deno.test("requestRates() is stricter for sign-ins", async () => {
  const { passed, ask } = fake(6_000);
  assert.equal(await passed(30, "/auth/google"), 10);
  assert.equal(await passed(5, "/sign-in", { method: "POST" }), 0);
  assert.equal((await ask("/auth/google")).headers.get("RateLimit-Policy"), '"sign-in";q=10;w=60');
  // The page with the way to sign in is a page like others.
  assert.equal(await passed(30, "/sign-in"), 30);
  assert.equal(await passed(30, "/auth/google", { from: "192.0.2.77", token: "Bearer good" }), 10);
});

Deno.test("requestRates() counts a whole IPv6 network as one, and neither files nor signs of life at all", async () => {
  const { passed, fullAt } = fake();
  let through = 0;
  for (let i = 1; i <= 20; i++) through += await passed(1, "/", { from: `2001:db8:0:1::${i.toString(16)}` });
  assert.equal(through, 4);
  const names = fullAt.size;
  assert.equal(await passed(50, "/static/style.css", { from: "192.0.2.50" }), 50);
  assert.equal(await passed(50, "/healthz", { from: "192.0.2.50" }), 50);
  assert.equal(fullAt.size, names);
});

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `requestRatesFrom() on ${name} counts in all processes together, and continues while the database is away`,
    ignore,
    async fn() {
      const database = await open();
      const warned: string[] = [];
      const logger = { ...silentLogger, warn: (message: string) => warned.push(message) };
      try {
        const settings = { rateLimitPerMinute: 300, trustedProxies: 0 };
        const [one, two] = [1, 2].map(() => service(requestRatesFrom(settings, { database, logger })!));
        // 60 a minute of an address, 18 at once.
        const through = await one!.passed(15, "/v1/assets") + await two!.passed(15, "/v1/assets");
        assert.ok(through >= 18 && through <= 20, `${through}`);
        const rows = await database.sql<{ name: string }[]>`SELECT name FROM access.request_rate`;
        assert.deepEqual(rows.map((row) => row.name), ["address:192.0.2.1"]);
        assert.equal(requestRatesFrom({ ...settings, rateLimitPerMinute: undefined }, { database, logger }), undefined);
        await database.sql`DROP TABLE access.request_rate`;
        const alone = await two!.passed(30, "/v1/assets", { from: "192.0.2.8" });
        assert.ok(alone >= 18 && alone <= 20, `${alone}`);
        assert.equal(warned.length, 1);
      } finally {
        await database.close();
      }
    },
  });
}
