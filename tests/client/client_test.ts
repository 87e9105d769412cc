import assert from "node:assert/strict";
import { type AssetsAnswer, ProblemError, tandem } from "../../client/mod.ts";
import { commandLine } from "../../access/mod.ts";
import { withGuarded } from "../support/guarded_service.ts";

function clientTest(name: string, test: (service: ReturnType<typeof tandem>) => Promise<void>): void {
  Deno.test(name, () =>
    withGuarded(async ({ app, access }) => {
      const { secret } = await access.tokens.create({ name: "client", scope: "operate" }, commandLine);
      const fetch = ((input: RequestInfo | URL, init?: RequestInit) =>
        Promise.resolve(
          app.request(input instanceof Request ? input : String(input), init),
        )) as typeof globalThis.fetch;
      await test(tandem({ url: "http://localhost:8000", token: secret, fetch }));
    }));
}

clientTest("tandem() has the routes with the types of their inputs and responses", async (service) => {
  const { assets }: AssetsAnswer = await service.good(service.v1.assets.$get());
  assert.deepEqual(assets.map(({ key, state }) => [key, state]).slice(0, 2), [["numbers", "missing"], [
    "multiples",
    "missing",
  ]]);
  const run = await service.good(service.v1.materialize.$post({ json: { selection: "*", wait: true } }));
  assert.ok("status" in run && run.status === "succeeded");
  const one = await service.good(service.v1.assets[":key"].$get({ param: { key: "total" } }));
  assert.equal(one.lastMaterialization!.rowCount, 1);
  const { runs } = await service.good(service.v1.runs.$get({ query: { limit: "1", status: "succeeded" } }));
  assert.equal(runs.length, 1);
  const me = await service.good(service.v1.me.$get());
  assert.deepEqual([me.name, me.scope], ["client", "operate"]);
});

clientTest("rows() leafs through all rows, events() follows a run to its end", async (service) => {
  const begun = await service.good(service.v1.materialize.$post({ json: { selection: "*" } }));
  assert.ok("id" in begun);
  const kinds: string[] = [];
  for await (const event of service.events(begun.id)) kinds.push(event.kind);
  assert.deepEqual([kinds[0], kinds.at(-1)], ["run_queued", "run_finished"]);
  const rows = await Array.fromAsync(service.rows("numbers", { limit: "1", order: "-name" }));
  assert.deepEqual(rows.map(({ name }) => name), ["two", "one", "none"]);
});

clientTest("a refusal is a ProblemError with the message of the service", async (service) => {
  await assert.rejects(service.good(service.v1.assets[":key"].$get({ param: { key: "nothing" } })), (error) => {
    assert.ok(error instanceof ProblemError);
    assert.deepEqual([error.status, error.problem?.type], [404, "/problems/unknown-asset"]);
    return true;
  });
  await assert.rejects(Array.fromAsync(service.rows("numbers", { nothing: "1" })), /has no column "nothing"/);
  await assert.rejects(service.good(service.v1.tokens.$get()), /needs the scope "admin"/);
});
