import assert from "node:assert/strict";
import {
  anyUpstreamUpdated,
  AutomationEvaluator,
  type Condition,
  eager,
  Engine,
  type EvaluationResult,
  inProgress,
  inRange,
  missing,
  not,
  onMissing,
  silentLogger,
  stale,
} from "../../../engine/mod.ts";
import type { Database } from "../../../resources/database/database.ts";
import { withConditions } from "../../support/automation.ts";
import { partitionAssets, type PartitionTest, withPartitionEngine } from "../../support/partition_engine.ts";
import { databases } from "../../support/database.ts";
import { gate, type Tiny, tinyAssets, withTinyEngine } from "../../support/tiny_engine.ts";

const evaluatorOf = (tiny: Pick<Tiny, "engine" | "database" | "clock">) =>
  new AutomationEvaluator({ ...tiny, logger: silentLogger });

/** Evaluates, and waits for the run that comes of it. Returns the keys and ends of its steps. */
async function follow(engine: Engine, evaluator: AutomationEvaluator): Promise<Record<string, string> | null> {
  const { runId, overtaken } = await evaluator.evaluate();
  assert.equal(overtaken, false);
  if (runId === null) return null;
  const run = await engine.finished(runId);
  assert.equal(run.trigger, "automation");
  return Object.fromEntries(run.steps.map(({ key, status }) => [key, status]));
}

const requestedOf = ({ evaluations }: EvaluationResult) =>
  evaluations.filter(({ requested }) => requested !== null).map(({ key }) => key);

for (const { name, ignore, open } of databases) {
  const on = (title: string, body: (database: Database) => Promise<void>) =>
    Deno.test({
      name: `AutomationEvaluator on ${name}: ${title}`,
      ignore,
      async fn() {
        const database = await open();
        try {
          await body(database);
        } finally {
          await database.close();
        }
      },
    });

  /** Tiny assets all made once: `numbers` has no automation, its downstream is eager by default. */
  const tiny = (
    title: string,
    body: (tiny: Tiny & { evaluator: AutomationEvaluator; make(selection: string): Promise<unknown> }) => Promise<void>,
    conditions: Record<string, Condition> = { multiples: eager(), total: eager() },
  ) =>
    on(title, (database) =>
      withTinyEngine(async (world) => {
        const make = async (selection: string) =>
          await world.engine.finished((await world.engine.submit({ selection, trigger: "test" })).id);
        await make("*");
        await body({ ...world, evaluator: evaluatorOf(world), make });
      }, { database, assets: withConditions(tinyAssets, conditions) }));

  const partition = (
    title: string,
    conditions: Record<string, Condition>,
    body: (partition: PartitionTest & { evaluator: AutomationEvaluator }) => Promise<void>,
  ) =>
    on(title, (database) =>
      withPartitionEngine(database, async (test) => {
        const evaluator = new AutomationEvaluator({
          engine: test.engine,
          database,
          clock: { now: () => Temporal.Instant.from("2024-02-01T12:00:00Z") },
          logger: silentLogger,
        });
        await body({ ...test, evaluator });
      }, { assets: withConditions(partitionAssets, conditions) }));

  tiny("makes a cascade in one run, and nothing where nothing changed", async ({ engine, evaluator, world, make }) => {
    assert.equal(await follow(engine, evaluator), null);
    world.numbers[0]!.value = 5;
    // The source alone starts nothing: no asset follows it.
    assert.equal(await follow(engine, evaluator), null);
    await make("numbers");
    assert.deepEqual(await follow(engine, evaluator), { multiples: "succeeded", total: "succeeded" });
    assert.equal(await follow(engine, evaluator), null);
    assert.deepEqual((await engine.rows("total", { limit: 1 })).rows, [{ of: "multiples", sum: 14 }]);
  });

  tiny("stops the cascade at what comes out as it was", async ({ engine, evaluator, world, make }) => {
    // Another name for what has no multiple: multiples has the same rows.
    world.numbers[2]!.name = "nothing";
    await make("numbers");
    assert.deepEqual(await follow(engine, evaluator), { multiples: "succeeded", total: "up_to_date" });
    assert.equal(await follow(engine, evaluator), null);
  });

  tiny("requests nothing while a run is about to make it", async ({ engine, evaluator, world, make }) => {
    world.numbers[0]!.value = 5;
    await make("numbers");
    const held = gate();
    world.before = (key) => key === "multiples" ? held.opened : undefined;
    const { runId } = await evaluator.evaluate();
    for (let i = 0; i < 3; i++) assert.equal((await evaluator.evaluate()).runId, null);
    held.open();
    assert.equal((await engine.finished(runId!)).status, "succeeded");
    assert.equal(await follow(engine, evaluator), null);
  });

  tiny("does not try again what failed before something changes", async ({ engine, evaluator, world, make }) => {
    world.numbers[0]!.value = 5;
    await make("numbers");
    world.before = (key) => {
      if (key === "multiples") throw new Error("no paper");
    };
    assert.deepEqual(await follow(engine, evaluator), { multiples: "failed", total: "skipped" });
    assert.equal(await follow(engine, evaluator), null);
    world.before = () => {};
    assert.equal(await follow(engine, evaluator), null, "nothing that it is made of has changed");
    world.numbers[0]!.value = 6;
    await make("numbers");
    assert.deepEqual(await follow(engine, evaluator), { multiples: "succeeded", total: "succeeded" });
  });

  tiny("does not retry failures of a run that it did not start", async ({ engine, evaluator, world, make }) => {
    world.numbers[0]!.value = 5;
    world.before = (key) => {
      if (key === "multiples") throw new Error("no paper");
    };
    await make("*");
    assert.equal(await follow(engine, evaluator), null);
  });

  tiny("leaves alone what is downstream of a failure", async ({ evaluator, engine, world, make }) => {
    world.numbers[0]!.value = 5;
    await make("numbers");
    world.before = (key) => {
      if (key === "multiples") throw new Error("no paper");
    };
    await follow(engine, evaluator);
    const { evaluations } = await evaluator.evaluate();
    assert.deepEqual(evaluations.map(({ key, requested }) => [key, requested]), [["multiples", null], ["total", null]]);
  });

  tiny("does not ask again for what a person cancelled", async ({ engine, evaluator, world, make }) => {
    world.numbers[0]!.value = 5;
    await make("numbers");
    const held = gate();
    world.before = (key) => key === "multiples" ? held.opened : undefined;
    const { runId } = await evaluator.evaluate();
    assert.equal((await engine.cancel(runId!)).status, "cancelled");
    held.open();
    assert.equal(await follow(engine, evaluator), null);
    world.numbers[0]!.value = 6;
    await make("numbers");
    assert.deepEqual(await follow(engine, evaluator), { multiples: "succeeded", total: "succeeded" });
  });

  tiny("follows a paused asset no more until it is resumed", async ({ engine, evaluator, world, make }) => {
    world.numbers[0]!.value = 5;
    await make("numbers");
    await engine.automation.pause("multiples");
    await engine.automation.pause("multiples");
    assert.equal(await follow(engine, evaluator), null);
    const { pausedAt, evaluations } = await engine.automation.state("multiples");
    assert.notEqual(pausedAt, null);
    // It is judged all the same.
    assert.deepEqual([evaluations[0]!.paused, evaluations[0]!.tree.holds], [true, true]);
    await engine.automation.resume("multiples");
    assert.deepEqual(await follow(engine, evaluator), { multiples: "succeeded", total: "succeeded" });
  });

  tiny("stores a judgement only where it differs, and keeps the latest", async (test) => {
    const { engine, evaluator, world, make, database } = test;
    await evaluator.evaluate();
    await evaluator.evaluate();
    assert.equal((await engine.automation.state("multiples")).evaluations.length, 1);
    world.numbers[0]!.value = 5;
    await make("numbers");
    const { runId } = await evaluator.evaluate();
    await engine.finished(runId!);
    const [latest, before] = (await engine.automation.state("multiples")).evaluations;
    assert.deepEqual([latest!.runId, latest!.requested?.count, before!.runId], [runId, 1, null]);
    const [work] = latest!.tree.operands;
    assert.deepEqual(
      work!.operands.map(({ condition, holds }) => [condition, holds]),
      [["expected()", false], ["stale()", true], ["anyUpstreamUpdated()", true]],
    );
    const { evaluations: [ofTotal] } = await engine.automation.state("total");
    assert.deepEqual(ofTotal!.tree.operands[0]!.operands.map(({ holds }) => holds), [false, false, true]);
    // Judgements of long ago are forgotten.
    await database.sql`
      INSERT INTO engine.automation_evaluation (asset_key, evaluated_at, paused, tree, fingerprint)
      SELECT 'multiples', now(), false, '{}', n::text FROM generate_series(1, 80) AS n`;
    await evaluator.evaluate();
    const [count] = await database.sql`
      SELECT count(*) AS n FROM engine.automation_evaluation WHERE asset_key = 'multiples'`;
    assert.equal(count!.n, 50);
  });

  tiny("starts one run, however many processes evaluate the same state", async (test) => {
    const { engine, database, clock, world, make } = test;
    world.numbers[0]!.value = 5;
    await make("numbers");
    const processes = await Promise.all([1, 2, 3].map(() =>
      Engine.open({
        assets: withConditions(tinyAssets, { multiples: eager(), total: eager() }),
        database,
        resources: world,
        clock,
        logger: silentLogger,
      })
    ));
    try {
      const found = await Promise.all(
        [engine, ...processes].map((e) => evaluatorOf({ engine: e, database, clock }).evaluate()),
      );
      const runs = found.flatMap(({ runId }) => runId ?? []);
      assert.equal(runs.length, 1);
      await engine.finished(runs[0]!);
      const byAutomation = (await engine.runs({ limit: 10 })).filter(({ trigger }) => trigger === "automation");
      assert.equal(byAutomation.length, 1);
    } finally {
      for (const e of processes) await e.close();
    }
  });

  tiny("queues nothing for a state that was overtaken by another run", async (test) => {
    const { engine, evaluator, world, make } = test;
    world.numbers[0]!.value = 5;
    await make("numbers");
    const snapshot = engine.snapshot.bind(engine);
    let before = async () => {
      before = async () => {};
      await make("multiples total");
    };
    engine.snapshot = async () => {
      const state = await snapshot();
      await before();
      return state;
    };
    assert.deepEqual(
      [(await evaluator.evaluate()).overtaken, (await engine.runs({ limit: 10 })).map(({ trigger }) => trigger)],
      [true, ["test", "test", "test"]],
    );
    assert.equal(await follow(engine, evaluator), null);
  });

  on("loses nothing when a process ends between an evaluation and its run", async (database) => {
    const assets = withConditions(tinyAssets, { multiples: eager(), total: eager() });
    await withTinyEngine(async (first) => {
      const { engine, world, clock } = first;
      await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
      world.numbers[0]!.value = 5;
      await engine.finished((await engine.submit({ selection: "numbers", trigger: "test" })).id);
      // As a process that is killed after the commit: it never begins the run that it queued.
      engine.begin = () => {};
      const { runId } = await evaluatorOf(first).evaluate();
      assert.equal((await engine.run(runId!)).status, "queued");
      await engine.close();
      const next = await Engine.open({ assets, database, resources: world, clock, logger: silentLogger });
      try {
        assert.equal((await evaluatorOf({ engine: next, database, clock }).evaluate()).runId, null);
        assert.equal((await next.finished(runId!)).status, "succeeded");
        assert.equal((await evaluatorOf({ engine: next, database, clock }).evaluate()).runId, null);
      } finally {
        await next.close();
      }
    }, { database, assets, takesOpenRuns: false });
  });

  tiny(
    "starts no run for a condition that keeps holding",
    async ({ engine, evaluator, world, make }) => {
      assert.equal(await follow(engine, evaluator), null, "everything is fresh");
      world.numbers[0]!.value = 5;
      await make("numbers");
      world.before = (key) => {
        if (key === "multiples") throw new Error("no paper");
      };
      assert.deepEqual(await follow(engine, evaluator), { multiples: "failed" });
      assert.equal(await follow(engine, evaluator), null);
    },
    { multiples: not(inProgress()) },
  );

  tiny(
    "makes nothing that reads what is neither there nor to be made",
    async ({ database, evaluator }) => {
      await database.sql`DELETE FROM engine.check_result`;
      await database.sql`DELETE FROM engine.materialization WHERE asset_key <> 'rejects'`;
      assert.deepEqual(requestedOf(await evaluator.evaluate()), []);
    },
    { multiples: missing(), total: eager() },
  );

  partition("requests only a late partition and its readers", {
    quotes: eager(),
    adjusted: eager(),
    sums: eager(),
    headline: eager(),
  }, async ({ engine, evaluator, world, materialize, calls }) => {
    await materialize();
    calls();
    assert.equal(await follow(engine, evaluator), null);
    world.dates.push("2024-01-08");
    assert.deepEqual(Object.keys((await follow(engine, evaluator))!), ["quotes", "adjusted", "sums", "headline"]);
    assert.deepEqual(calls(), [
      "quotes: A 2024-01-08, B 2024-01-08",
      "adjusted: A 2024-01-08, B 2024-01-08",
      "sums: 2024-01-08",
      "headline",
    ]);
    assert.equal(await follow(engine, evaluator), null);
  });

  partition("makes exactly the partitions that an event reaches back to", { adjusted: eager() }, async (test) => {
    const { engine, evaluator, world, materialize, calls } = test;
    await materialize();
    calls();
    world.events.push({ name: "B", date: "2024-01-04", ratio: 4 });
    await materialize("events");
    const { runId, evaluations } = await evaluator.evaluate();
    assert.deepEqual(evaluations.map(({ key, requested }) => [key, requested]), [
      ["adjusted", { count: 2, partitions: [{ names: ["B"], dates: [["2024-01-02", "2024-01-03"]] }] }],
    ]);
    const run = await engine.finished(runId!);
    assert.deepEqual(run.range, {
      partitions: { adjusted: [{ names: ["B"], dates: [["2024-01-02", "2024-01-03"]] }] },
    });
    assert.deepEqual(calls(), ["adjusted: B 2024-01-02, B 2024-01-03"]);
  });

  partition("leaves history to requests, and watches the made part of it", { sums: eager() }, async (test) => {
    const { engine, evaluator, world, materialize, calls } = test;
    world.dates.push("2024-01-08");
    await materialize();
    assert.equal(await follow(engine, evaluator), null, "2024-01-04 and 2024-01-05 are missing and not expected");
    await materialize("sums", { range: { from: "2024-01-04", to: "2024-01-04" } });
    calls();
    world.events.push({ name: "B", date: "2024-01-03", ratio: 4 });
    await materialize("events adjusted");
    calls();
    assert.deepEqual(await follow(engine, evaluator), { sums: "succeeded" });
    assert.deepEqual(calls(), ["sums: 2024-01-04"]);
  });

  partition("makes missing history where the condition says so", { sums: onMissing() }, async (test) => {
    const { engine, evaluator, world, materialize, calls } = test;
    world.dates.push("2024-01-08", "2024-01-09");
    await materialize();
    calls();
    await follow(engine, evaluator);
    assert.deepEqual(calls(), ["sums: 2024-01-04", "sums: 2024-01-05", "sums: 2024-01-08"]);
    assert.equal(await follow(engine, evaluator), null);
  });

  partition("keeps to the scope", { sums: inRange({ from: "2024-01-05" }, missing()) }, async (test) => {
    const { engine, evaluator, world, materialize, calls } = test;
    world.dates.push("2024-01-08", "2024-01-09");
    await materialize();
    calls();
    await follow(engine, evaluator);
    assert.deepEqual(calls(), ["sums: 2024-01-05", "sums: 2024-01-08"]);
  });

  partition("continues with the partitions that did not fail, and tries the failed ones when their source moves on", {
    quotes: eager(),
    adjusted: eager(),
  }, async ({ engine, evaluator, world, materialize, calls }) => {
    await materialize();
    calls();
    world.dates.push("2024-01-08", "2024-01-09", "2024-01-10");
    world.before = (key, list) => {
      if (key === "quotes" && list.includes("A 2024-01-10")) throw new Error("not to be had");
    };
    assert.deepEqual(await follow(engine, evaluator), { quotes: "failed", adjusted: "succeeded" });
    assert.deepEqual(calls().slice(-1), [
      "adjusted: A 2024-01-08, A 2024-01-09, B 2024-01-08, B 2024-01-09",
    ]);
    assert.equal(await follow(engine, evaluator), null);
    world.before = () => {};
    world.version = "2024-01-06";
    await follow(engine, evaluator);
    assert.ok(calls().some((call) => call === "quotes: A 2024-01-10, B 2024-01-10"));
    assert.equal(await follow(engine, evaluator), null);
  });

  partition(
    "does not read again what failed though an earlier version of it stays",
    { quotes: eager() },
    async (test) => {
      const { engine, evaluator, world, materialize, calls } = test;
      await materialize();
      calls();
      world.version = "2024-01-06";
      world.before = (key) => {
        if (key === "quotes") throw new Error("not to be had");
      };
      assert.deepEqual(await follow(engine, evaluator), { quotes: "failed" });
      calls();
      assert.equal(await follow(engine, evaluator), null);
      assert.deepEqual(calls(), []);
    },
  );

  partition("tries none of the partitions that a refused key left over", { quotes: eager() }, async (test) => {
    const { engine, evaluator, world, materialize, calls } = test;
    await materialize();
    calls();
    world.dates.push("2024-01-08", "2024-01-09", "2024-01-10");
    world.before = () => {
      throw Object.assign(new Error("401"), { fatal: true });
    };
    assert.deepEqual(await follow(engine, evaluator), { quotes: "failed" });
    assert.equal(calls().length, 1);
    assert.equal(await follow(engine, evaluator), null);
  });

  partition("removes what is not wanted any more", { quotes: eager(), adjusted: eager() }, async (test) => {
    const { engine, evaluator, world, materialize, rows } = test;
    await materialize();
    world.names.pop();
    assert.deepEqual(await follow(engine, evaluator), { quotes: "succeeded", adjusted: "succeeded" });
    assert.deepEqual([...new Set((await rows("adjusted")).map((row) => row.name))], ["A"]);
    assert.equal(await follow(engine, evaluator), null);
  });

  partition("does not make a whole with a gap in it", { headline: stale() }, async (test) => {
    const { evaluator, engine, world, materialize } = test;
    await materialize();
    world.dates.push("2024-01-08");
    await materialize("quotes adjusted");
    assert.equal(await follow(engine, evaluator), null);
  });

  partition("reports the changed upstream of an asset", { sums: anyUpstreamUpdated() }, async (test) => {
    const { engine, evaluator, world, materialize, calls } = test;
    await materialize();
    world.values.set("A 2024-01-04", 7);
    world.version = "2024-01-06";
    await materialize("quotes adjusted");
    calls();
    assert.deepEqual(await follow(engine, evaluator), { sums: "succeeded" });
    assert.deepEqual(calls(), ["sums: 2024-01-05"]);
  });

  on("follows runs by itself once it is started", async (database) => {
    await withTinyEngine(async (test) => {
      const { engine, world } = test;
      await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
      const evaluator = new AutomationEvaluator({ ...test, logger: silentLogger, intervalSeconds: 600 });
      evaluator.start();
      try {
        world.numbers[0]!.value = 5;
        await engine.finished((await engine.submit({ selection: "numbers", trigger: "test" })).id);
        let runs = await engine.runs({ limit: 1 });
        for (let looks = 0; looks < 200 && runs[0]!.trigger !== "automation"; looks++) {
          await new Promise((resolve) => setTimeout(resolve, 50));
          runs = await engine.runs({ limit: 1 });
        }
        assert.equal((await engine.finished(runs[0]!.id)).trigger, "automation");
      } finally {
        await evaluator.stop();
      }
    }, { database, assets: withConditions(tinyAssets, { multiples: eager() }) });
  });
}
