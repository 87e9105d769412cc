import assert from "node:assert/strict";
import { withTinyApi } from "../support/tiny_api.ts";

Deno.test("POST is refused while the service stops, and reading continues", async () => {
  const stopping = new AbortController();
  await withTinyApi(async ({ get, post, engine }) => {
    assert.equal((await post("/v1/assets/numbers/materialize", { dryRun: true })).status, 200);
    stopping.abort();
    const refused = await post("/v1/assets/numbers/materialize", {});
    assert.equal(refused.status, 503);
    assert.equal(refused.json.type, "/problems/stopping");
    assert.equal(refused.headers.get("Retry-After"), "5");
    assert.deepEqual(await engine.runs({ limit: 1 }), []);
    assert.equal((await get("/v1/assets")).status, 200);
    assert.equal((await get("/healthz")).status, 200);
  }, { api: { stopping: stopping.signal } });
});
