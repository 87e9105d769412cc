import assert from "node:assert/strict";
import { withTinyApi } from "../support/tiny_api.ts";

Deno.test("GET /v1/storage reports sizes of tables and their kept versions", async () => {
  await withTinyApi(async ({ get, post }) => {
    await post("/v1/assets/numbers/materialize", { wait: true });
    const { status, json } = await get("/v1/storage");
    assert.equal(status, 200);
    const numbers = json.assets.find(({ key }: { key: string }) => key === "numbers");
    assert.ok(numbers.bytes >= 8192, `${numbers.bytes}`);
    assert.equal(numbers.keeps, "the last 30 days");
  });
});

Deno.test("POST /v1/storage/prune deletes no kept version, and refuses invalid requests", async () => {
  await withTinyApi(async ({ get, post }) => {
    await post("/v1/assets/numbers/materialize", { wait: true });
    for (const dryRun of [true, false]) {
      const { status, json } = await post("/v1/storage/prune", { dryRun });
      assert.deepEqual([status, json], [200, { dryRun, assets: [] }]);
    }
    assert.equal((await get("/v1/assets/numbers/rows")).status, 200);
    assert.equal((await post("/v1/storage/prune", { dryRun: "yes" })).status, 400);
    assert.equal((await post("/v1/storage/prune", { keys: ["numbers"] })).status, 400);
  });
});
