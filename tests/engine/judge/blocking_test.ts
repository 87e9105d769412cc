import assert from "node:assert/strict";
import { wholeSnapshot } from "../../support/whole_snapshot.ts";
import { z } from "zod";
import {
  type AnyAsset,
  assetGraph,
  assetsWith,
  check,
  type Engine,
  everyRow,
  type Plan,
  type Reason,
  type Run,
  select,
} from "../../../engine/mod.ts";
import { isBlocked, WaitingLine, whyRejected } from "../../../engine/judge/blocking.ts";
import { type RejectedAttempt } from "../../../engine/store/records.ts";
import { planRun } from "../../../engine/judge/plan.ts";
import type { Present } from "../../../engine/judge/staleness.ts";
import type { Versions } from "../../../engine/store/reasons.ts";
import { databases } from "../../support/database.ts";
import { type Tiny, withTinyEngine } from "../../support/tiny_engine.ts";

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

// bars → prices → pairs → trades, and beside them news, which pairs do not read.
const graph = assetGraph([
  named("bars"),
  named("prices", ["bars"]),
  named("pairs", ["prices"]),
  named("trades", ["pairs"]),
  named("news", ["bars"]),
]);

/** Monday's bars were made and read by all; then Tuesday's came, and `prices` rejected what it made of them. */
function state() {
  const present = new Map<string, Present>(
    graph.keys.map((key) => [key, {
      codeVersion: "1",
      configHash: "c",
      sourceVersion: key === "bars" ? "tuesday" : null,
    }]),
  );
  const latest = new Map<string, Versions>(graph.keys.map((key, i) => [key, {
    materialization: i + 1,
    dataVersion: `${key} monday`,
    codeVersion: "1",
    configHash: "c",
    sourceVersion: key === "bars" ? "tuesday" : null,
    upstream: Object.fromEntries(
      graph.upstream(key).map((up) => [up, { materialization: 1, version: `${up} monday` }]),
    ),
    remake: null,
    failedChecks: [],
  }]));
  latest.set("bars", { ...latest.get("bars")!, materialization: 9, dataVersion: "bars tuesday" });
  const rejected = new Map<string, RejectedAttempt>([["prices", {
    key: "prices",
    runId: 7,
    materialization: latest.get("prices")!.materialization,
    codeVersion: "1",
    configHash: "c",
    sourceVersion: null,
    upstream: { bars: "bars tuesday" },
    checks: [{ key: "prices", name: "no_gaps", message: "3 gaps" }],
    rejectedAt: "2026-11-24T00:00:00Z",
  }]]);
  return { present, latest, rejected };
}

function plan(selection: string, now = state(), force = false): Plan {
  return planRun(graph, select(graph, selection), wholeSnapshot(graph, now), { selection, force, range: null });
}

const stepsOf = (plan: Plan) => plan.steps.map((step) => step.key);
const waitingOf = (plan: Plan) => plan.blocked.map((step) => step.key);

Deno.test("planRun() leaves out all that is downstream of rows that were rejected, and says why", () => {
  const made = plan("*");
  assert.deepEqual(stepsOf(made), ["prices", "news"]);
  assert.deepEqual(
    made.blocked,
    ["pairs", "trades"].map((key) => ({
      key,
      because: "prices was not published in run 7: check no_gaps failed (3 gaps)",
      blockedBy: "prices",
      run: 7,
    })),
  );
  assert.deepEqual(made.fresh, ["bars"]);
});

Deno.test("planRun() lets the end of a chain wait too, whatever of the chain is selected", () => {
  for (const selection of ["trades", "pairs trades"]) {
    const { steps, blocked, fresh } = plan(selection);
    assert.deepEqual([steps, blocked.map(({ key }) => key).join(" "), fresh], [[], selection, []]);
  }
});

Deno.test("planRun() makes no step wait for what was never made, either", () => {
  const now = state();
  for (const key of ["prices", "pairs", "trades"]) now.latest.delete(key);
  now.rejected.set("prices", { ...now.rejected.get("prices")!, materialization: null });
  assert.deepEqual(waitingOf(plan("*", now)), ["pairs", "trades"]);
  assert.deepEqual(stepsOf(plan("*", now)), ["prices", "news"]);
});

Deno.test("planRun() proceeds as soon as the inputs of the rejected attempt change", () => {
  const changes: Record<string, (now: ReturnType<typeof state>) => void> = {
    "new upstream content": ({ latest }) =>
      void latest.set("bars", { ...latest.get("bars")!, dataVersion: "bars wednesday" }),
    "new code": ({ present }) => void present.set("prices", { ...present.get("prices")!, codeVersion: "2" }),
    "new settings": ({ present }) => void present.set("prices", { ...present.get("prices")!, configHash: "d" }),
    "a new source": ({ present }) => void present.set("prices", { ...present.get("prices")!, sourceVersion: "other" }),
    "upstream that runs first": ({ present }) =>
      void present.set("bars", { ...present.get("bars")!, sourceVersion: "wednesday" }),
    "a version that was published since": ({ latest }) =>
      void latest.set("prices", { ...latest.get("prices")!, materialization: 12, dataVersion: "prices tuesday" }),
  };
  for (const [title, change] of Object.entries(changes)) {
    const now = state();
    change(now);
    assert.deepEqual(waitingOf(plan("*", now)), [], title);
    assert.ok(stepsOf(plan("*", now)).includes("pairs"), title);
  }
});

Deno.test("planRun() still waits if upstream runs but the rejected attempt is not retried", () => {
  const now = state();
  now.present.set("bars", { ...now.present.get("bars")!, sourceVersion: "wednesday" });
  assert.deepEqual([stepsOf(plan("bars pairs", now)), waitingOf(plan("bars pairs", now))], [["bars"], ["pairs"]]);
});

Deno.test("planRun() with force waits for nothing", () => {
  const made = plan("pairs", state(), true);
  assert.deepEqual([stepsOf(made), waitingOf(made)], [["pairs"], []]);
});

Deno.test("isBlocked() is false for an asset that is fresh without the attempt: no run would retry it", () => {
  const now = state();
  const prices = now.latest.get("prices")!;
  now.latest.set("prices", { ...prices, upstream: { bars: { materialization: 9, version: "bars tuesday" } } });
  assert.equal(isBlocked(graph.producerOf("prices"), now.rejected.get("prices")!, wholeSnapshot(graph, now)), false);
  assert.deepEqual(waitingOf(plan("*", now)), []);
});

Deno.test("isBlocked() takes a source that cannot be read for one that has not changed", () => {
  const now = state();
  now.present.set("prices", { ...now.present.get("prices")!, sourceError: "the file is gone" });
  assert.equal(isBlocked(graph.producerOf("prices"), now.rejected.get("prices")!, wholeSnapshot(graph, now)), true);
});

Deno.test("WaitingLine waits for the nearest attempt, and an attempt itself for nothing", () => {
  const now = state();
  const line = new WaitingLine(graph, now.rejected, wholeSnapshot(graph, now));
  const waits = graph.producers.map((producer) => [producer.key, line.next(producer, { willReadAnew: false })?.key]);
  assert.deepEqual(Object.fromEntries(waits), {
    bars: undefined,
    prices: undefined,
    pairs: "prices",
    trades: "prices",
    news: undefined,
  });
});

Deno.test("whyRejected() names the further output whose check failed", () => {
  const attempt = { ...state().rejected.get("prices")!, checks: [{ key: "rejects", name: "few", message: "9 rows" }] };
  assert.equal(whyRejected(attempt), "prices was not published in run 7: check few of rejects failed (9 rows)");
});

/** The reason of whatever waits for `judged`. */
function blocked(run: number): Reason {
  const message = `waits because judged was not published in run ${run}: check positive failed (1 of 1 rows fail)`;
  return { kind: "blocked", message, upstream: "judged", run };
}

/** `source` → `judged` → `reader` → `end`: `judged` is published where its values are positive. */
const world = { value: 1, made: [] as string[] };
const row = z.object({ id: z.int(), value: z.number() });
const made = (key: string, value: number) => {
  world.made.push(key);
  return { rows: [{ id: 1, value }] };
};
const base = { group: "t", layer: "raw", description: "", row, primaryKey: ["id"] as const } as const;
const source = asset({
  ...base,
  key: "source",
  source: () => Promise.resolve(String(world.value)),
  materialize: () => made("source", world.value),
});
const judged = asset({
  ...base,
  key: "judged",
  deps: { source },
  checks: [
    everyRow<z.output<typeof row>>("positive", "Values are positive.", ({ value }) => value > 0),
    check("small", "Values are small.", () => ({ passed: true, message: "fine" })),
  ],
  materialize: async ({ inputs }) => made("judged", (await inputs.source.rows())[0]!.value),
});
const reader = asset({
  ...base,
  key: "reader",
  deps: { judged },
  materialize: async ({ inputs }) => made("reader", (await inputs.judged.rows())[0]!.value),
});
const end = asset({
  ...base,
  key: "end",
  deps: { reader },
  materialize: async ({ inputs }) => made("end", (await inputs.reader.rows())[0]!.value),
});
const chain = [source, judged, reader, end];
const ended = (run: Run) => Object.fromEntries(run.steps.map((step) => [step.key, step.status]));

async function materialize(engine: Engine, selection: string, force = false): Promise<Run> {
  return await engine.finished((await engine.submit({ selection, trigger: "test", force })).id);
}

for (const { name, ignore, open } of databases) {
  const test = (title: string, body: (tiny: Tiny) => Promise<void>) =>
    Deno.test({
      name: `Engine on ${name}: ${title}`,
      ignore,
      async fn() {
        Object.assign(world, { value: 1, made: [] });
        const database = await open();
        try {
          await withTinyEngine(body, { database, assets: chain });
        } finally {
          await database.close();
        }
      },
    });

  test("keeps downstream of rejected rows waiting across runs, until they are published", async ({ engine, database }) => {
    assert.equal((await materialize(engine, "*")).status, "succeeded");
    world.value = -1;
    const first = await materialize(engine, "*");
    assert.deepEqual(ended(first), { source: "succeeded", judged: "failed", reader: "skipped", end: "skipped" });

    // The next run tries what was rejected again, and nothing behind it.
    world.made = [];
    const again = await materialize(engine, "*");
    assert.deepEqual([again.status, ended(again)], ["failed", { judged: "failed", reader: "skipped", end: "skipped" }]);
    assert.deepEqual(again.steps.map((step) => step.skippedBecause), [null, "judged", "judged"]);
    assert.deepEqual(world.made, ["judged"]);

    // A run that has nothing else to do says so as well: it is no success.
    const behind = await materialize(engine, "end");
    assert.deepEqual([behind.status, ended(behind)], ["failed", { end: "skipped" }]);

    const states = Object.fromEntries((await engine.states()).map((s) => [s.key, s]));
    assert.equal(states.judged!.state, "failed");
    assert.deepEqual(states.reader!.reasons.map((reason) => reason.kind), ["blocked", "upstream_stale"]);
    assert.match(
      states.end!.reasons[0]!.message,
      new RegExp(`judged was not published in run ${again.id}: check positive`),
    );
    assert.deepEqual((await engine.rows("end", { limit: 1 })).rows, [{ id: 1, value: 1 }]);

    // Another process knows it too.
    await engine.close();
    await withTinyEngine(async ({ engine }) => {
      assert.deepEqual((await engine.plan({ selection: "*" })).blocked.map(({ key }) => key), ["reader", "end"]);
      world.value = 2;
      const good = await materialize(engine, "*");
      assert.deepEqual(ended(good), {
        source: "succeeded",
        judged: "succeeded",
        reader: "succeeded",
        end: "succeeded",
      });
      assert.deepEqual((await engine.states()).map((s) => s.reasons), [[], [], [], []]);
      assert.deepEqual((await engine.rows("end", { limit: 1 })).rows, [{ id: 1, value: 2 }]);
    }, { database, assets: chain });
  });

  test("records waiting steps in the run that leaves them out, and a forced run does not wait", async ({ engine }) => {
    await materialize(engine, "*");
    world.value = -1;
    await materialize(engine, "*");
    const run = await materialize(engine, "judged reader");
    assert.deepEqual([run.status, ended(run)], ["failed", { judged: "failed", reader: "skipped" }]);
    assert.deepEqual(run.steps[1]!.reasons, [blocked(run.id - 1)]);
    const kinds = (await Array.fromAsync(engine.events(run.id))).map((event) => event.kind);
    assert.equal(kinds[1], "run_started", "what waits does not make it a run that was resumed");
    const forced = await materialize(engine, "reader", true);
    assert.deepEqual([forced.status, ended(forced)], ["succeeded", { reader: "succeeded" }]);
  });
}
