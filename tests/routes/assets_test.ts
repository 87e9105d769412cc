import assert from "node:assert/strict";
import { withTinyApi } from "../support/tiny_api.ts";

Deno.test("GET /v1/assets and what is below it", async (t) => {
  await withTinyApi(async ({ get, post, world }) => {
    const states = async () =>
      Object.fromEntries(
        (await get("/v1/assets")).json.assets.map((a: { key: string; state: string }) => [a.key, a.state]),
      );

    await t.step("GET /v1/assets lists assets in dependency order, all missing at first", async () => {
      const { status, json } = await get("/v1/assets");
      assert.equal(status, 200);
      assert.deepEqual(Object.keys(json), ["assets"]);
      assert.deepEqual(json.assets.map((a: { key: string }) => a.key), ["numbers", "multiples", "rejects", "total"]);
      assert.deepEqual(json.assets[0], {
        key: "numbers",
        group: "sources",
        layer: "raw",
        description: "Numbers with their names.",
        state: "missing",
        reasons: [{ kind: "never_materialized", message: "numbers has never been materialized" }],
        upstream: [],
        downstream: ["multiples", "rejects"],
        madeBy: null,
        external: false,
        lastMaterialization: null,
        lastStep: null,
        partitions: null,
        automation: null,
        freshness: null,
        failedChecks: [],
      });
      assert.equal(json.assets[2].madeBy, "multiples");
    });

    await t.step("GET /v1/assets lists fresh, stale and failed assets", async () => {
      await post("/v1/materialize", { selection: "*", wait: true });
      assert.deepEqual(await states(), { numbers: "fresh", multiples: "fresh", rejects: "fresh", total: "fresh" });
      const { json } = await get("/v1/assets");
      const { id, at, origin, runId, rowCount, dataVersion, ...more } = json.assets[0].lastMaterialization;
      assert.deepEqual({ origin, runId, rowCount, more }, { origin: "run", runId: 1, rowCount: 3, more: {} });
      assert.ok(id > 0 && dataVersion.length === 32);
      assert.equal(new Date(at).toISOString().slice(0, 4), at.slice(0, 4));

      world.numbers = [{ name: "one", value: 10 }];
      assert.deepEqual(await states(), { numbers: "stale", multiples: "stale", rejects: "stale", total: "stale" });
      world.before = (key) => {
        if (key === "multiples") throw new Error("no luck");
      };
      await post("/v1/assets/total/materialize", { upstream: true, wait: true });
      assert.deepEqual(await states(), { numbers: "fresh", multiples: "failed", rejects: "failed", total: "stale" });
      const after = (await get("/v1/assets/multiples")).json;
      assert.match(after.lastStep.error.message, /no luck/);
      assert.deepEqual(after.reasons.map((r: { kind: string }) => r.kind), ["upstream_changed"]);
      world.before = () => {};
    });

    await t.step("GET /v1/assets/:key reports its columns, settings, checks and last materialization", async () => {
      const { status, json } = await get("/v1/assets/numbers");
      assert.equal(status, 200);
      assert.deepEqual(json.columns, [
        { name: "name", type: "text", nullable: false, description: "What it is called." },
        { name: "value", type: "double precision", nullable: true, description: null },
      ]);
      assert.deepEqual(json.primaryKey, ["name"]);
      assert.equal(json.codeVersion, "1");
      assert.deepEqual(json.lastMaterialization.metadata, { rows: { type: "number", value: 1 } });
      assert.equal(json.checks.length, 1);
      const { last, ...declared } = json.checks[0];
      assert.deepEqual(declared, {
        name: "not_empty",
        description: "At least 1 row.",
        severity: "error",
        blocking: true,
      });
      assert.deepEqual([last.passed, last.message], [true, "1 rows, 1 needed"]);

      const multiples = (await get("/v1/assets/multiples")).json;
      assert.equal(multiples.configSchema.properties.factor.default, 2);
      assert.equal(multiples.configSchema.required, undefined, "what has a default may be left out");
      assert.deepEqual(multiples.lastMaterialization.metadata.sample, {
        type: "table",
        columns: ["name", "value"],
        rows: [["none", null], ["one", 1]],
      });
    });

    await t.step("GET /v1/assets/:key answers 404 for an unknown asset and names the nearest", async () => {
      const { status, json, headers } = await get("/v1/assets/mutliples");
      assert.equal(status, 404);
      assert.equal(headers.get("Content-Type"), "application/problem+json");
      assert.equal(json.type, "/problems/unknown-asset");
      assert.equal(json.instance, "/v1/assets/mutliples");
      assert.equal(json.detail, 'There is no asset "mutliples". Did you mean "multiples"?');
    });

    await t.step("GET /v1/assets/:key/materializations pages through the history, newest first", async () => {
      world.numbers = [{ name: "one", value: 11 }];
      await post("/v1/assets/numbers/materialize", { wait: true });
      const first = await get("/v1/assets/numbers/materializations?limit=2");
      assert.equal(first.json.materializations.length, 2);
      const link = /^<(.*)>; rel="next"$/.exec(first.headers.get("Link")!)![1]!;
      const second = await get(link);
      assert.equal(second.json.materializations.length, 1);
      assert.equal(second.headers.get("Link"), null);
      const ids = [...first.json.materializations, ...second.json.materializations].map((m) => m.id);
      assert.deepEqual(ids, ids.toSorted((a, b) => b - a));
      assert.equal((await get("/v1/assets/nobody/materializations")).status, 404);
    });
  });
});
