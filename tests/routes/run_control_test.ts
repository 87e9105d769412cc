import assert from "node:assert/strict";
import { holding, partition } from "../support/partitions.ts";
import { withTinyApi } from "../support/tiny_api.ts";

Deno.test("POST /v1/runs/:id/retry", async (t) => {
  await withTinyApi(async ({ get, post, world }) => {
    await t.step(
      "answers 202 with the new run, which does again what failed with the settings of that run",
      async () => {
        world.before = (key) => {
          if (key === "multiples") throw new Error("broken");
        };
        const config = { multiples: { factor: 10 } };
        const { json: failed } = await post("/v1/materialize", { selection: "*", config, priority: 7, wait: true });
        assert.deepEqual([failed.status, failed.priority, failed.retryOf], ["failed", 7, null]);
        world.before = () => {};
        const { status, headers, json } = await post(`/v1/runs/${failed.id}/retry`);
        assert.deepEqual([status, headers.get("Location")], [202, `/v1/runs/${json.id}`]);
        assert.deepEqual([json.retryOf, json.priority, json.trigger], [failed.id, 7, "http"]);
        assert.deepEqual(json.steps.map((s: { key: string }) => s.key), ["multiples", "total"]);
        await post("/v1/assets/numbers/materialize", { wait: true });
        let run = json;
        while (run.finishedAt === null) run = (await get(`/v1/runs/${json.id}`)).json;
        assert.equal(run.status, "succeeded");
        assert.equal((await get("/v1/assets/total/rows")).json.rows[0].sum, 30);
      },
    );

    await t.step("answers 409 and says why where there is nothing to retry", async () => {
      const { status, json } = await post("/v1/runs/2/retry", {});
      assert.deepEqual([status, json.type], [409, "/problems/run-not-retryable"]);
      assert.match(json.detail, /Run 2 cannot be retried: none of its steps failed/);
    });

    await t.step("answers 409 while the run continues", async () => {
      const held = holding(world);
      const { json: run } = await post("/v1/assets/numbers/materialize", { force: true });
      await held.begun("numbers");
      const { status, json } = await post(`/v1/runs/${run.id}/retry`);
      assert.deepEqual([status, json.type], [409, "/problems/run-not-retryable"]);
      assert.match(json.detail, /it is running/);
      held.release("numbers");
    });

    await t.step("answers 404 for no such run, and 400 for a body", async () => {
      assert.equal((await post("/v1/runs/99/retry")).status, 404);
      assert.equal((await post("/v1/runs/x/retry")).status, 404);
      const { status, json } = await post("/v1/runs/1/retry", { steps: ["total"] });
      assert.deepEqual([status, json.errors[0].path], [400, "steps"]);
    });

    await t.step("gives one run for one Idempotency-Key", async () => {
      const first = await post("/v1/runs/1/retry", undefined, { "Idempotency-Key": "again" });
      const second = await post("/v1/runs/1/retry", undefined, { "Idempotency-Key": "again" });
      assert.deepEqual([first.status, second.status, second.json.id], [202, 202, first.json.id]);
    });
  });
});

Deno.test("Runs over HTTP show their priority and why they wait", async (t) => {
  const assets = ["a", "b"].map((key) => partition(key, { pool: "vendor" }));
  await withTinyApi(async ({ get, post, world }) => {
    const held = holding(world);
    await post("/v1/assets/a/materialize", { priority: -3 });
    await held.begun("a");
    const { json: second } = await post("/v1/assets/b/materialize");
    const { json: third } = await post("/v1/materialize", { selection: "b", force: true, priority: 2 });

    await t.step(
      "GET /v1/runs/:id of one that waits for a slot, of one in the queue, and of one that runs",
      async () => {
        let run = second;
        while (run.waitingFor === null) run = (await get(`/v1/runs/${second.id}`)).json;
        assert.equal(run.waitingFor, "a slot of pool vendor (1 of 1 held by run 1, a)");
        assert.deepEqual([third.priority, third.waitingFor], [
          2,
          "its turn: position 1 of 1 in the queue (limit of 2 runs)",
        ]);
        const { json: first } = await get("/v1/runs/1");
        assert.deepEqual([first.priority, first.waitingFor], [-3, null]);
      },
    );

    await t.step("GET /v1/runs gives the same of each", async () => {
      const { json } = await get("/v1/runs");
      assert.deepEqual(
        json.runs.map((r: { waitingFor: string | null }) => r.waitingFor),
        [
          "its turn: position 1 of 1 in the queue (limit of 2 runs)",
          "a slot of pool vendor (1 of 1 held by run 1, a)",
          null,
        ],
      );
    });

    await t.step("POST …/materialize answers 400 to a priority that is none", async () => {
      for (const priority of [1.5, 1001, -1001, "high", null]) {
        for (const path of ["/v1/assets/a/materialize", "/v1/materialize"]) {
          const { status, json } = await post(path, {
            priority,
            ...(path === "/v1/materialize" && { selection: "a" }),
          });
          assert.deepEqual([status, json.errors[0].path], [400, "priority"], `${priority}`);
        }
      }
    });
    for (const key of ["a", "b"]) held.release(key);
  }, { engine: { assets, maxConcurrentRuns: 2 } });
});
