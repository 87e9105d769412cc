import assert from "node:assert/strict";
import { dated, datedWorld, resetDatedWorld } from "../support/dated_asset.ts";
import { withTinyApi } from "../support/tiny_api.ts";

Deno.test("POST /v1/checks/run", async (t) => {
  resetDatedWorld(["2026-11-20"]);
  await withTinyApi(async ({ get, post }) => {
    await t.step("judges nothing where there is no version", async () => {
      const { status, json } = await post("/v1/checks/run", { selection: "dated" });
      assert.deepEqual([status, json], [200, { assets: [{ asset: "dated", materialization: null, results: [] }] }]);
    });

    await t.step("judges the latest version as it is stored, and records it with that version", async () => {
      await post("/v1/assets/dated/materialize", { wait: true });
      datedWorld.sound = { blocking: false, warning: true };
      const { status, json } = await post("/v1/checks/run", { selection: "dated" });
      assert.equal(status, 200);
      const [{ materialization, results }] = json.assets;
      assert.deepEqual(
        results.map((r: Record<string, unknown>) => [r.name, r.passed, r.runId, r.materialization]),
        [["sound", false, null, materialization], ["tidy", true, null, materialization]],
      );
      const { json: after } = await get("/v1/assets/dated");
      // It stays published, and is stale.
      assert.equal(after.lastMaterialization.id, materialization);
      assert.deepEqual([after.state, after.reasons.map((r: { kind: string }) => r.kind)], ["stale", ["check_failed"]]);
      assert.deepEqual(
        after.checks.map((c: { last: { id: number } }) => c.last.id),
        results.map((r: { id: number }) => r.id),
      );
    });

    await t.step("runs only checks that are named, and takes the last judgement for the state", async () => {
      datedWorld.sound = { blocking: true, warning: true };
      const { json } = await post("/v1/checks/run", { selection: "*", names: ["sound"] });
      assert.deepEqual(json.assets[0].results.map((r: { name: string }) => r.name), ["sound"]);
      assert.equal((await get("/v1/assets/dated")).json.state, "fresh");
    });

    await t.step("refuses unknown names", async () => {
      const unknown = await post("/v1/checks/run", { selection: "unknown_asset" });
      assert.deepEqual([unknown.status, unknown.json.type, unknown.json.errors[0].path], [
        400,
        "/problems/invalid-selection",
        "selection",
      ]);
      for (
        const body of [{}, { selection: "" }, { selection: "dated", names: [] }, { selection: "dated", names: ["x"] }]
      ) {
        assert.equal((await post("/v1/checks/run", body)).status, 400, JSON.stringify(body));
      }
    });
  }, { engine: { assets: [dated] } });
});
