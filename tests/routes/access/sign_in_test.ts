import assert from "node:assert/strict";
import {
  type ProviderFaults,
  type SimulatedProvider,
  simulatedProvider,
} from "../../support/identity_provider/identity_provider.ts";
import { CookieJar, type Guarded, type GuardedOptions, withGuarded } from "../../support/guarded_service.ts";

const signInCookie = "__Host-tandem_sign_in";
const sessionCookie = "__Host-tandem_session";

interface Scene extends Guarded {
  provider: SimulatedProvider;
  jar: CookieJar;
}

function signInTest(name: string, test: (scene: Scene) => Promise<void>, options: GuardedOptions = {}): void {
  Deno.test(name, async () => {
    await using provider = await simulatedProvider();
    await withGuarded(async (service) => {
      await test({ ...service, provider, jar: new CookieJar(service.app) });
      const said = JSON.stringify(service.logged);
      for (const secret of provider.secrets) assert.ok(!said.includes(secret), `${secret} is in the log`);
    }, { allow: "ann@example.com=admin,@example.com=read", providerTimeoutMs: 2_000, ...options, provider });
  });
}

signInTest(
  "a person on the list signs in, and returns to the requested page",
  async ({ jar, access, provider }) => {
    const begun = await jar.ask("/auth/google/login?redirect_url=%2Fpairs%3Faccepted%3Dtrue");
    assert.equal(begun.status, 302);
    const to = new URL(begun.headers.get("Location")!);
    assert.equal(to.origin, provider.issuer);
    const asked = Object.fromEntries(to.searchParams);
    assert.equal(asked.redirect_uri, "http://localhost:8000/auth/google/callback");
    assert.deepEqual([asked.response_type, asked.code_challenge_method, asked.scope], [
      "code",
      "S256",
      "openid email profile",
    ]);
    assert.match(begun.headers.getSetCookie()[0]!, /; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    const done = await jar.signIn("/pairs?accepted=true");
    assert.deepEqual([done.status, done.headers.get("Location")], [303, "/pairs?accepted=true"]);
    assert.equal(jar.cookies.has(signInCookie), false);
    assert.match(
      done.headers.getSetCookie().at(-1)!,
      /^__Host-tandem_session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    assert.match(await (await jar.ask("/")).text(), /ann@example\.com<\/span>/);
    assert.deepEqual((await access.sessions.list()).map(({ name, by }) => [name, by]), [["ann@example.com", "person"]]);
    assert.equal((await jar.ask("/settings/audit-events")).status, 200, "the scope of the list");
  },
);

signInTest(
  "a person not on the list is refused with the reason, without a session",
  async ({ jar, access, provider }) => {
    provider.person = { sub: "9", email: "eve@elsewhere.org", email_verified: true };
    const refused = await jar.signIn();
    assert.equal(refused.status, 403);
    assert.match(await refused.text(), /eve@elsewhere\.org is not on the list of allowed accounts/);
    assert.equal(jar.cookies.has(sessionCookie), false);
    const [event] = await access.audit.list({ limit: 1 });
    assert.deepEqual([event!.actor, event!.action, event!.outcome], [
      "eve@elsewhere.org",
      "sign-in",
      "refused: not on the list",
    ]);
  },
);

const now = () => Math.floor(Date.now() / 1000);
const faults: [name: string, faults: ProviderFaults, status: number][] = [
  ["another issuer", { claims: { iss: "https://evil.example" } }, 403],
  ["another audience", { claims: { aud: "another-client" } }, 403],
  ["several audiences and another party", { claims: { aud: ["tandem-test.apps.example.com", "b"], azp: "b" } }, 403],
  ["another nonce", { claims: { nonce: "replayed" } }, 403],
  ["no nonce", { claims: { nonce: undefined } }, 403],
  ["an expired token", { claims: { exp: now() - 120 } }, 403],
  ["a token without an expiry", { claims: { exp: undefined } }, 403],
  ["a token of yesterday", { claims: { iat: now() - 86_400, exp: now() + 300 } }, 403],
  ["a token of tomorrow", { claims: { iat: now() + 86_400 } }, 403],
  ["an address that is not verified", { claims: { email_verified: false } }, 403],
  ["an address of which nothing is said", { claims: { email_verified: undefined } }, 403],
  ["no address", { claims: { email: undefined } }, 403],
  ["no subject", { claims: { sub: undefined } }, 403],
  ["alg none", { signature: "none" }, 403],
  ["a signature by the public key as a secret", { signature: "shared" }, 403],
  ["a signature by a foreign key", { signature: "foreign" }, 403],
  ["a provider that says no", { denies: true }, 400],
  ["a refused code", { tokenStatus: 400, tokenBody: JSON.stringify({ error: "invalid_grant" }) }, 403],
  ["a broken provider", { tokenStatus: 500 }, 502],
  ["an answer that is not JSON", { tokenBody: "<html>" }, 502],
  [
    "an answer without an identity token",
    { tokenBody: JSON.stringify({ access_token: "a", token_type: "Bearer" }) },
    502,
  ],
  ["keys that cannot be had", { keysAway: true }, 502],
];
for (const [what, fault, status] of faults) {
  signInTest(`sign-in refuses ${what}`, async ({ jar, access, provider }) => {
    provider.faults = fault;
    const answer = await jar.signIn();
    assert.equal(answer.status, status);
    const text = await answer.text();
    assert.match(text, /<h1>Not signed in<\/h1>/);
    assert.doesNotMatch(text, /JW[ST]|ERR_|Error|undefined|127\.0\.0\.1:\d/);
    assert.deepEqual([jar.cookies.has(sessionCookie), (await access.sessions.list()).length], [false, 0]);
    provider.faults = {};
    // What went wrong is over with the next try.
    if (!fault.keysAway) assert.equal((await jar.signIn()).status, 303);
  });
}

signInTest("sign-in gives up on a provider that does not answer", async ({ jar, provider }) => {
  provider.faults = { delayMs: 60_000 };
  assert.equal((await jar.signIn()).status, 502);
}, { providerTimeoutMs: 300 });

signInTest("sign-in knows keys that the provider took up since", async ({ jar, provider }) => {
  await provider.rotate();
  assert.equal((await jar.signIn()).status, 303);
  assert.equal(provider.requests.filter((path) => path === "/keys").length, 1);
});

signInTest("a way back that is missing, foreign, used or old leads nowhere", async ({ jar, app, access, database }) => {
  const victim = new CookieJar(app);
  const wayOf = async (of: CookieJar) => {
    const begun = await of.ask("/auth/google/login");
    const back = await fetch(begun.headers.get("Location")!, { redirect: "manual" });
    await back.body?.cancel();
    const { pathname, search } = new URL(back.headers.get("Location")!);
    return pathname + search;
  };
  const own = await wayOf(jar);
  // Login CSRF: a victim's browser completes a sign-in that an attacker began, or the reverse.
  assert.equal((await victim.ask(own)).status, 400, "without a cookie");
  const again = await wayOf(jar);
  await wayOf(victim);
  assert.equal((await victim.ask(again)).status, 400, "with the cookie of another sign-in");
  assert.equal((await jar.ask(again)).status, 400, "which the state does not survive");
  const used = await wayOf(jar);
  const cookie = jar.cookies.get(signInCookie)!;
  assert.equal((await jar.ask(used)).status, 303);
  jar.cookies.set(signInCookie, cookie);
  assert.equal((await jar.ask(used)).status, 400, "replayed");
  const old = await wayOf(jar);
  await database.sql`UPDATE access.sign_in SET expires_at = now() - interval '1 second'`;
  assert.equal((await jar.ask(old)).status, 400, "too old");
  for (
    const path of [
      "/auth/google/callback",
      "/auth/google/callback?state=x",
      "/auth/google/callback?code=x",
      "/auth/google/callback?state=x&code=y",
    ]
  ) {
    const fresh = new CookieJar(app);
    assert.equal((await fresh.ask(path)).status, 400, path);
    fresh.cookies.set(signInCookie, "x");
    assert.equal((await fresh.ask(path)).status, 400, path);
  }
  assert.equal((await access.sessions.list()).length, 1);
});

signInTest("redirect_url may only lead to this site", async ({ jar }) => {
  for (
    const url of [
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "javascript:alert(1)",
      "/%0d%0aSet-Cookie:a=b\r\nX: y",
    ]
  ) {
    const answer = await jar.ask(`/auth/google/login?redirect_url=${encodeURIComponent(url)}`);
    assert.equal(answer.status, 400, url);
    assert.equal(answer.headers.get("Location"), null);
    assert.match(await answer.text(), /Only paths of this site/);
  }
  assert.equal(jar.cookies.size, 0);
});

signInTest("a session ends with sign-out, on the list and everywhere else", async ({ jar, app, access }) => {
  await jar.signIn();
  const stolen = jar.cookies.get(sessionCookie)!;
  await jar.post("/auth/sign-out");
  const thief = new CookieJar(app);
  thief.cookies.set(sessionCookie, stolen);
  assert.equal((await thief.ask("/")).status, 302);
  assert.equal((await access.sessions.list()).length, 0);
});

Deno.test("there is no sign-in by a provider where none is configured", () =>
  withGuarded(async ({ app }) => {
    const jar = new CookieJar(app);
    for (const path of ["/auth/google/login", "/auth/google/callback?state=a&code=b"]) {
      assert.equal((await jar.ask(path)).status, 404);
    }
    assert.doesNotMatch(await (await jar.ask("/sign-in")).text(), /google/i);
  }));
