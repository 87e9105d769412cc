import assert from "node:assert/strict";
import { type Actor, openAccess, parseAllowList, UnknownSessionError } from "../../access/mod.ts";
import type { Database } from "../../resources/database/mod.ts";
import { databases } from "../support/database.ts";

const here = { origin: null, path: "/" };
const ann: Actor = { kind: "session", id: null, name: "ann@example.com" };

for (const { name, ignore, open } of databases) {
  const test = (what: string, body: (database: Database) => Promise<void>) =>
    Deno.test({
      name: `Sessions on ${name}: ${what}`,
      ignore,
      async fn() {
        const database = await open();
        try {
          await body(database);
        } finally {
          await database.close();
        }
      },
    });
  const accessOf = (database: Database, allow = "ann@example.com=admin,@example.com") =>
    openAccess({ database, required: true, allowList: parseAllowList(allow) });
  const person = (email: string, subject = email) => ({ issuer: "https://id.example", subject, email, name: null });

  test("a session represents the person, with the scope of the current list", async (database) => {
    const access = accessOf(database);
    const personId = await access.signIns.welcome(person("ann@example.com"));
    const secret = await access.sessions.begin({ personId }, { userAgent: "Browser", by: ann });
    assert.deepEqual(await access.sessions.principalOf(secret), {
      kind: "session",
      id: 1,
      name: "ann@example.com",
      scope: "admin",
    });
    assert.equal((await accessOf(database, "@example.com=read").sessions.principalOf(secret))!.scope, "read");
    assert.equal(await accessOf(database, "bob@example.com").sessions.principalOf(secret), null, "taken off the list");
    const [row] = await database.sql<{ text: string }[]>`SELECT s::text AS text FROM access.session s`;
    assert.ok(!row!.text.includes(secret));
  });

  test("a session ends when it is idle, when it is old, when it is ended, and at once", async (database) => {
    const { sessions, signIns } = accessOf(database);
    const personId = await signIns.welcome(person("ann@example.com"));
    const begin = () => sessions.begin({ personId }, { userAgent: null, by: ann });
    const [idle, old, ended, holds] = [await begin(), await begin(), await begin(), await begin()];
    const { sql } = database;
    await sql`UPDATE access.session SET last_used_at = now() - interval '8 hours 1 second' WHERE id = 1`;
    await sql`UPDATE access.session SET expires_at = now() - interval '1 second' WHERE id = 2`;
    await sessions.end(3, { by: ann });
    for (const secret of [idle, old, ended, "x".repeat(43), ""]) assert.equal(await sessions.principalOf(secret), null);
    assert.ok(await sessions.principalOf(holds));
    assert.deepEqual((await sessions.list()).map(({ id }) => id), [4]);
    await assert.rejects(sessions.end(3, { by: ann }), UnknownSessionError);
  });

  test("a use puts the idle end off, and never the absolute one", async (database) => {
    const { sessions, signIns } = accessOf(database);
    const personId = await signIns.welcome(person("ann@example.com"));
    const secret = await sessions.begin({ personId }, { userAgent: null, by: ann });
    const { sql } = database;
    await sql`UPDATE access.session SET last_used_at = now() - interval '7 hours 59 minutes'`;
    const [before] = await sql`SELECT expires_at::text AS at FROM access.session`;
    assert.ok(await sessions.principalOf(secret));
    const [after] =
      await sql`SELECT expires_at::text AS at, last_used_at > now() - interval '1 minute' AS used FROM access.session`;
    assert.deepEqual([after!.at, after!.used], [before!.at, true]);
  });

  test("a session by token has its scope, and ends with it", async (database) => {
    const { sessions, tokens } = accessOf(database);
    const { token } = await tokens.create({ name: "desk", scope: "operate" }, ann);
    const secret = await sessions.begin({ tokenId: token.id }, { userAgent: null, by: ann });
    assert.deepEqual(await sessions.principalOf(secret), { kind: "session", id: 1, name: "desk", scope: "operate" });
    await database.sql`UPDATE access.token SET expires_at = now() - interval '1 second'`;
    assert.equal(await sessions.principalOf(secret), null);
    await database.sql`UPDATE access.token SET expires_at = NULL`;
    await tokens.revoke(token.id, ann);
    await database.sql`UPDATE access.token SET revoked_at = NULL`;
    assert.equal(await sessions.principalOf(secret), null, "ended for good");
  });

  test("end() with a name ends only that principal's sessions", async (database) => {
    const { sessions, signIns } = accessOf(database);
    for (const email of ["ann@example.com", "bob@example.com"]) {
      const personId = await signIns.welcome(person(email));
      await sessions.begin({ personId }, { userAgent: null, by: { ...ann, name: email } });
    }
    await assert.rejects(sessions.end(1, { by: ann, name: "bob@example.com" }), UnknownSessionError);
    await sessions.end(2, { by: ann, name: "bob@example.com" });
    assert.deepEqual((await sessions.list()).map(({ name }) => name), ["ann@example.com"]);
    assert.deepEqual(await sessions.list({ name: "bob@example.com" }), []);
  });

  test("welcome() knows a person by the provider's subject, whatever the address", async (database) => {
    const { signIns } = accessOf(database);
    const first = await signIns.welcome(person("ann@example.com", "1"));
    assert.equal(await signIns.welcome(person("ann.new@example.com", "1")), first);
    assert.notEqual(await signIns.welcome(person("ann@example.com", "2")), first);
  });

  test("a way to the provider is taken once, in its browser, in time", async (database) => {
    const { signIns } = accessOf(database);
    const one = await signIns.begin({ origin: null, path: "/pairs?accepted=true" });
    assert.equal(new Set([one.state, one.browser, one.nonce, one.codeVerifier]).size, 4);
    const { nonce, codeVerifier } = one;
    assert.deepEqual(await signIns.take(one.state, one.browser), {
      nonce,
      codeVerifier,
      returnTo: { origin: null, path: "/pairs?accepted=true" },
    });
    assert.equal(await signIns.take(one.state, one.browser), null, "replayed");
    const two = await signIns.begin(here);
    assert.equal(await signIns.take(two.state, one.browser), null, "another browser");
    assert.equal(await signIns.take(two.state, two.browser), null, "used up by the other browser");
    const late = await signIns.begin(here);
    await database.sql`UPDATE access.sign_in SET expires_at = now() - interval '1 second'`;
    assert.equal(await signIns.take(late.state, late.browser), null, "too late");
    assert.equal(await signIns.take("never", "begun"), null);
    await signIns.begin(here);
    const [row] = await database.sql<{ count: number }[]>`SELECT count(*)::int AS count FROM access.sign_in`;
    assert.equal(row!.count, 1, "what is over is swept");
  });

  const origin = "http://localhost:3000";
  test("a way that leads to another origin comes back with it", async (database) => {
    const { signIns } = accessOf(database);
    const returnTo = { origin, path: "/login" };
    const { state, browser } = await signIns.begin(returnTo);
    assert.deepEqual((await signIns.take(state, browser))!.returnTo, returnTo);
  });

  test("a code is taken once, within a minute, by its page or a program", async (database) => {
    const { signIns } = accessOf(database);
    const personId = await signIns.welcome(person("ann@example.com"));
    const give = () => signIns.giveCode({ personId, origin });
    const visitor = { personId, email: "ann@example.com", origin };
    const [one, two, three] = [await give(), await give(), await give()];
    const [row] = await database.sql<
      { text: string }[]
    >`SELECT string_agg(c::text, ' ') AS text FROM access.sign_in_code c`;
    for (const code of [one, two, three]) assert.ok(!row!.text.includes(code));
    assert.deepEqual(await signIns.takeCode(one, origin), visitor);
    assert.equal(await signIns.takeCode(one, origin), null, "used");
    assert.deepEqual(await signIns.takeCode(two, null), visitor);
    assert.equal(await signIns.takeCode(three, "https://evil.example"), null, "another page");
    assert.equal(await signIns.takeCode(three, origin), null, "used up by the other page");
    const late = await give();
    await database.sql`UPDATE access.sign_in_code SET expires_at = now() - interval '1 second'`;
    assert.equal(await signIns.takeCode(late, origin), null, "too late");
    assert.equal(await signIns.takeCode("never", null), null);
    await database.sql`UPDATE access.sign_in_code SET expires_at = now() - interval '1 second'`;
    await give();
    const [left] = await database.sql<{ count: number }[]>`SELECT count(*)::int AS count FROM access.sign_in_code`;
    assert.equal(left!.count, 1, "what is over is swept");
  });

  test("a page's session reads, for a day, whatever the list gives, and its secret is no cookie", async (database) => {
    const access = accessOf(database);
    const { sessions, signIns } = access;
    const personId = await signIns.welcome(person("ann@example.com"));
    const { secret, expiresAt } = await sessions.beginForPage({ personId, origin }, { userAgent: "Browser", by: ann });
    const hours = (Date.parse(expiresAt) - Date.now()) / 3_600_000;
    assert.ok(hours > 23.9 && hours < 24.1, `${hours} hours`);
    const holder = { kind: "session" as const, id: 1, name: "ann@example.com", scope: "read" as const };
    assert.deepEqual(await sessions.principalOfPage(secret), holder);
    assert.equal(await sessions.principalOf(secret), null);
    assert.equal(await access.tokens.principalOf(secret), null);
    const cookie = await sessions.begin({ personId }, { userAgent: null, by: ann });
    assert.equal(await sessions.principalOfPage(cookie), null, "nor is a cookie a token");
    assert.deepEqual((await sessions.list()).map((one) => one.origin).toSorted(), [null, origin].toSorted());
    assert.equal(await accessOf(database, "bob@example.com").sessions.principalOfPage(secret), null, "off the list");
    assert.equal(await access.holds(holder), true);
    await sessions.end(1, { by: ann });
    assert.equal(await sessions.principalOfPage(secret), null);
    const events = await access.audit.list({ limit: 10 });
    assert.deepEqual(events.at(-1)!.detail, { origin });
  });
}
