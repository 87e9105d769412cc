import assert from "node:assert/strict";
import { dated, datedWorld, resetDatedWorld } from "../support/dated_asset.ts";
import { withTinyApi } from "../support/tiny_api.ts";

Deno.test("GET /v1/assets/:key/checks", async (t) => {
  resetDatedWorld(["2026-11-20"]);
  await withTinyApi(async ({ get, post }) => {
    const materialize = () => post("/v1/assets/dated/materialize", { force: true, wait: true });

    await t.step("lists the declared checks before any has judged", async () => {
      const { status, json } = await get("/v1/assets/dated/checks");
      assert.equal(status, 200);
      assert.deepEqual(json, {
        asset: "dated",
        checks: [
          { name: "sound", description: "It is sound.", severity: "error", blocking: true, last: null },
          { name: "tidy", description: "It is tidy.", severity: "warn", blocking: false, last: null },
        ],
        history: [],
      });
    });

    await t.step("shows the last result of each, published or not, and all earlier ones", async () => {
      await materialize();
      datedWorld.sound = { blocking: false, warning: true };
      await materialize();
      const { json } = await get("/v1/assets/dated/checks");
      const [sound, tidy] = json.checks;
      assert.deepEqual([sound.last.passed, sound.last.materialization, sound.last.runId], [false, null, 2]);
      assert.deepEqual([tidy.last.passed, tidy.last.materialization], [true, null]);
      assert.deepEqual(json.history.map((r: { name: string; runId: number }) => [r.name, r.runId]), [
        ["tidy", 2],
        ["sound", 2],
        ["tidy", 1],
        ["sound", 1],
      ]);
      assert.ok(json.history[3].materialization > 0);
    });

    await t.step("pages through the history, also that of one check", async () => {
      const first = await get("/v1/assets/dated/checks?limit=1&name=sound");
      assert.deepEqual(first.json.history.map((r: { runId: number }) => r.runId), [2]);
      const link = /^<(.*)>; rel="next"$/.exec(first.headers.get("Link")!)![1]!;
      const second = await get(link);
      assert.deepEqual(second.json.history.map((r: { name: string; runId: number }) => [r.name, r.runId]), [[
        "sound",
        1,
      ]]);
      assert.equal(second.headers.get("Link"), null);
    });

    await t.step("refuses unknown names", async () => {
      assert.equal((await get("/v1/assets/nobody/checks")).status, 404);
      const unknown = await get("/v1/assets/dated/checks?name=nope");
      assert.deepEqual([unknown.status, unknown.json.errors[0].path], [400, "name"]);
      assert.match(unknown.json.detail, /"dated" has no check "nope"\. Its checks are: .*sound/);
      for (const wrong of ["limit=0", "limit=x", "name=", "name=%00", "since=1"]) {
        assert.equal((await get(`/v1/assets/dated/checks?${wrong}`)).status, 400, wrong);
      }
    });
  }, { engine: { assets: [dated] } });
});

Deno.test("GET /v1/assets/:key/checks shows a sample of the rows at fault", async () => {
  resetDatedWorld(["2026-11-20"]);
  datedWorld.failingRows = [{ session: "2026-11-20", missing: 3 }];
  datedWorld.sound.warning = false;
  await withTinyApi(async ({ get, post }) => {
    await post("/v1/assets/dated/materialize", { wait: true });
    const { json } = await get("/v1/assets/dated/checks?name=tidy");
    assert.deepEqual(json.checks[1].last.failingRows, [{ session: "2026-11-20", missing: 3 }]);
    assert.deepEqual(json.history[0].failingRows, [{ session: "2026-11-20", missing: 3 }]);
  }, { engine: { assets: [dated] } });
});
