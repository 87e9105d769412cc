import assert from "node:assert/strict";
import { type Actor, commandLine, type Scope } from "../../../access/mod.ts";
import { CookieJar, type Guarded, withGuarded } from "../../support/guarded_service.ts";
import { newTokenText } from "../../../access/token_text.ts";
import { read } from "../../support/tiny_api.ts";

const by: Actor = commandLine;
const host = "http://localhost:8000";

/** What asks as the holder of a new token. */
async function holder({ access, app }: Guarded, scope: Scope, name: string = scope) {
  const { secret, token } = await access.tokens.create({ name, scope }, by);
  const ask = async (path: string, init: RequestInit = {}) =>
    await read(
      await app.request(host + path, { ...init, headers: { Authorization: `Bearer ${secret}`, ...init.headers } }),
    );
  const post = (path: string, body: unknown = {}) =>
    ask(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
  return { secret, token, ask, post };
}

Deno.test("requests without valid credentials get 401 with the required scheme", () =>
  withGuarded(async (service) => {
    const { app, access } = service;
    const revoked = await access.tokens.create({ name: "gone", scope: "admin" }, by);
    await access.tokens.revoke(revoked.token.id, by);
    const tried: [header: string | undefined, challenge: RegExp][] = [
      [undefined, /^Bearer realm="tandem"$/],
      [`Bearer ${revoked.secret}`, /error="invalid_token"/],
      [`Bearer ${newTokenText()}`, /error="invalid_token"/],
      ["Bearer eyJhbGciOiJub25lIn0.eyJ1c2VyX2lkIjoxfQ.", /error="invalid_token"/],
      ["Bearer undefined", /error="invalid_token"/],
      ["Basic YTpi", /error="invalid_request"/],
      ["Bearer", /error="invalid_request"/],
      [`Bearer ${"a".repeat(4_000)}`, /error="invalid_request"/],
      [`Bearer ${revoked.secret}, Bearer ${revoked.secret}`, /error="invalid_request"/],
    ];
    for (const [header, challenge] of tried) {
      const headers: Record<string, string> = header === undefined ? {} : { Authorization: header };
      const answer = await read(await app.request(`${host}/v1/assets`, { headers }));
      assert.equal(answer.status, 401, header);
      assert.equal(answer.json.type, "/problems/unauthenticated");
      assert.match(answer.headers.get("WWW-Authenticate")!, challenge, header);
      assert.ok(
        !(header && header.length > 20 && answer.text.includes(header.slice(7))),
        "what was shown is not repeated",
      );
      // The old services' clients read errors of their own shape.
      const old = await read(await app.request(`${host}/api/pairs`, { headers }));
      assert.equal(old.status, 401);
      assert.deepEqual(Object.keys(old.json), ["error"]);
    }
    const { secret } = await holder(service, "read");
    assert.equal(
      (await app.request(`${host}/v1/assets`, { headers: { authorization: `bearer  ${secret}` } })).status,
      200,
    );
  }));

Deno.test("a token allows what its scope covers, and 403 names the required scope", () =>
  withGuarded(async (service) => {
    const [reads, operates, admin] = [
      await holder(service, "read"),
      await holder(service, "operate"),
      await holder(service, "admin"),
    ];
    const status = async (who: typeof reads, path: string) => (await who.ask(path)).status;
    for (const who of [reads, operates, admin]) assert.equal(await status(who, "/v1/assets"), 200);
    const refused = await reads.post("/v1/materialize", { selection: "*" });
    assert.equal(refused.status, 403);
    assert.match(refused.json.detail, /needs the scope "operate"; read has "read"/);
    assert.equal((await service.engine.runs({ limit: 5 })).length, 0);
    assert.equal((await operates.post("/v1/materialize", { selection: "*", wait: true })).status, 200);
    for (const who of [reads, operates]) {
      assert.equal(await status(who, "/v1/tokens"), 403);
      assert.equal(await status(who, "/v1/audit-events"), 403);
      assert.equal((await who.post("/v1/tokens", { name: "mine", scope: "admin" })).status, 403);
    }
    assert.equal(await status(admin, "/v1/tokens"), 200);
    assert.deepEqual((await operates.ask("/v1/me")).json, {
      kind: "token",
      id: operates.token.id,
      name: "operate",
      scope: "operate",
    });
  }));

Deno.test("/v1/tokens creates, lists and revokes; the secret is in one answer alone", () =>
  withGuarded(async (service) => {
    const admin = await holder(service, "admin");
    const created = await admin.post("/v1/tokens", { name: "  nightly ", scope: "operate", expiresInDays: 30 });
    assert.equal(created.status, 201);
    const { token, secret } = created.json;
    assert.deepEqual([token.name, token.scope, token.createdBy], ["nightly", "operate", "admin"]);
    const listed = await admin.ask("/v1/tokens");
    assert.ok(!listed.text.includes(secret) && listed.text.includes(token.hint));
    const used = await service.app.request(`${host}/v1/me`, { headers: { Authorization: `Bearer ${secret}` } });
    assert.equal((await used.json()).name, "nightly");
    assert.equal((await admin.ask(`/v1/tokens/${token.id}`, { method: "DELETE" })).json.revokedBy, "admin");
    assert.equal((await admin.ask(`/v1/tokens/${token.id}`, { method: "DELETE" })).status, 404);
    assert.equal(
      (await service.app.request(`${host}/v1/me`, { headers: { Authorization: `Bearer ${secret}` } })).status,
      401,
    );
    for (
      const body of [
        {},
        { name: "" },
        { name: "a", scope: "root" },
        { name: "a", expiresInDays: -1 },
        { name: "a\nb" },
        { name: "a", x: 1 },
      ]
    ) {
      assert.equal((await admin.post("/v1/tokens", body)).status, 400, JSON.stringify(body));
    }
    assert.equal((await admin.ask("/v1/tokens/1;drop", { method: "DELETE" })).status, 404);
  }));

Deno.test("every change is audited with actor and outcome, refused ones as well", () =>
  withGuarded(async (service) => {
    const [reads, operates, admin] = [
      await holder(service, "read", "reader"),
      await holder(service, "operate", "nightly"),
      await holder(service, "admin", "boss"),
    ];
    await reads.post("/v1/materialize", { selection: "*" });
    await operates.post("/v1/materialize", { selection: "*", wait: true });
    await operates.post("/v1/materialize", { selection: "nothing_of_this_name" });
    await operates.post("/v1/runs/1/cancel");
    await operates.post("/nowhere");
    await admin.post("/v1/tokens", { name: "one" });
    await operates.post("/ml/rlrt", { data: [] });
    await admin.ask("/v1/tokens/999", { method: "DELETE" });
    await admin.ask("/v1/sessions/999", { method: "DELETE" });
    const { events } = (await admin.ask("/v1/audit-events")).json;
    const seen = events.map((
      event: Record<string, unknown>,
    ) => [event.actor, event.action, event.target, event.outcome]);
    assert.deepEqual(seen.slice(0, 7), [
      ["boss", "DELETE /v1/sessions/:id", "/v1/sessions/999", "404"],
      ["boss", "DELETE /v1/tokens/:id", "/v1/tokens/999", "404"],
      ["boss", "token.create", "token 4", "done"],
      ["nightly", "POST /v1/runs/:id/cancel", "/v1/runs/1/cancel", "409"],
      ["nightly", "POST /v1/materialize", "/v1/materialize", "400"],
      ["nightly", "POST /v1/materialize", "/v1/materialize", "200"],
      ["reader", "POST /v1/materialize", "/v1/materialize", "refused"],
    ]);
    assert.ok(
      events.every((event: { requestId: unknown; actorKind: string }) =>
        event.requestId || event.actorKind === "owner"
      ),
    );
    const page = await admin.ask("/v1/audit-events?limit=2&actor=nightly");
    assert.equal(page.json.events.length, 2);
    const next = /<([^>]+)>; rel="next"/.exec(page.headers.get("Link")!)![1]!;
    const rest = await admin.ask(next.replace(host, ""));
    assert.deepEqual([rest.json.events.length, rest.headers.get("Link")], [1, null]);
  }));

Deno.test("a misplaced token is not audited, and an outcome that cannot be written is logged", () =>
  withGuarded(async (service) => {
    const operates = await holder(service, "operate");
    await operates.ask(`/v1/tokens/${operates.secret}`, { method: "DELETE" });
    const [event] = await service.access.audit.list({ limit: 1 });
    assert.deepEqual([event!.target, event!.outcome], ["/v1/tokens/tandem_…", "refused"]);
    service.access.audit.end = () => Promise.reject(new Error("the disk is full"));
    assert.equal((await operates.post("/v1/materialize", { selection: "*", wait: true })).status, 200);
    assert.ok(
      service.logged.some(({ message }) => /outcome of audit event \d+ could not be written: the disk/.test(message)),
    );
  }));

Deno.test("an open service requires no credentials, still audits changes, and ignores the header", () =>
  withGuarded(async ({ app, access }) => {
    const headers = { Authorization: "Bearer whatever", "Content-Type": "application/json" };
    assert.equal((await app.request(`${host}/v1/assets`, { headers })).status, 200);
    const body = JSON.stringify({ selection: "*", wait: true });
    assert.equal((await app.request(`${host}/v1/materialize`, { method: "POST", headers, body })).status, 200);
    const [event] = await access.audit.list({ limit: 1 });
    assert.deepEqual([event!.actor, event!.action, event!.outcome], ["anybody", "POST /v1/materialize", "200"]);
    assert.equal((await (await app.request(`${host}/v1/me`)).json()).name, "anybody");
  }, { access: { required: false } }));

Deno.test("the owner's secret is known to the process that made it alone", () =>
  withGuarded(async ({ app, access }) => {
    const me = (secret: string) => app.request(`${host}/v1/me`, { headers: { Authorization: `Bearer ${secret}` } });
    assert.deepEqual(await (await me(access.ownerSecret)).json(), {
      kind: "owner",
      id: null,
      name: "command line",
      scope: "admin",
    });
    assert.equal((await me(access.ownerSecret.slice(1))).status, 401);
  }));

Deno.test("a person without a session is led to the sign-in, and comes back to where they were going", () =>
  withGuarded(async (service) => {
    const jar = new CookieJar(service.app);
    const led = await jar.ask("/pairs?accepted=true");
    assert.deepEqual([led.status, led.headers.get("Location")], [302, "/sign-in?return=%2Fpairs%3Faccepted%3Dtrue"]);
    assert.equal((await jar.ask("/v1/assets")).status, 401, "programs are not led anywhere");
    assert.match(await (await jar.ask(led.headers.get("Location")!)).text(), /value="\/pairs\?accepted=true"/);
    const { secret } = await holder(service, "operate", "desk");
    const wrong = await jar.post("/auth/token", { token: newTokenText(), return: "/pairs" });
    assert.equal(wrong.status, 401);
    assert.match(await wrong.text(), /role="alert">This token is unknown/);
    assert.equal(jar.cookies.size, 0);
    const signedIn = await jar.post("/auth/token", { token: ` ${secret} `, return: "/pairs?accepted=true" });
    assert.deepEqual([signedIn.status, signedIn.headers.get("Location")], [303, "/pairs?accepted=true"]);
    const [cookie] = signedIn.headers.getSetCookie();
    assert.match(cookie!, /^__Host-tandem_session=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    const page = await jar.ask("/pairs");
    assert.equal(page.status, 200);
    assert.match(await page.text(), /desk<\/span><button type="submit" class="quiet">Sign out/);
    assert.equal((await jar.ask("/settings/audit-events")).status, 403);
    const out = await jar.post("/auth/sign-out");
    assert.deepEqual([out.status, jar.cookies.size], [303, 0]);
    assert.equal((await jar.ask("/pairs")).status, 302);
    assert.equal((await service.access.sessions.list()).length, 0);
  }));

Deno.test("signing in never takes a session that the browser brought, and ends the one before", () =>
  withGuarded(async (service) => {
    const { secret } = await holder(service, "read", "desk");
    const jar = new CookieJar(service.app);
    jar.cookies.set("__Host-tandem_session", "A".repeat(43));
    await jar.post("/auth/token", { token: secret });
    const first = jar.cookies.get("__Host-tandem_session")!;
    assert.notEqual(first, "A".repeat(43));
    await jar.post("/auth/token", { token: secret });
    assert.notEqual(jar.cookies.get("__Host-tandem_session"), first);
    assert.equal(await service.access.sessions.principalOf(first), null);
    assert.equal((await service.access.sessions.list()).length, 1);
  }));

Deno.test("the settings show tokens and sessions to an admin, and to others their own session", () =>
  withGuarded(async (service) => {
    const admin = await holder(service, "admin", "boss");
    const other = await holder(service, "read", "desk");
    const [boss, desk] = [new CookieJar(service.app), new CookieJar(service.app)];
    await boss.post("/auth/token", { token: admin.secret });
    await desk.post("/auth/token", { token: other.secret });
    const own = await (await desk.ask("/settings")).text();
    assert.ok(!own.includes("Access tokens") && !own.includes("boss") && own.includes("desk"));
    assert.equal((await desk.post("/settings/tokens", { name: "mine", scope: "admin" })).status, 403);
    assert.equal((await desk.post("/settings/sessions/1/end")).status, 404, "of another principal");
    const [, formKey] = /name="formKey" value="([^"]+)"/.exec(await (await boss.ask("/settings")).text())!;
    const form = { name: "nightly", scope: "operate", expiresInDays: "", formKey: formKey! };
    const created = await boss.post("/settings/tokens", form);
    const shown = await created.text();
    const secret = /tandem_\w{49}/.exec(shown)![0];
    assert.equal((await service.access.tokens.principalOf(secret))!.name, "nightly");
    assert.ok(!(await (await boss.ask("/settings")).text()).includes(secret));
    const again = await boss.post("/settings/tokens", form);
    assert.equal(again.status, 409, "the answer reloaded");
    const refused = await again.text();
    assert.match(refused, /has already created the token “nightly”; its secret was shown once/);
    assert.doesNotMatch(refused, /tandem_\w{49}/);
    assert.deepEqual((await service.access.tokens.list()).map(({ name }) => name).sort(), ["boss", "desk", "nightly"]);
    assert.equal((await boss.post("/settings/tokens", { name: "mine", scope: "read" })).status, 400, "no form's key");
    const bad = await boss.post("/settings/tokens", { ...form, name: " " });
    assert.equal(bad.status, 400);
    assert.match(await bad.text(), /role="alert">name:/);
    assert.equal((await boss.post("/settings/tokens/3/revoke")).status, 303);
    assert.equal(await service.access.tokens.principalOf(secret), null);
    assert.equal((await boss.post("/settings/sessions/2/end")).status, 303);
    assert.equal((await desk.ask("/settings")).status, 302);
    const done = await (await boss.ask("/settings/audit-events?actor=boss")).text();
    assert.match(done, /token\.revoke/);
    assert.match(await (await boss.ask("/settings/audit-events.csv")).text(), /^id,at,actorKind,actor,action/);
  }));

Deno.test("a stream of events ends with the token or the session that it was opened with, and no stream keeps a session alive", () =>
  withGuarded(async (service) => {
    const { access, database } = service;
    const [kept, lost] = [await holder(service, "read", "kept"), await holder(service, "read", "lost")];
    const jar = new CookieJar(service.app);
    await jar.post("/auth/token", { token: kept.secret });
    const [session] = await access.sessions.list();
    const open = async (headers: Record<string, string>) => {
      const response = await service.app.request(`${host}/v1/events`, { headers });
      assert.equal(response.status, 200);
      return response.body!.getReader();
    };
    const streams = [
      await open({ Authorization: `Bearer ${kept.secret}` }),
      await open({ Authorization: `Bearer ${lost.secret}` }),
      await open({ Cookie: `__Host-tandem_session=${jar.cookies.get("__Host-tandem_session")}` }),
    ];
    /** Reads what comes in some heartbeats; says whether the stream has ended. */
    const ended = async (stream: ReadableStreamDefaultReader<Uint8Array>) => {
      for (let read = 0; read < 20; read++) if ((await stream.read()).done) return true;
      return false;
    };
    assert.deepEqual(await Promise.all(streams.map(ended)), [false, false, false]);
    await access.tokens.revoke(lost.token.id, by);
    assert.deepEqual(await Promise.all(streams.map(ended)), [false, true, false]);
    await database.sql`UPDATE access.session SET last_used_at = now() - interval '7 hours 59 minutes'`;
    assert.equal(await ended(streams[2]!), false);
    const [row] = await database.sql<{ used: boolean }[]>`
      SELECT last_used_at > now() - interval '1 hour' AS used FROM access.session`;
    assert.equal(row!.used, false);
    await access.sessions.end(session!.id, { by });
    assert.deepEqual(await Promise.all([streams[0]!, streams[2]!].map(ended)), [false, true]);
    await streams[0]!.cancel();
  }, { api: { limits: { heartbeatMs: 10 } } }));

Deno.test("a form from another site changes nothing, whatever cookie the browser sends with it", () =>
  withGuarded(async (service) => {
    const admin = await holder(service, "admin", "boss");
    const jar = new CookieJar(service.app);
    await jar.post("/auth/token", { token: admin.secret });
    const headers = { "Content-Type": "application/x-www-form-urlencoded", Origin: "https://evil.example" };
    for (const path of ["/settings/tokens", "/auth/sign-out", "/auth/token", "/settings/sessions/1/end"]) {
      const answer = await jar.ask(path, { method: "POST", headers, body: "name=evil&scope=admin" });
      assert.equal(answer.status, 403, path);
    }
    assert.equal((await service.access.tokens.list()).length, 1);
    assert.equal((await jar.ask("/settings")).status, 200);
  }));
