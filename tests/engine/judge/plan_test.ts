import assert from "node:assert/strict";
import { z } from "zod";
import { type AnyAsset, assetGraph, assetsWith, select, UnmetUpstreamError } from "../../../engine/mod.ts";
import { planRun } from "../../../engine/judge/plan.ts";
import { reasonsOf } from "../../../engine/judge/snapshot.ts";
import type { Present } from "../../../engine/judge/staleness.ts";
import { type Versions } from "../../../engine/store/reasons.ts";
import { wholeSnapshot } from "../../support/whole_snapshot.ts";

const { asset } = assetsWith<Record<never, never>>();

function named(key: string, after: string[] = []): AnyAsset {
  return asset({
    key,
    group: "t",
    after,
    layer: "raw",
    description: key,
    row: z.object({ id: z.string() }),
    primaryKey: ["id"],
    materialize: () => ({ rows: [] }),
  });
}

const graph = assetGraph([named("bars"), named("prices", ["bars"]), named("pairs", ["prices"]), named("news")]);
const present = new Map<string, Present>(
  graph.keys.map((
    key,
  ) => [key, { codeVersion: "1", configHash: "c", sourceVersion: key === "bars" ? "monday" : null }]),
);

/** Everything made once, in order, from what is present. */
function allFresh(): Map<string, Versions> {
  return new Map(graph.keys.map((key, i) => [key, {
    materialization: i + 1,
    dataVersion: `${key} 1`,
    codeVersion: "1",
    configHash: "c",
    sourceVersion: present.get(key)!.sourceVersion,
    upstream: Object.fromEntries(graph.upstream(key).map((up) => [up, { materialization: 1, version: `${up} 1` }])),
    remake: null,
    failedChecks: [],
  }]));
}

function plan(selection: string, latest: Map<string, Versions>, force = false, now = present) {
  const snapshot = wholeSnapshot(graph, { present: now, latest });
  return planRun(graph, select(graph, selection), snapshot, { selection, force, range: null });
}

Deno.test("planRun() of an empty database runs everything in order, for having never been made", () => {
  const { steps } = plan("*", new Map());
  assert.deepEqual(steps.map((s) => s.key), ["bars", "news", "prices", "pairs"]);
  assert.deepEqual(steps.map((s) => s.reasons[0]!.kind), Array(4).fill("never_materialized"));
  assert.deepEqual(steps.find((s) => s.key === "pairs")!.after, ["prices"]);
  assert.ok(steps.every((s) => s.certain));
});

Deno.test("planRun() has nothing to do when every version is the one that was read", () => {
  const { steps, fresh } = plan("*", allFresh());
  assert.deepEqual(steps, []);
  assert.deepEqual(fresh, graph.keys);
});

Deno.test("planRun() lists the steps of a changed source, certain and conditional ones", () => {
  const tuesday = new Map(present).set("bars", { ...present.get("bars")!, sourceVersion: "tuesday" });
  const { steps, fresh } = plan("*", allFresh(), false, tuesday);
  assert.deepEqual(steps.map((s) => [s.key, s.certain]), [["bars", true], ["prices", false], ["pairs", false]]);
  assert.equal(steps[0]!.reasons[0]!.kind, "source_changed");
  assert.equal(steps[1]!.reasons[0]!.kind, "upstream_stale");
  assert.deepEqual(fresh, ["news"]);
});

Deno.test("planRun() runs steps that read another version of their upstream than the current one", () => {
  const latest = allFresh();
  latest.set("bars", { ...latest.get("bars")!, dataVersion: "bars 2" });
  const { steps } = plan("*", latest);
  assert.deepEqual(steps.map((s) => s.key), ["prices", "pairs"]);
  assert.equal(steps[0]!.reasons[0]!.kind, "upstream_changed");
});

Deno.test("planRun() with force runs exactly the selection", () => {
  const { steps } = plan("prices", allFresh(), true);
  assert.deepEqual(steps.map((s) => [s.key, s.reasons[0]!.kind]), [["prices", "forced"]]);
});

Deno.test("planRun() refuses a step whose upstream was never made and is not selected", () => {
  assert.throws(() => plan("pairs", new Map()), UnmetUpstreamError);
});

Deno.test("reasonsOf() distinguishes code, config, source and failed checks", () => {
  const producer = graph.producerOf("bars");
  const reasons = (now: Partial<Present>, made: Partial<Versions> = {}) =>
    reasonsOf(
      producer,
      wholeSnapshot(graph, {
        present: new Map([...present, ["bars", { ...present.get("bars")!, ...now }]]),
        latest: new Map([["bars", { ...allFresh().get("bars")!, ...made }]]),
      }),
    ).map((r) => r.kind);
  assert.deepEqual(reasons({}), []);
  assert.deepEqual(reasons({ codeVersion: "2" }), ["code_changed"]);
  assert.deepEqual(reasons({ configHash: "d" }), ["config_changed"]);
  assert.deepEqual(reasons({ sourceVersion: "tuesday" }), ["source_changed"]);
  assert.deepEqual(reasons({ sourceError: "gone" }), ["source_unreadable"]);
  assert.deepEqual(reasons({}, { failedChecks: ["unique_id"] }), ["check_failed"]);
});
