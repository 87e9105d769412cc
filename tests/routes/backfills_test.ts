import assert from "node:assert/strict";
import { withPartitionApi } from "../support/partition_api.ts";
import { gate } from "../support/tiny_engine.ts";

Deno.test("/v1/backfills", (t) =>
  withPartitionApi(async ({ get, post, engine, world }) => {
    await t.step("POST with dryRun answers 200 with the plan, and begins nothing", async () => {
      const { status, json } = await post("/v1/backfills", {
        selection: "events quotes",
        to: "2024-01-03",
        dryRun: true,
      });
      assert.equal(status, 200);
      assert.deepEqual([json.partitions, json.assets.map((a: { key: string }) => a.key)], [4, ["events", "quotes"]]);
      assert.deepEqual((await get("/v1/backfills")).json, { backfills: [] });
    });

    await t.step("POST answers 202 with the backfill and where to follow it; pause, resume and the end", async () => {
      const held = gate();
      world.before = () => held.opened;
      const { status, json, headers } = await post("/v1/backfills", { selection: "events quotes", names: ["A"] });
      assert.equal(status, 202);
      assert.equal(headers.get("Location"), `/v1/backfills/${json.id}`);
      assert.deepEqual([json.trigger, json.status, json.range, json.force], [
        "http",
        "running",
        { names: ["A"] },
        false,
      ]);
      const at = `/v1/backfills/${json.id}`;
      assert.equal((await get(at)).json.id, json.id);

      const paused = await post(`${at}/pause`);
      assert.deepEqual([paused.status, paused.json.status, paused.headers.get("Location")], [202, "paused", at]);
      const again = await post(`${at}/pause`);
      assert.deepEqual(
        [again.status, again.json.type, again.json.detail],
        [409, "/problems/backfill-state", `Backfill ${json.id} is paused. Only one that is running can be paused.`],
      );
      held.open();
      assert.equal((await post(`${at}/resume`)).json.status, "running");
      await engine.backfills.finished(json.id);
      const ended = (await get(at)).json;
      assert.deepEqual([ended.status, ended.progress.done, ended.expectedAt], ["succeeded", 4, null]);
      assert.deepEqual(ended.assets[1].partitions.done, {
        count: 4,
        partitions: [{ names: ["A"], dates: [["2024-01-02", "2024-01-05"]] }],
      });
      assert.equal((await post(`${at}/cancel`)).status, 409);
    });

    await t.step("POST with the same Idempotency-Key gives the same backfill", async () => {
      const key = { "Idempotency-Key": "k" };
      const first = await post("/v1/backfills", { selection: "quotes" }, key);
      const second = await post("/v1/backfills", { selection: "quotes" }, key);
      assert.deepEqual([second.status, second.json.id], [202, first.json.id]);
      const other = await post("/v1/backfills", { selection: "events" }, key);
      assert.deepEqual([other.status, other.json.type], [422, "/problems/idempotency-conflict"]);
      assert.match(other.json.detail, new RegExp(`was used for backfill ${first.json.id} `));
      assert.equal((await post("/v1/backfills", { selection: "quotes" }, { "Idempotency-Key": "é" })).status, 400);
      await engine.backfills.finished(first.json.id);
    });

    await t.step("GET lists the newest first, a page at a time", async () => {
      const { json, headers } = await get("/v1/backfills?limit=1");
      assert.deepEqual(json.backfills.map((b: { id: number }) => b.id), [2]);
      assert.match(headers.get("Link")!, /before=2/);
      assert.deepEqual((await get("/v1/backfills?before=2")).json.backfills.map((b: { id: number }) => b.id), [1]);
    });

    await t.step("refuses invalid requests, with a message and path", async () => {
      const refused = async (body: object, status: number, path: string, said: RegExp) => {
        const { json, ...answer } = await post("/v1/backfills", body);
        assert.equal(answer.status, status, answer.text);
        assert.equal(json.errors?.[0]?.path, path);
        assert.match(json.detail, said);
      };
      await refused({ selection: "quots" }, 400, "selection", /There is no asset "quots"\. Did you mean "quotes"\?/);
      await refused({ selection: "" }, 400, "selection", /empty/);
      await refused({ selection: "quotes", from: "yesterday" }, 400, "from", /"yesterday" is not a date/);
      await refused({ selection: "quotes", form: "2024-01-01" }, 400, "form", /Unknown name/);
      const unmet = await post("/v1/backfills", { selection: "headline" });
      assert.deepEqual([unmet.status, unmet.json.type], [409, "/problems/unmet-upstream"]);
      for (const path of ["/v1/backfills/99", "/v1/backfills/x"]) {
        const { status, json } = await get(path);
        assert.deepEqual([status, json.type], [404, "/problems/unknown-backfill"]);
      }
      assert.equal((await post("/v1/backfills/99/retry")).status, 404);
    });
  }));
