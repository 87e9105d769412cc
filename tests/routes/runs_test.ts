import assert from "node:assert/strict";
import { gate } from "../support/tiny_engine.ts";
import { withTinyApi } from "../support/tiny_api.ts";

Deno.test("Routes under /v1/runs", async (t) => {
  await withTinyApi(async ({ get, post, engine, world }) => {
    await t.step("GET /v1/runs is empty at first", async () => {
      assert.deepEqual((await get("/v1/runs")).json, { runs: [] });
    });

    await t.step("GET /v1/runs pages from the newest to the oldest, and filters by status", async () => {
      for (let i = 0; i < 3; i++) await post("/v1/assets/numbers/materialize", { force: true, wait: true });
      world.before = () => {
        throw new Error("broken");
      };
      await post("/v1/assets/numbers/materialize", { force: true, wait: true });
      world.before = () => {};
      const first = await get("/v1/runs?limit=3");
      assert.deepEqual(first.json.runs.map((r: { id: number }) => r.id), [4, 3, 2]);
      assert.deepEqual(first.json.runs[0].stepCounts, { failed: 1 });
      const link = /^<(.*)>; rel="next"$/.exec(first.headers.get("Link")!)![1]!;
      assert.deepEqual((await get(link)).json.runs.map((r: { id: number }) => r.id), [1]);
      assert.deepEqual((await get("/v1/runs?status=failed")).json.runs.map((r: { id: number }) => r.id), [4]);
    });

    await t.step("GET /v1/runs/:id gives the run with its steps", async () => {
      const { json } = await get("/v1/runs/4");
      assert.deepEqual([json.id, json.status, json.steps[0].key, json.steps[0].status], [
        4,
        "failed",
        "numbers",
        "failed",
      ]);
      assert.doesNotMatch(JSON.stringify(json), /file:\/\/|\bat .*\.ts/, "a failure is told without its stack");
    });

    for (
      const id of ["99", "0", "-1", "1.5", "abc", "1e3", "9007199254740993", "99999999999999999999999", "%00", "0x1"]
    ) {
      await t.step(`GET /v1/runs/${id} answers 404`, async () => {
        for (const path of [`/v1/runs/${id}`, `/v1/runs/${id}/events`]) {
          const { status, json } = await get(path);
          assert.deepEqual([status, json.type], [404, "/problems/unknown-run"], path);
        }
        assert.equal((await post(`/v1/runs/${id}/cancel`)).status, 404);
      });
    }

    for (
      const search of [
        "limit=0",
        "limit=1001",
        "limit=x",
        "before=0",
        "before=99999999999999999",
        "status=odd",
        "stauts=failed",
        "asset=unknown_asset",
        "from=abc",
        "from=2026-11-24&to=2026-11-23",
      ]
    ) {
      await t.step(`GET /v1/runs?${search} answers 400 and says where`, async () => {
        const { status, json } = await get(`/v1/runs?${search}`);
        assert.deepEqual([status, json.errors[0].path], [400, search.split("=")[0]]);
      });
    }

    await t.step(
      "GET /v1/runs is empty for a trigger that no run had, and names an asset that does not exist",
      async () => {
        assert.deepEqual((await get("/v1/runs?trigger=schedule:weekly")).json.runs, []);
        assert.equal((await get("/v1/runs?asset=numbers&limit=1")).json.runs.length, 1);
        const { json } = await get("/v1/runs?asset=nunbers");
        assert.equal(json.detail, 'There is no asset "nunbers". Did you mean "numbers"?');
      },
    );

    await t.step("POST /v1/runs/:id/cancel stops a run in the middle and answers 202", async () => {
      const begun = gate();
      world.before = async (_key, signal) => {
        begun.open();
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      };
      const { json: run } = await post("/v1/assets/numbers/materialize", { force: true });
      await begun.opened;
      const { status, json } = await post(`/v1/runs/${run.id}/cancel`);
      world.before = () => {};
      assert.equal(status, 202);
      assert.equal(json.status, "cancelled");
      assert.notEqual(json.cancelRequestedAt, null);
    });

    await t.step("POST /v1/runs/:id/cancel answers 202 in time though the function is deaf to its signal", async () => {
      const [begun, held] = [gate(), gate()];
      world.before = () => {
        begun.open();
        return held.opened;
      };
      const { json: run } = await post("/v1/assets/numbers/materialize", { force: true });
      await begun.opened;
      const { status, json } = await post(`/v1/runs/${run.id}/cancel`);
      assert.equal(status, 202);
      assert.notEqual(json.cancelRequestedAt, null);
      held.open();
      world.before = () => {};
      assert.equal((await engine.finished(run.id)).status, "cancelled");
    });

    await t.step("POST /v1/runs/:id/cancel answers 409 when the run has ended", async () => {
      const { status, json } = await post("/v1/runs/1/cancel");
      assert.deepEqual([status, json.type], [409, "/problems/run-finished"]);
    });
  });
});
