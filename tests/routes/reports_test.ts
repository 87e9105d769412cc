import assert from "node:assert/strict";
import { assetsWith } from "../../engine/mod.ts";
import { partition } from "../support/partitions.ts";
import { withTinyApi } from "../support/tiny_api.ts";
import { tinyAssets } from "../support/tiny_engine.ts";

const { external } = assetsWith<object>();
const deliveries = external({ key: "deliveries", group: "outside", layer: "raw", description: "Files." });
const assets = [...tinyAssets, deliveries, partition("fills", { after: ["deliveries"] })];

Deno.test("POST /v1/assets/:key/report", async (t) => {
  await withTinyApi(async ({ get, post }) => {
    const report = (body: unknown, key = "deliveries") => post(`/v1/assets/${key}/report`, body);

    await t.step("answers 201 with the materialization, and shows it in the states", async () => {
      const { status, json } = await report({
        kind: "materialized",
        version: "v1",
        metadata: { files: 3, from: "broker", log: { type: "link", text: "log", href: "https://example.com" } },
        at: "2026-11-23T06:00:00-05:00",
      });
      assert.deepEqual([status, json.recorded], [201, true]);
      const { origin, runId, dataVersion, committedAt, metadata } = json.materialization;
      assert.deepEqual({ origin, runId, dataVersion, committedAt }, {
        origin: "reported",
        runId: null,
        dataVersion: "v1",
        committedAt: "2026-11-23T11:00:00Z",
      });
      assert.deepEqual(metadata.files, { type: "number", value: 3 });
      const { json: asset } = await get("/v1/assets/deliveries");
      assert.deepEqual([asset.state, asset.external, asset.columns, asset.downstream], ["fresh", true, [], ["fills"]]);
      assert.equal(asset.lastMaterialization.dataVersion, "v1");
      const { json: list } = await get("/v1/assets");
      const listed = list.assets.find((a: { key: string }) => a.key === "deliveries");
      assert.deepEqual([listed.lastMaterialization.origin, listed.lastMaterialization.runId], ["reported", null]);
    });

    await t.step("makes downstream assets stale when the version changes", async () => {
      await post("/v1/assets/fills/materialize", { wait: true });
      assert.equal((await get("/v1/assets/fills")).json.state, "fresh");
      assert.equal((await report({ kind: "observed", version: "v2" })).status, 201);
      const { json } = await get("/v1/assets/fills");
      assert.deepEqual([json.state, json.reasons[0].message], ["stale", "upstream deliveries changed"]);
    });

    await t.step("answers 200 to the version that is known", async () => {
      const { status, json } = await report({ kind: "materialized", version: "v2" });
      assert.deepEqual([status, json.recorded, json.materialization.origin], [200, false, "observed"]);
      const { json: history } = await get("/v1/assets/deliveries/materializations");
      assert.deepEqual(history.materializations.map((m: { dataVersion: string }) => m.dataVersion), ["v2", "v1"]);
    });

    for (
      const [path, body] of [
        ["kind", { version: "v3" }],
        ["kind", { kind: "made", version: "v3" }],
        ["version", { kind: "observed" }],
        ["version", { kind: "observed", version: "" }],
        ["version", { kind: "observed", version: "x".repeat(256) }],
        ["version", { kind: "observed", version: "a\0b" }],
        ["at", { kind: "observed", version: "v3", at: "yesterday" }],
        ["at", { kind: "observed", version: "v3", at: "2026-11-23T12:00:00" }],
        ["at", { kind: "observed", version: "v3", at: "2026-11-24T12:00:00Z" }],
        ["at", { kind: "observed", version: "v3", at: "0000-01-01T00:00:00Z" }],
        ["metadata.rows", { kind: "observed", version: "v3", metadata: { rows: [1] } }],
        ["rows", { kind: "observed", version: "v3", rows: 3 }],
      ] as const
    ) {
      await t.step(`answers 400 to ${JSON.stringify(body).slice(0, 80)} and says where`, async () => {
        const { status, json } = await report(body);
        assert.deepEqual([status, json.errors?.[0].path], [400, path]);
      });
    }

    await t.step("answers 404 for an asset that is not there", async () => {
      const { status, json } = await report({ kind: "observed", version: "v1" }, "delivery");
      assert.deepEqual([status, json.type], [404, "/problems/unknown-asset"]);
    });

    await t.step("answers 409 for an asset that Tandem makes itself, and says why", async () => {
      for (const [key, maker] of [["numbers", "numbers"], ["rejects", "multiples"]]) {
        const { status, json } = await report({ kind: "materialized", version: "v1" }, key);
        assert.deepEqual([status, json.type], [409, "/problems/not-external"]);
        assert.match(json.detail, new RegExp(`"${key}" is made by .*Materialize "${maker}" instead`));
      }
    });

    await t.step("answers 409 to a report of an earlier time than is known", async () => {
      const { status, json } = await report({ kind: "materialized", version: "v0", at: "2026-11-23T10:00:00Z" });
      assert.deepEqual([status, json.type], [409, "/problems/outdated-report"]);
    });

    await t.step("is the only way to a new version: materializing and reading rows are answered 409", async () => {
      for (
        const answer of [
          await post("/v1/assets/deliveries/materialize"),
          await post("/v1/materialize", { selection: "deliveries" }),
          await get("/v1/assets/deliveries/rows"),
          await get("/v1/assets/deliveries/rows?format=parquet"),
        ]
      ) assert.deepEqual([answer.status, answer.json.type], [409, "/problems/external-asset"]);
    });
  }, { engine: { assets } });
});
