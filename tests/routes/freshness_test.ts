import assert from "node:assert/strict";
import { FreshnessEvaluator, silentLogger } from "../../engine/mod.ts";
import { dated, resetDatedWorld } from "../support/dated_asset.ts";
import { withTinyApi } from "../support/tiny_api.ts";
import { numbers } from "../support/tiny_engine.ts";

Deno.test("GET /v1/freshness lists the assets that have a policy, as they were last evaluated", async () => {
  resetDatedWorld(["2026-11-20"]);
  await withTinyApi(async ({ get, post, ...tiny }) => {
    const policy = "The rows of a session are there by 18:30 America/New_York on its day.";
    const before = await get("/v1/freshness");
    assert.equal(before.status, 200);
    assert.deepEqual(before.json, {
      freshness: [{
        asset: "dated",
        policy,
        state: "unknown",
        since: null,
        deadline: null,
        message: "dated has not been evaluated yet.",
      }],
    });
    await post("/v1/assets/dated/materialize", { wait: true });
    // The clock stands at noon UTC of Monday 2026-11-23.
    await new FreshnessEvaluator({ ...tiny, logger: silentLogger }).evaluate();
    const met = {
      policy,
      state: "met",
      since: "2026-11-23T12:00:00Z",
      deadline: "2026-11-23T23:30:00Z",
      message: "dated has session 2026-11-20; 2026-11-23 is due by 18:30 America/New_York.",
    };
    assert.deepEqual((await get("/v1/freshness")).json, { freshness: [{ asset: "dated", ...met }] });
    const { assets } = (await get("/v1/assets")).json;
    assert.deepEqual(
      Object.fromEntries(assets.map((a: { key: string; freshness: unknown }) => [a.key, a.freshness])),
      { dated: met, numbers: null },
    );
    assert.deepEqual((await get("/v1/assets/dated")).json.freshness, met);
  }, { engine: { assets: [dated, numbers] } });
});
