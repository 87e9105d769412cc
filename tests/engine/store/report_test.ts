import assert from "node:assert/strict";
import { z } from "zod";
import {
  assetGraph,
  assetsWith,
  DefinitionError,
  ExternalAssetError,
  InvalidRequestError,
  NotExternalError,
  OutdatedReportError,
  UnknownAssetError,
} from "../../../engine/mod.ts";
import { onEachDatabase, outcomes, partition } from "../../support/partitions.ts";
import { tinyAssets, type TinyWorld, withTinyEngine } from "../../support/tiny_engine.ts";

const test = onEachDatabase("External assets");
const { external, asset } = assetsWith<TinyWorld>();
const deliveries = external({
  key: "deliveries",
  group: "outside",
  layer: "raw",
  description: "Files that the broker drops at night.",
});
const fills = partition("fills", { after: ["deliveries"] });
const assets = [deliveries, fills, partition("summary", { after: ["fills"] }), partition("unrelated")];

test("makes its downstream stale when its version is new, and nothing else", { assets }, async ({
  engine,
}) => {
  const state = async () =>
    Object.fromEntries((await engine.states()).map((s) => [s.key, [s.state, ...s.reasons.map((r) => r.message)]]));
  const materialize = async () => await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);

  // No step waits for a report: its downstream runs, with the reason that it was never reported.
  assert.deepEqual(outcomes(await materialize()), { fills: "succeeded", unrelated: "succeeded", summary: "succeeded" });
  assert.deepEqual((await state()).deliveries, ["missing", "deliveries has never been reported"]);
  assert.equal((await state()).fills![0], "stale");

  const first = await engine.report("deliveries", { kind: "materialized", version: "monday", metadata: { files: 3 } });
  assert.equal(first.recorded, true);
  const { origin, runId, dataVersion, rowCount, metadata, upstream } = first.materialization;
  assert.deepEqual({ origin, runId, dataVersion, rowCount, metadata, upstream }, {
    origin: "reported",
    runId: null,
    dataVersion: "monday",
    rowCount: 0,
    metadata: { files: { type: "number", value: 3 } },
    upstream: {},
  });
  assert.deepEqual(await state(), {
    deliveries: ["fresh"],
    fills: ["stale", "upstream deliveries changed"],
    summary: ["stale", "upstream fills is stale"],
    unrelated: ["fresh"],
  });
  const run = await materialize();
  assert.deepEqual(outcomes(run), { fills: "succeeded", summary: "succeeded" });
  const [made] = await engine.materializations("fills", { limit: 1 });
  assert.deepEqual(made!.upstream, { deliveries: { materialization: first.materialization.id, version: "monday" } });
  assert.deepEqual((await state()).fills, ["fresh"]);

  // A repeated report of the same version is no news.
  const again = await Promise.all(
    (["materialized", "observed", "observed"] as const).map((kind) =>
      engine.report("deliveries", { kind, version: "monday" })
    ),
  );
  assert.deepEqual(
    again.map((r) => [r.recorded, r.materialization.id]),
    Array(3).fill([false, first.materialization.id]),
  );
  assert.deepEqual((await materialize()).steps, []);

  const seen = await Promise.all(
    [1, 2, 3].map(() => engine.report("deliveries", { kind: "observed", version: "tuesday" })),
  );
  assert.equal(seen.filter((r) => r.recorded).length, 1);
  assert.equal(seen[0]!.materialization.origin, "observed");
  assert.deepEqual((await state()).fills, ["stale", "upstream deliveries changed"]);
  assert.equal((await engine.materializations("deliveries", { limit: 9 })).length, 2);
  assert.equal((await engine.states(["deliveries"]))[0]!.external, true);
});

test(
  "holds reports to their time: now by default, not in the future, not before what is known",
  { assets },
  async ({
    engine,
    clock,
  }) => {
    const report = (version: string, at?: string) => engine.report("deliveries", { kind: "observed", version, at });
    assert.equal((await report("one")).materialization.committedAt, "2026-11-23T12:00:00Z");
    const early = report("two", "2026-11-23T11:59:59Z");
    await assert.rejects(
      early,
      (error) => error instanceof OutdatedReportError && /11:59:59Z.*12:00:00Z/.test(error.message),
    );
    clock.set("2026-11-23T13:00:00Z");
    // Five hours behind UTC, as New York is.
    const { materialization } = await report("two", "2026-11-23T07:30:00-05:00");
    assert.equal(materialization.committedAt, "2026-11-23T12:30:00Z");
    for (const at of ["2026-11-23T13:05:01Z", "1969-12-31T23:59:59Z"]) {
      await assert.rejects(
        report("three", at),
        (error) => error instanceof InvalidRequestError && error.issues[0]!.path === "at",
      );
    }
    // A clock that is a little ahead is no reason to refuse.
    assert.equal((await report("three", "2026-11-23T13:04:00Z")).recorded, true);
  },
);

test("are in no plan, have no rows, and are not to be materialized by themselves", { assets }, async ({ engine }) => {
  const plan = await engine.plan({ selection: "+fills" });
  assert.deepEqual([plan.steps.map((s) => s.key), plan.fresh], [["fills"], []]);
  await engine.report("deliveries", { kind: "materialized", version: "1" });
  assert.deepEqual((await engine.plan({ selection: "group:outside fills" })).fresh, ["deliveries"]);
  for (const selection of ["deliveries", "group:outside"]) {
    await assert.rejects(
      engine.submit({ selection, force: true, trigger: "test" }),
      (error) => error instanceof ExternalAssetError && /POST \/v1\/assets\/deliveries\/report/.test(error.message),
    );
  }
  await assert.rejects(engine.rows("deliveries", { limit: 1 }), ExternalAssetError);
  await assert.rejects(engine.table("deliveries"), ExternalAssetError);
  await assert.rejects(engine.plan({ selection: "fills", config: { deliveries: { a: 1 } } }), InvalidRequestError);
});

Deno.test("Engine.report() refuses assets that Tandem makes itself, and says who makes them", () =>
  withTinyEngine(async ({ engine }) => {
    const report = (key: string) => engine.report(key, { kind: "materialized", version: "1" });
    const refused = (key: string, message: RegExp) =>
      assert.rejects(report(key), (error) => error instanceof NotExternalError && message.test(error.message));
    await refused("numbers", /^"numbers" is made by Tandem.*Materialize "numbers" instead/);
    await refused("rejects", /^"rejects" is made by "multiples".*Materialize "multiples" instead/);
    await assert.rejects(report("nombers"), (e) => e instanceof UnknownAssetError && /Did you mean/.test(e.message));
  }, { assets: tinyAssets }));

Deno.test("assetGraph() refuses an asset that reads rows of an external one", () => {
  const reader = asset({
    key: "reader",
    group: "t",
    layer: "raw",
    description: "",
    deps: { deliveries },
    row: z.object({ id: z.int() }),
    primaryKey: ["id"],
    materialize: () => ({ rows: [] }),
  });
  assert.throws(
    () => assetGraph([deliveries, reader]),
    (e) => e instanceof DefinitionError && /"reader" names "deliveries" under deps.*under after/.test(e.message),
  );
  assert.throws(
    () => external({ key: "Not A Key", group: "t", layer: "raw", description: "" }),
    (e) => e instanceof DefinitionError && /"Not A Key" must be in snake_case/.test(e.message),
  );
});
