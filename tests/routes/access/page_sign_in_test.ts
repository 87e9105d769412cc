import assert from "node:assert/strict";
import { CookieJar, type Guarded, withGuarded } from "../../support/guarded_service.ts";
import { simulatedProvider } from "../../support/identity_provider/identity_provider.ts";

const page = "http://localhost:3000";
const sessionCookie = "__Host-tandem_session";

interface Scene extends Guarded {
  jar: CookieJar;
}

/** Runs `test` where people of example.com may sign in for a page of another origin, with nothing secret in the log. */
function pageTest(name: string, test: (scene: Scene) => Promise<void>, { tokenInUrl = false } = {}): void {
  Deno.test(name, async () => {
    await using provider = await simulatedProvider();
    await withGuarded(
      (service) => test({ ...service, jar: new CookieJar(service.app) }),
      { allow: "@example.com=admin", provider, allowedOrigins: [page], tokenInUrl },
    );
  });
}

/** The code or token in the address that the page is gone to. */
function brought(answer: Response, name: "code" | "token"): string {
  assert.equal(answer.status, 303);
  const to = new URL(answer.headers.get("Location")!);
  assert.equal(to.origin, page);
  return to.searchParams.get(name)!;
}

const exchange = ({ app }: Scene, body: unknown, headers: Record<string, string> = { Origin: page }) =>
  app.request("http://localhost:8000/auth/exchange", {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

const asked = ({ app }: Scene, path: string, token: string, init: RequestInit = {}) =>
  app.request(`http://localhost:8000${path}`, {
    ...init,
    headers: { Origin: page, Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
  });

pageTest("A page of another origin gets a code in its address and a token for it, once", async (scene) => {
  const { jar, access } = scene;
  const back = await jar.signIn(`${page}/login?next=%2Fpair`);
  const code = brought(back, "code");
  assert.equal(back.headers.get("Location"), `${page}/login?next=%2Fpair&code=${code}`);
  assert.equal(jar.cookies.has(sessionCookie), false, "this site is not signed in to");
  const answer = await exchange(scene, { code });
  assert.deepEqual([answer.status, answer.headers.get("Access-Control-Allow-Origin")], [200, page]);
  assert.equal(answer.headers.get("Cache-Control"), "no-store");
  const { token, token_type, expires_at } = await answer.json();
  assert.match(token, /^tandem_page_[0-9A-Za-z]{49}$/);
  assert.equal(token_type, "Bearer");
  assert.ok(Date.parse(expires_at) > Date.now());

  const me = await asked(scene, "/v1/me", token);
  const { kind, name, scope } = await me.json();
  assert.deepEqual([me.status, kind, name, scope], [200, "session", "ann@example.com", "read"]);
  // What the original's page asks for is there, and what changes something is not.
  const [missing, forbidden] = [
    await asked(scene, "/api/nothing", token),
    await asked(scene, "/v1/materialize", token, { method: "POST", body: '{"selection":"*"}' }),
  ];
  assert.deepEqual([missing.status, forbidden.status], [404, 403]);
  for (const { body } of [missing, forbidden]) await body?.cancel();

  const again = await exchange(scene, { code });
  assert.deepEqual([again.status, Object.keys(await again.json())], [400, ["error"]]);
  const events = (await access.audit.list({ limit: 20 })).filter(({ action }) => action === "session.begin");
  assert.deepEqual(events.map(({ actor, detail }) => [actor, detail]), [["ann@example.com", { origin: page }]]);
  const said = JSON.stringify([scene.logged, await access.audit.list({ limit: 100 })]);
  for (const secret of [code, token]) assert.ok(!said.includes(secret));
});

pageTest("A code of another page, an old or a made-up one gets no token; a program's does", async (scene) => {
  const { jar, database, access } = scene;
  const given = async () => brought(await jar.signIn(`${page}/login`), "code");
  const stolen = await given();
  const thief = await exchange(scene, { code: stolen }, { Origin: "https://evil.example" });
  assert.equal(thief.status, 403);
  await thief.body?.cancel();
  const late = await given();
  await database
    .sql`UPDATE access.sign_in_code SET expires_at = now() - interval '1 second' WHERE expires_at < now() + interval '2 minutes'`;
  for (const body of [{ code: late }, { code: "x".repeat(43) }, { code: "" }, { code: 1 }, {}, [], null]) {
    const answer = await exchange(scene, body);
    assert.equal(answer.status, 400, JSON.stringify(body));
    assert.deepEqual(Object.keys(await answer.json()), ["error"]);
  }
  assert.deepEqual(await access.sessions.list(), []);
  const answer = await exchange(scene, { code: await given() }, {});
  assert.equal(answer.status, 200);
  await answer.body?.cancel();
});

pageTest("The token of a page ends with its session, and counts in no cookie", async (scene) => {
  const { jar, access } = scene;
  const { token } = await (await exchange(scene, { code: brought(await jar.signIn(page), "code") })).json();
  jar.cookies.set(sessionCookie, token);
  assert.equal((await jar.ask("/v1/me")).status, 401);
  const [session] = await access.sessions.list();
  assert.equal(session!.origin, page);
  await access.sessions.end(session!.id, { by: { kind: "owner", id: null, name: "command line" } });
  const answer = await asked(scene, "/v1/me", token);
  assert.equal(answer.status, 401);
  await answer.body?.cancel();
});

pageTest(
  "Where the operator chose so, a page of another origin finds its token in its address, as the original's did",
  async (scene) => {
    const back = await scene.jar.signIn(`${page}/login`);
    const token = brought(back, "token");
    assert.equal(back.headers.get("Location"), `${page}/login?token=${token}`);
    const answer = await asked(scene, "/v1/me", token);
    assert.deepEqual([answer.status, (await answer.json()).scope], [200, "read"]);
    // This site's own pages still get a cookie.
    const own = await scene.jar.signIn("/pairs");
    assert.deepEqual([own.headers.get("Location"), scene.jar.cookies.has(sessionCookie)], ["/pairs", true]);
  },
  { tokenInUrl: true },
);

pageTest("redirect_url leads to no origin that is not listed", async ({ jar }) => {
  for (
    const url of ["http://localhost:3001/login", "http://localhost:3000.evil.example/", "http://x@localhost:3000/"]
  ) {
    const answer = await jar.ask(`/auth/google/login?redirect_url=${encodeURIComponent(url)}`);
    assert.deepEqual([answer.status, answer.headers.get("Location")], [400, null], url);
    assert.match(
      (await answer.json()).error,
      /Only paths of this site such as \/pairs and addresses of ALLOWED_ORIGINS/,
    );
  }
});
