import assert from "node:assert/strict";
import { AutomationEvaluator, eager, silentLogger } from "../../engine/mod.ts";
import { withConditions } from "../support/automation.ts";
import { withTinyApi } from "../support/tiny_api.ts";
import { tinyAssets } from "../support/tiny_engine.ts";

const engine = { assets: withConditions(tinyAssets, { multiples: eager() }) };

Deno.test("GET /v1/assets/:key/automation answers with the condition and how it was judged", async () => {
  await withTinyApi(async ({ get, post, engine, database, clock, world }) => {
    await post("/v1/materialize", { selection: "*", wait: true });
    const evaluator = new AutomationEvaluator({ engine, database, clock, logger: silentLogger });
    await evaluator.evaluate();
    world.numbers[0]!.value = 5;
    await post("/v1/materialize", { selection: "numbers", wait: true });
    const { runId } = await evaluator.evaluate();
    await engine.finished(runId!);
    const { status, json } = await get("/v1/assets/multiples/automation");
    assert.equal(status, 200);
    assert.deepEqual([json.key, json.condition, json.pausedAt], ["multiples", "eager()", null]);
    assert.equal(json.meaning, "Makes partitions that are stale or expected, and can be made.");
    assert.deepEqual(
      json.evaluations.map((e: { runId: number | null; tree: { holds: boolean } }) => [e.runId, e.tree.holds]),
      [[runId, true], [null, false]],
    );
    assert.equal((await get("/v1/assets/multiples/automation?limit=1")).json.evaluations.length, 1);
    assert.equal((await get("/v1/assets/multiples/automation?limit=0")).status, 400);
    assert.equal((await get("/v1/assets/multiples")).json.automation, "eager()");
  }, { engine });
});

Deno.test("GET /v1/assets/:key/automation reports a missing declaration, and the producer of a further output", async () => {
  await withTinyApi(async ({ get }) => {
    const { json } = await get("/v1/assets/numbers/automation");
    assert.deepEqual(json, { key: "numbers", condition: null, meaning: null, pausedAt: null, evaluations: [] });
    assert.equal((await get("/v1/assets/rejects/automation")).json.key, "multiples");
    assert.equal((await get("/v1/assets/nothing/automation")).status, 404);
  }, { engine });
});

Deno.test("POST /v1/assets/:key/automation/pause and /resume keep an asset from being followed and let it be again", async () => {
  await withTinyApi(async ({ get, post }) => {
    const paused = await post("/v1/assets/multiples/automation/pause");
    assert.equal(paused.status, 200);
    assert.notEqual(paused.json.pausedAt, null);
    assert.equal((await post("/v1/assets/multiples/automation/pause")).json.pausedAt, paused.json.pausedAt);
    assert.equal((await get("/v1/assets/multiples/automation")).json.pausedAt, paused.json.pausedAt);
    assert.equal((await post("/v1/assets/multiples/automation/resume")).json.pausedAt, null);
    assert.equal((await post("/v1/assets/nothing/automation/pause")).status, 404);
    assert.equal((await post("/v1/assets/nothing/automation/resume")).status, 404);
  }, { engine });
});
