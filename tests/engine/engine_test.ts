import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import {
  type AnyAsset,
  assetsWith,
  check,
  type Engine,
  everyRow,
  IdempotencyConflictError,
  InvalidRequestError,
  type Run,
  UnmetUpstreamError,
} from "../../engine/mod.ts";
import { pause } from "../../engine/declare/retry.ts";
import { type Database, migrate, openPostgres } from "../../resources/database/mod.ts";
import { databases } from "../support/database.ts";
import { postgresBinaries, startServer } from "../support/postgres_server.ts";
import { gate, type TinyOptions, withTinyEngine } from "../support/tiny_engine.ts";

const { asset } = assetsWith<Record<string, unknown>>();
const ended = (run: Run) => Object.fromEntries(run.steps.map((step) => [step.key, step.status]));

/** Materializes a selection and waits for the end. */
async function materialize(
  engine: Engine,
  selection: string,
  more: { force?: boolean; config?: Record<string, unknown> } = {},
) {
  return await engine.finished((await engine.submit({ selection, trigger: "test", ...more })).id);
}

/** An asset of one row whose content a test decides. */
function partition(
  key: string,
  make: () => Promise<number> | number,
  more: { after?: string[]; retry?: object } = {},
): AnyAsset {
  return asset({
    key,
    group: "partitions",
    layer: "raw",
    description: key,
    row: z.object({ id: z.int(), value: z.number() }),
    primaryKey: ["id"],
    materialize: async () => ({ rows: [{ id: 1, value: await make() }] }),
    ...more,
  });
}

for (const { name, ignore, open } of databases) {
  const test = (
    title: string,
    body: (tiny: Parameters<Parameters<typeof withTinyEngine>[0]>[0]) => Promise<void>,
    options: TinyOptions = {},
  ) =>
    Deno.test({
      name: `Engine on ${name}: ${title}`,
      ignore,
      async fn() {
        const database: Database = await open();
        try {
          await withTinyEngine(body, { ...options, database });
        } finally {
          await database.close();
        }
      },
    });

  test("materializes a chain in order, and a second run has no step", async ({ engine, world }) => {
    const run = await materialize(engine, "*");
    assert.equal(run.status, "succeeded");
    assert.deepEqual(world.started, ["numbers", "multiples", "total"]);
    assert.deepEqual((await engine.states()).map((s) => s.state), ["fresh", "fresh", "fresh", "fresh"]);
    const { rows } = await engine.rows("total", { limit: 10 });
    assert.deepEqual(rows, [{ of: "multiples", sum: 6 }]);
    const again = await materialize(engine, "*");
    assert.deepEqual([again.status, again.steps], ["succeeded", []]);
  });

  test("stops the cascade where content comes out unchanged", async ({ engine, world }) => {
    await materialize(engine, "*");
    world.numbers.reverse();
    const plan = await engine.plan({ selection: "*" });
    assert.deepEqual(plan.steps.map((s) => [s.key, s.certain]), [["numbers", true], ["multiples", false], [
      "total",
      false,
    ]]);
    const run = await materialize(engine, "*");
    assert.deepEqual(ended(run), { numbers: "succeeded", multiples: "up_to_date", total: "up_to_date" });
    const [latest, first] = await engine.materializations("numbers", { limit: 2 });
    assert.equal(latest!.dataVersion, first!.dataVersion);
    assert.deepEqual([latest!.rowsAdded, latest!.rowsRemoved], [0, 0]);
  });

  test("writes only the difference, and keeps the rows of past materializations", async ({ engine, world }) => {
    await materialize(engine, "*");
    world.numbers = [{ name: "one", value: 1 }, { name: "two", value: 20 }, { name: "three", value: 3 }];
    await materialize(engine, "*");
    const [latest, first] = await engine.materializations("numbers", { limit: 2 });
    // "two" changed, "three" came, "none" went.
    assert.deepEqual([latest!.rowsAdded, latest!.rowsRemoved, latest!.rowCount], [2, 2, 3]);
    const values = async (asOf?: number) =>
      (await engine.rows("numbers", { limit: 10, asOf })).rows.map((r) => [r.name, r.value]);
    assert.deepEqual(await values(), [["one", 1], ["three", 3], ["two", 20]]);
    assert.deepEqual(await values(first!.id), [["none", null], ["one", 1], ["two", 2]]);
    assert.deepEqual((await engine.rows("total", { limit: 1 })).rows[0]!.sum, 48);
  });

  test("takes settings for one run, and calls the asset stale by them afterwards", async ({ engine }) => {
    await materialize(engine, "*");
    const run = await materialize(engine, "multiples+", { config: { multiples: { factor: 10 } } });
    assert.deepEqual(ended(run), { multiples: "succeeded", total: "succeeded" });
    assert.equal((await engine.rows("total", { limit: 1 })).rows[0]!.sum, 30);
    const [multiples] = await engine.states(["multiples"]);
    assert.deepEqual([multiples!.state, multiples!.reasons.map((r) => r.kind)], ["stale", ["config_changed"]]);
    await assert.rejects(
      engine.plan({ selection: "*", config: { multiples: { factor: "ten" } } }),
      (error) => error instanceof InvalidRequestError && error.issues[0]!.path === "config.multiples.factor",
    );
    await assert.rejects(engine.plan({ selection: "*", config: { rejects: {} } }), InvalidRequestError);
  });

  test("skips steps after a failure, keeps the last good data and continues afterwards", async ({ engine, world }) => {
    await materialize(engine, "*");
    world.numbers.push({ name: "four", value: 4 });
    world.before = (key) => {
      if (key === "multiples") throw new Error("out of order");
    };
    const run = await materialize(engine, "*");
    assert.equal(run.status, "failed");
    assert.deepEqual(ended(run), { numbers: "succeeded", multiples: "failed", total: "skipped" });
    assert.equal(run.steps[1]!.error!.message, "out of order");
    assert.equal(run.steps[2]!.skippedBecause, "multiples");
    assert.equal((await engine.rows("total", { limit: 1 })).rows[0]!.sum, 6);
    const states = Object.fromEntries((await engine.states()).map((s) => [s.key, s.state]));
    assert.deepEqual(states, { numbers: "fresh", multiples: "failed", rejects: "failed", total: "stale" });
    world.before = () => {};
    assert.deepEqual(ended(await materialize(engine, "*")), { multiples: "succeeded", total: "succeeded" });
    assert.equal((await engine.rows("total", { limit: 1 })).rows[0]!.sum, 14);
  });

  test("gives one run for one idempotency key, and refuses the key for another request", async ({ engine }) => {
    const ask = (selection: string) => engine.submit({ selection, trigger: "test", idempotencyKey: "k1" });
    const first = await ask("*");
    assert.equal((await ask("*")).id, first.id);
    await assert.rejects(ask("numbers"), IdempotencyConflictError);
    await engine.finished(first.id);
    assert.equal((await ask("*")).id, first.id);
  });

  test("cancels in the middle and starts nothing more", async ({ engine, world }) => {
    const started = gate();
    world.before = (key) => {
      if (key === "multiples") {
        started.open();
        return new Promise(() => {});
      }
    };
    const { id } = await engine.submit({ selection: "*", trigger: "test" });
    await started.opened;
    const run = await engine.cancel(id);
    assert.equal(run.status, "cancelled");
    assert.deepEqual(ended(run), { numbers: "succeeded", multiples: "cancelled", total: "cancelled" });
    world.before = () => {};
    assert.equal((await materialize(engine, "*")).status, "succeeded");
  });

  test("reports events in order without gaps, past and present, and from where a reader stopped", async ({ engine, world }) => {
    const hold = gate();
    world.before = (key) => key === "total" ? hold.opened : undefined;
    const { id } = await engine.submit({ selection: "*", trigger: "test" });
    const seen: [number, string][] = [];
    for await (const event of engine.events(id)) {
      seen.push([event.seq, event.kind]);
      if (event.kind === "step_started" && event.key === "total") hold.open();
    }
    assert.deepEqual(seen.map(([seq]) => seq), seen.map((_, i) => i + 1));
    assert.equal(seen.at(-1)![1], "run_finished");
    const rest = await Array.fromAsync(engine.events(id, { after: seen.length - 2 }));
    assert.deepEqual(rest.map((e) => [e.seq, e.kind]), seen.slice(-2));
  });

  test("continues with a run that was handed back when its process ended", async ({ engine, world, database, clock }) => {
    const started = gate();
    world.before = (key) => {
      if (key === "multiples") {
        started.open();
        return new Promise(() => {});
      }
    };
    const { id } = await engine.submit({ selection: "*", trigger: "test" });
    await started.opened;
    await engine.close();
    assert.equal((await engine.run(id)).status, "interrupted");
    await withTinyEngine(async (next) => {
      const run = await next.engine.finished(id);
      assert.equal(run.status, "succeeded");
      assert.deepEqual(next.world.started, ["multiples", "total"]);
      const kinds = (await Array.fromAsync(next.engine.events(id))).map((e) => e.kind);
      assert.ok(kinds.includes("step_interrupted") && kinds.includes("run_resumed"), kinds.join());
    }, { database });
    void clock;
  });

  const flaky = { failures: 0, calls: 0, retryable: true };
  test("retries retryable errors, and reports how often", async ({ engine }) => {
    Object.assign(flaky, { failures: 2, calls: 0, retryable: true });
    const run = await materialize(engine, "flaky");
    assert.equal(run.status, "succeeded");
    assert.equal(flaky.calls, 3);
    const retries = (await Array.fromAsync(engine.events(run.id))).filter((e) => e.kind === "step_retry");
    assert.equal(retries.length, 2);
    Object.assign(flaky, { failures: 9, calls: 0 });
    assert.equal((await materialize(engine, "flaky", { force: true })).status, "failed");
    assert.equal(flaky.calls, 3);
    Object.assign(flaky, { failures: 1, calls: 0, retryable: false });
    assert.equal((await materialize(engine, "flaky", { force: true })).status, "failed");
    assert.equal(flaky.calls, 1);
  }, {
    assets: [partition("flaky", () => {
      if (++flaky.calls <= flaky.failures) throw Object.assign(new Error("busy"), { retryable: flaky.retryable });
      return 1;
    }, { retry: { maxAttempts: 3, initialDelayMs: 1 } })],
  });

  const load = { now: 0, most: 0, three: gate() };
  const busy = async () => {
    load.most = Math.max(load.most, ++load.now);
    if (load.now === 3) load.three.open();
    await load.three.opened;
    // Long enough for a fourth to start, if it could.
    await pause(20);
    load.now--;
    return 1;
  };
  test("runs independent assets side by side up to the limit", async ({ engine }) => {
    Object.assign(load, { now: 0, most: 0, three: gate() });
    assert.equal((await materialize(engine, "*")).status, "succeeded");
    assert.equal(load.most, 3);
  }, { maxConcurrentSteps: 3, assets: ["a", "b", "c", "d", "e", "f"].map((key) => partition(key, busy)) });

  const turns = { now: 0, most: 0, runs: 0 };
  test("runs an asset once at a time, for any number of runs", async ({ engine }) => {
    const runs = await Promise.all([1, 2, 3].map(() => materialize(engine, "one", { force: true })));
    assert.deepEqual(runs.map((r) => r.status), ["succeeded", "succeeded", "succeeded"]);
    assert.deepEqual(turns, { now: 0, most: 1, runs: 3 });
  }, {
    assets: [partition("one", async () => {
      turns.most = Math.max(turns.most, ++turns.now);
      await pause(50);
      turns.now--;
      return ++turns.runs;
    })],
  });

  const judged = { value: 1 };
  const checks = (blocking: boolean) => [
    asset({
      key: "judged",
      group: "t",
      layer: "raw",
      description: "",
      row: z.object({ id: z.int(), value: z.number() }),
      primaryKey: ["id"],
      checks: [
        everyRow<{ value: number }>("positive", "Values are positive.", ({ value }) => value > 0, {
          blocking,
        }) as never,
        check("small", "Values are small.", () => ({ passed: false, message: "never" }), { severity: "warn" }),
      ],
      materialize: () => ({ rows: [{ id: 1, value: judged.value }] }),
    }),
  ];
  test("publishes nothing that fails a blocking check, and keeps its failing rows", async ({ engine }) => {
    judged.value = 1;
    assert.equal((await materialize(engine, "judged")).status, "succeeded");
    judged.value = -1;
    const run = await materialize(engine, "judged", { force: true });
    assert.equal(run.status, "failed");
    assert.equal(run.steps[0]!.error!.name, "CheckFailedError");
    assert.deepEqual((await engine.rows("judged", { limit: 1 })).rows, [{ id: 1, value: 1 }]);
    const found = await engine.checks("judged");
    assert.deepEqual(found.map((c) => [c.name, c.passed]), [["positive", false], ["small", false]]);
    assert.deepEqual(found[0]!.failingRows, [{ id: 1, value: -1 }]);
  }, { assets: checks(true) });

  test("publishes rows that fail a non-blocking check, and marks the asset stale", async ({ engine }) => {
    judged.value = -1;
    assert.equal((await materialize(engine, "judged")).status, "succeeded");
    const [state] = await engine.states();
    assert.deepEqual([state!.state, state!.reasons.map((r) => r.kind)], ["stale", ["check_failed"]]);
  }, { assets: checks(false) });

  test("fails a step whose source cannot be read, with the source's own words", async ({ engine }) => {
    const run = await materialize(engine, "sourced");
    assert.equal(run.status, "failed");
    assert.match(run.steps[0]!.error!.message, /the file is gone/);
    assert.match(
      (await engine.states())[0]!.reasons.map((r) => r.message).join(),
      /never been materialized|file is gone/,
    );
  }, {
    assets: [asset({
      key: "sourced",
      group: "t",
      layer: "raw",
      description: "",
      row: z.object({ id: z.int() }),
      primaryKey: ["id"],
      source: () => Promise.reject(new Error("the file is gone")),
      materialize: () => ({ rows: [] }),
    })],
  });

  test("refuses to materialize an asset without input", async ({ engine }) => {
    await assert.rejects(engine.submit({ selection: "total", trigger: "test" }), UnmetUpstreamError);
    assert.deepEqual(await engine.runs({ limit: 5 }), []);
  });

  test("adds a column to a table whose rows got one", async ({ engine, database }) => {
    const before = partition("grown", () => 1);
    const grown = asset({
      key: "grown",
      group: "partitions",
      layer: "raw",
      description: "",
      row: z.object({ id: z.int(), value: z.number(), note: z.string() }),
      primaryKey: ["id"],
      materialize: () => ({ rows: [{ id: 1, value: 1, note: "new" }] }),
    });
    await engine.close();
    await withTinyEngine(async ({ engine }) => void await materialize(engine, "*"), { database, assets: [before] });
    await withTinyEngine(async ({ engine }) => {
      assert.deepEqual((await engine.states())[0]!.reasons.map((r) => r.kind), ["code_changed"]);
      await materialize(engine, "*");
      assert.deepEqual((await engine.rows("grown", { limit: 1 })).rows, [{ id: 1, value: 1, note: "new" }]);
    }, { database, assets: [grown] });
  });
}

const server = databases[1]!;

Deno.test({
  name: `Engine on ${server.name}: two processes never materialize the same asset at the same time`,
  ignore: server.ignore,
  async fn() {
    const database = await server.open();
    try {
      let now = 0;
      let most = 0;
      const assets = [partition("shared", async () => {
        most = Math.max(most, ++now);
        await pause(20);
        now--;
        return Math.random();
      })];
      await withTinyEngine(async (one) => {
        await withTinyEngine(async (two) => {
          const runs = [one, two, one, two].map(({ engine }) => materialize(engine, "shared", { force: true }));
          assert.deepEqual((await Promise.all(runs)).map((r) => r.status), Array(4).fill("succeeded"));
        }, { database, assets });
      }, { database, assets });
      assert.equal(most, 1);
    } finally {
      await database.close();
    }
  },
});

Deno.test({
  name: `Engine on ${server.name}: cancels a run that another process drives`,
  ignore: server.ignore,
  async fn() {
    const database = await server.open();
    try {
      const started = gate();
      await withTinyEngine(async (one) => {
        one.world.before = () => {
          started.open();
          return new Promise(() => {});
        };
        const { id } = await one.engine.submit({ selection: "numbers", trigger: "test" });
        await started.opened;
        await withTinyEngine(async (two) => {
          await two.engine.cancel(id);
          assert.equal((await two.engine.finished(id)).status, "cancelled");
        }, { database, takesOpenRuns: false });
      }, { database });
    } finally {
      await database.close();
    }
  },
});

Deno.test({
  name: `Engine on ${server.name}: resumes automatically after the database server crashed in the middle of a run`,
  ignore: postgresBinaries === null,
  async fn() {
    const folder = join(tmpdir(), `tandem-${crypto.randomUUID()}`);
    const own = await startServer({ folder, fsync: true });
    const database = await openPostgres({ databaseUrl: own.url });
    try {
      await migrate(database, new URL("../../sql/migrations/", import.meta.url));
      const started = gate();
      const crashed = gate();
      await withTinyEngine(async ({ engine, world }) => {
        world.before = (key) => {
          if (key !== "multiples") return;
          started.open();
          return crashed.opened;
        };
        const { id } = await engine.submit({ selection: "*", trigger: "test" });
        await started.opened;
        await own.restart("immediate");
        crashed.open();
        let run: Run | undefined;
        // The engine notices at its next heartbeat at the latest.
        for (let tries = 0; tries < 200 && run?.status !== "succeeded"; tries++) {
          await pause(100);
          run = await engine.run(id).catch(() => undefined);
        }
        assert.equal(run?.status, "succeeded", JSON.stringify(run));
        assert.equal((await engine.rows("total", { limit: 1 })).rows[0]!.sum, 6);
        for (const key of ["numbers", "multiples", "total"]) {
          assert.equal((await engine.materializations(key, { limit: 5 })).length, 1, key);
        }
      }, { database });
    } finally {
      await database.close();
      await own.stop();
    }
  },
});
