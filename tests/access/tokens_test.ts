import assert from "node:assert/strict";
import fc from "fast-check";
import { type Actor, AuditLog, RepeatedFormError, Tokens, UnknownTokenError } from "../../access/mod.ts";
import {
  isPageTokenText,
  isTokenText,
  newPageTokenText,
  newTokenText,
  pageTokenPattern,
  tokenPattern,
} from "../../access/token_text.ts";
import { databases } from "../support/database.ts";

const ann: Actor = { kind: "session", id: 3, name: "ann@example.com", address: "127.0.0.1", requestId: "r-1" };

Deno.test("newTokenText() makes unique tokens that scanners recognise", () => {
  const texts = Array.from({ length: 200 }, newTokenText);
  for (const text of texts) assert.ok(tokenPattern.test(text) && isTokenText(text), text);
  assert.equal(new Set(texts).size, texts.length);
});

Deno.test("newPageTokenText() makes no access token, and isPageTokenText() accepts nothing else", () => {
  const text = newPageTokenText();
  assert.ok(pageTokenPattern.test(text) && isPageTokenText(text) && !isTokenText(text));
  assert.notEqual(text, newPageTokenText());
  for (
    const other of [newTokenText(), `${text}0`, text.slice(0, -1), text.replace("page", "Page"), "tandem_page_", ""]
  ) {
    assert.ok(!isPageTokenText(other), other);
  }
  const at = text.length - 20;
  assert.ok(!isPageTokenText(text.slice(0, at) + (text[at] === "a" ? "b" : "a") + text.slice(at + 1)));
});

Deno.test("isTokenText() refuses a token with any letter changed, cut short or made longer", () => {
  const text = newTokenText();
  const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  fc.assert(fc.property(fc.integer({ min: 7, max: text.length - 1 }), fc.constantFrom(...letters), (at, letter) => {
    fc.pre(text[at] !== letter);
    assert.ok(!isTokenText(text.slice(0, at) + letter + text.slice(at + 1)));
  }));
  for (
    const other of [text.slice(0, -1), `${text}0`, text.toUpperCase(), "tandem_", "", text.replace("tandem", "TANDEM")]
  ) {
    assert.ok(!isTokenText(other), other);
  }
});

for (const { name, ignore, open } of databases) {
  const test = (
    what: string,
    body: (
      of: { tokens: Tokens; audit: AuditLog; queries: () => number } & Awaited<ReturnType<typeof open>>,
    ) => Promise<void>,
  ) =>
    Deno.test({
      name: `Tokens on ${name}: ${what}`,
      ignore,
      async fn() {
        const database = await open();
        try {
          let queries = 0;
          const counting = new Proxy(database.sql, {
            apply(target, self, args) {
              queries++;
              return Reflect.apply(target as never, self, args);
            },
          });
          const tokens = new Tokens({ sql: counting });
          await body({ ...database, tokens, audit: new AuditLog(database), queries: () => queries });
        } finally {
          await database.close();
        }
      },
    });

  test("create() returns a secret of its holder, and stores only its hint", async ({ tokens, sql }) => {
    const { token, secret } = await tokens.create({ name: "nightly", scope: "operate" }, ann);
    assert.deepEqual(await tokens.principalOf(secret), {
      kind: "token",
      id: token.id,
      name: "nightly",
      scope: "operate",
    });
    assert.equal(token.hint, secret.slice(0, 11));
    assert.equal(token.createdBy, "ann@example.com");
    const [row] = await sql<{ text: string }[]>`
      SELECT t::text || (SELECT string_agg(e::text, '') FROM access.audit_event e) AS text FROM access.token t`;
    assert.ok(!row!.text.includes(secret.slice(11)));
  });

  test("create() makes one token of a form, however often and together it is sent", async ({ tokens }) => {
    const form = { formKey: crypto.randomUUID() };
    const sent = await Promise.allSettled(
      Array.from({ length: 4 }, () => tokens.create({ name: "nightly", scope: "read" }, ann, form)),
    );
    const refused = sent.flatMap((one) => one.status === "rejected" ? [one.reason] : []);
    assert.equal(refused.length, 3);
    for (const error of refused) assert.ok(error instanceof RepeatedFormError, String(error));
    await tokens.create({ name: "nightly", scope: "read" }, ann, { formKey: crypto.randomUUID() });
    assert.equal((await tokens.list()).length, 2);
  });

  test("principalOf() refuses expired, revoked, forged and malformed tokens", async ({ tokens, sql }) => {
    const holds = await tokens.create({ name: "a", scope: "read", expiresInDays: 1 }, ann);
    const revoked = await tokens.create({ name: "b", scope: "read" }, ann);
    assert.ok(await tokens.principalOf(holds.secret));
    await tokens.revoke(revoked.token.id, ann);
    await sql`UPDATE access.token SET expires_at = now() - interval '1 second' WHERE id = ${holds.token.id}`;
    for (const secret of [holds.secret, revoked.secret, newTokenText(), "", "tandem_", "x".repeat(10_000)]) {
      assert.equal(await tokens.principalOf(secret), null, secret.slice(0, 20));
    }
    assert.equal(await tokens.anyHolds(), false);
    await assert.rejects(tokens.revoke(revoked.token.id, ann), UnknownTokenError);
    await assert.rejects(tokens.revoke(4711, ann), UnknownTokenError);
  });

  test("principalOf() asks the same of the database whether a token is known or not", async ({ tokens, queries }) => {
    const { secret } = await tokens.create({ name: "a", scope: "read" }, ann);
    await tokens.principalOf(secret);
    const costOf = async (text: string) => {
      const before = queries();
      await tokens.principalOf(text);
      return queries() - before;
    };
    assert.deepEqual([await costOf(secret), await costOf(newTokenText())], [1, 1]);
  });

  test("principalOf() notes a use once a minute", async ({ tokens, sql }) => {
    const { token, secret } = await tokens.create({ name: "a", scope: "read" }, ann);
    const used = async () => (await tokens.list()).find(({ id }) => id === token.id)!.lastUsedAt;
    assert.equal(await used(), null);
    await tokens.principalOf(secret);
    const first = await used();
    await tokens.principalOf(secret);
    assert.equal(await used(), first);
    await sql`UPDATE access.token SET last_used_at = now() - interval '2 minutes'`;
    await tokens.principalOf(secret);
    assert.notEqual(await used(), null);
    assert.ok(Date.parse((await used())!) >= Date.parse(first!));
  });

  test("create() and revoke() write their events in the transaction of the change, or change nothing", async ({ tokens, audit, sql }) => {
    const { token } = await tokens.create({ name: "a", scope: "admin" }, ann);
    await tokens.revoke(token.id, ann);
    const events = await audit.list({ limit: 10 });
    assert.deepEqual(
      events.map((
        { action, target, outcome, actor, address, requestId },
      ) => [action, target, outcome, actor, address, requestId]),
      [
        ["token.revoke", `token ${token.id}`, "done", "ann@example.com", "127.0.0.1", "r-1"],
        ["token.create", `token ${token.id}`, "done", "ann@example.com", "127.0.0.1", "r-1"],
      ],
    );
    await sql`ALTER TABLE access.audit_event ADD CONSTRAINT full_up CHECK (id < 3)`;
    await assert.rejects(tokens.create({ name: "unseen", scope: "read" }, ann));
    assert.deepEqual((await tokens.list()).map(({ name }) => name), ["a"]);
  });

  test("list() has those that hold first", async ({ tokens, sql }) => {
    for (const name of ["old", "new", "gone", "over"]) await tokens.create({ name, scope: "read" }, ann);
    await tokens.revoke(3, ann);
    await sql`UPDATE access.token SET expires_at = now() - interval '1 day' WHERE id = 4`;
    assert.deepEqual((await tokens.list()).map(({ name }) => name), ["new", "old", "over", "gone"]);
  });

  test("the audit log keeps unfinished events, and filters", async ({ audit }) => {
    const open = await audit.begin(ann, { action: "POST /v1/materialize" });
    const ended = await audit.begin({ ...ann, name: "bob" }, {
      action: "POST /v1/runs/:id/cancel",
      target: "/v1/runs/1/cancel",
    });
    await audit.end(ended, "202");
    await audit.end(ended, "500");
    const of = async (query: Parameters<AuditLog["list"]>[0]) =>
      (await audit.list(query)).map(({ id, outcome }) => [id, outcome]);
    assert.deepEqual(await of({ limit: 10 }), [[ended, "202"], [open, null]]);
    assert.deepEqual(await of({ limit: 1 }), [[ended, "202"]]);
    assert.deepEqual(await of({ limit: 10, before: ended }), [[open, null]]);
    assert.deepEqual(await of({ limit: 10, actor: "bob" }), [[ended, "202"]]);
    assert.deepEqual(await of({ limit: 10, action: "POST /v1/materialize" }), [[open, null]]);
  });
}
