import assert from "node:assert/strict";
import { commandLine as owner, openAccess } from "../../access/mod.ts";
import { commandLine, httpTokens, storedTokens, type TokenControl } from "../../cli/mod.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { withGuarded } from "../support/guarded_service.ts";
import { noImports, noWorker, scriptedControl } from "../support/scripted_control.ts";
import { withTinyEngine } from "../support/tiny_engine.ts";

async function run(tokens: () => Promise<TokenControl>, ...args: string[]) {
  const terminal = fakeTerminal({ now: new Date().toISOString() });
  const parts = {
    version: "1",
    start: () => Promise.resolve(0 as const),
    worker: noWorker,
    control: scriptedControl({}),
    tokens,
    imports: noImports,
  };
  const code = await commandLine(["token", ...args], parts, terminal);
  return { code, out: terminal.out, err: terminal.err };
}

const ways: readonly [name: string, with_: (test: (tokens: TokenControl) => Promise<void>) => Promise<void>][] = [
  [
    "in the database",
    (test) =>
      withTinyEngine(({ database }) => test(storedTokens(openAccess({ database, required: true }).tokens, owner))),
  ],
  ["through a server", (test) =>
    withGuarded(async ({ app, access }) => {
      const fetch = ((input: RequestInfo | URL, init?: RequestInit) =>
        Promise.resolve(app.request(String(input), init))) as typeof globalThis.fetch;
      await test(httpTokens("http://localhost:8000", { token: access.ownerSecret, fetch }));
    })],
];
for (const [name, withTokens] of ways) {
  Deno.test(`token creates, lists and revokes ${name}`, () =>
    withTokens(async (tokens) => {
      const of = () => Promise.resolve(tokens);
      const created = await run(of, "create", "nightly run", "--scope", "operate", "--expires-days", "30");
      assert.deepEqual([created.code, created.err], [
        0,
        'Token 1, "nightly run", may read and operate.\nStore it now: it is not shown again.\n',
      ]);
      assert.match(created.out, /^tandem_\w{49}\n$/);
      const json = await run(of, "create", "other", "--json");
      assert.equal(JSON.parse(json.out).token.scope, "read");
      const listed = await run(of, "list");
      assert.match(listed.out, /1 +nightly run +tandem_\w{4} +operate +\S.* +never +until 20\d\d-/);
      assert.ok(!listed.out.includes(created.out.trim()));
      assert.match((await run(of, "revoke", "1")).out, /Token 1, "nightly run", is revoked\./);
      assert.match((await run(of, "list")).out, /revoked/);
      const again = await run(of, "revoke", "1");
      assert.deepEqual([again.code, again.err.split("\n")[0]], [2, "There is no active token 1."]);
    }));
}

Deno.test("token names invalid arguments", () =>
  withTinyEngine(async ({ database }) => {
    const of = () => Promise.resolve(storedTokens(openAccess({ database, required: true }).tokens, owner));
    const wrong: [args: string[], said: RegExp][] = [
      [[], /Give an action: create, list or revoke/],
      [["make"], /"token" has no action "make"/],
      [["create"], /The token needs a name/],
      [["create", "a", "b"], /"b" is unexpected/],
      [["create", "a", "--scope", "root"], /Unknown scope "root"\. Use one of read, operate, admin/],
      [["create", "a", "--expires-days", "soon"], /--expires-days "soon" is not a number/],
      [["create", "a", "--expires-days", "0"], /--expires-days "0" is not a number from 0\.001 to 3650\./],
      [["create", "a", "--expires-days", "0.0001"], /"0\.0001" is not a number from 0\.001 to 3650\./],
      [["list", "all"], /"all" is unexpected/],
      [["revoke"], /requires the number of a token/],
      [["revoke", "x"], /requires the number of a token/],
    ];
    for (const [args, said] of wrong) {
      const { code, err } = await run(of, ...args);
      assert.equal(code, 2, args.join(" "));
      assert.match(err, said);
      assert.match(err, /Usage: deno task token create NAME/);
    }
  }));

Deno.test("token gives the remedy if a server requires credentials", () =>
  withGuarded(async ({ app }) => {
    const fetch = ((input: RequestInfo | URL, init?: RequestInit) =>
      Promise.resolve(app.request(String(input), init))) as typeof globalThis.fetch;
    const { code, err } = await run(() =>
      Promise.resolve(httpTokens("http://localhost:8000", { fetch })), "list");
    assert.equal(code, 1);
    assert.match(
      err,
      /The server at http:\/\/localhost:8000 requires credentials\. Set TANDEM_TOKEN to an access token\./,
    );
  }));
