import assert from "node:assert/strict";
import { InstallationMetrics, loggerTo, silentLogger } from "../../../engine/mod.ts";
import { writeMetrics } from "../../../resources/metrics/mod.ts";
import { databases, withEmbedded } from "../../support/database.ts";
import { readMetrics, valueOf } from "../../support/metrics_text.ts";
import { gate, type Tiny, withTinyEngine } from "../../support/tiny_engine.ts";

function metricsOf(tiny: Pick<Tiny, "engine" | "database" | "clock">, more = {}) {
  const metrics = new InstallationMetrics({
    ...tiny,
    logger: silentLogger,
    maxAgeMs: 0,
    statesMaxAgeMs: 0,
    timeoutMs: 20_000,
    ...more,
  });
  return async () => {
    const families = await metrics.families();
    readMetrics(writeMetrics(families, "openMetrics"), "openMetrics");
    return readMetrics(writeMetrics(families, "prometheus"), "prometheus");
  };
}

async function run({ engine }: Tiny, selection: string, trigger: string) {
  return await engine.finished((await engine.submit({ selection, trigger })).id);
}

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `InstallationMetrics count what ended, whatever process did it and however often it is read, on ${name}`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await withTinyEngine(async (tiny) => {
          const read = metricsOf(tiny);
          tiny.world.before = (key) => {
            if (key === "multiples") throw new Error("No multiples today.");
          };
          await run(tiny, "*", "schedule:nightly");
          assert.equal(
            valueOf(await read(), "tandem_runs_finished_total", { trigger: "schedule", status: "failed" }),
            1,
          );
          tiny.world.before = () => {};
          await run(tiny, "*", "http");
          for (const families of [await read(), await read(), await metricsOf(tiny)()]) {
            assert.equal(valueOf(families, "tandem_database_up"), 1);
            assert.equal(valueOf(families, "tandem_runs_finished_total", { trigger: "schedule", status: "failed" }), 1);
            assert.equal(valueOf(families, "tandem_runs_finished_total", { trigger: "http", status: "succeeded" }), 1);
            assert.equal(valueOf(families, "tandem_run_duration_seconds_count", { trigger: "http" }), 1);
            const steps = (asset: string, outcome: string) =>
              valueOf(families, "tandem_steps_finished_total", { asset, outcome });
            assert.equal(steps("numbers", "succeeded"), 1);
            assert.equal(steps("multiples", "failed"), 1);
            assert.equal(steps("multiples", "succeeded"), 1);
            // What never began counts with its run.
            assert.equal(steps("total", "skipped"), 1);
            assert.equal(steps("total", "succeeded"), 1);
            assert.equal(valueOf(families, "tandem_step_duration_seconds_count", { asset: "multiples" }), 2);
            assert.equal(valueOf(families, "tandem_assets", { state: "fresh" }), 4);
          }
          // What has settled is counted once, with what comes after it.
          await database
            .sql`UPDATE engine.run SET finished_at = finished_at - interval '1 hour', started_at = started_at - interval '1 hour'`;
          await database.sql`
            UPDATE engine.step SET finished_at = finished_at - interval '1 hour', started_at = started_at - interval '1 hour'`;
          const settled = metricsOf(tiny);
          await settled();
          tiny.world.numbers = [{ name: "three", value: 3 }];
          await run(tiny, "*", "http");
          const families = await settled();
          assert.equal(valueOf(families, "tandem_runs_finished_total", { trigger: "http", status: "succeeded" }), 2);
          assert.equal(valueOf(families, "tandem_steps_finished_total", { asset: "total", outcome: "succeeded" }), 2);
        }, { database });
      } finally {
        await database.close();
      }
    },
  });
}

Deno.test("InstallationMetrics report running and waiting work, and stale assets", async () => {
  await withTinyEngine(async (tiny) => {
    const { engine, world } = tiny;
    const held = gate();
    const begun = gate();
    world.before = () => {
      begun.open();
      return held.opened;
    };
    const read = metricsOf(tiny);
    const first = await engine.submit({ selection: "*", trigger: "http" });
    await begun.opened;
    const second = await engine.submit({ selection: "numbers", trigger: "http", force: true });
    const families = await read();
    assert.equal(valueOf(families, "tandem_runs_open", { status: "running" }), 1);
    assert.equal(valueOf(families, "tandem_runs_open", { status: "queued" }), 1);
    assert.ok(valueOf(families, "tandem_queue_oldest_age_seconds") >= 0);
    assert.equal(valueOf(families, "tandem_steps_running"), 1);
    assert.equal(valueOf(families, "tandem_assets", { state: "running" }), 1);
    assert.equal(valueOf(families, "tandem_assets", { state: "missing" }), 3);
    assert.equal(valueOf(families, "tandem_asset_fresh", { asset: "total" }), 0);
    held.open();
    await engine.finished(first.id);
    await engine.finished(second.id);
    const after = await read();
    assert.equal(valueOf(after, "tandem_runs_open", { status: "running" }), 0);
    assert.equal(valueOf(after, "tandem_queue_oldest_age_seconds"), 0);
    assert.equal(valueOf(after, "tandem_asset_fresh", { asset: "total" }), 1);
  }, { maxConcurrentRuns: 1 });
});

Deno.test("InstallationMetrics count steps of assets that are no more together", async () => {
  await withTinyEngine(async (tiny) => {
    await run(tiny, "numbers", "http");
    await tiny.database.sql`UPDATE engine.step SET key = 'gone'`;
    const families = await metricsOf(tiny)();
    assert.equal(valueOf(families, "tandem_steps_finished_total", { asset: "removed", outcome: "succeeded" }), 1);
  });
});

Deno.test("InstallationMetrics say that the database is away, once in the log, and go on when it is back", async () => {
  await withEmbedded(async (database) => {
    await withTinyEngine(async (tiny) => {
      const logged: string[] = [];
      let away = false;
      const sql = new Proxy(database.sql, {
        apply(target, self, parameters) {
          if (away) return Promise.reject(new Error("The connection was refused."));
          return Reflect.apply(target as unknown as () => unknown, self, parameters);
        },
      });
      const read = metricsOf({ ...tiny, database: { ...database, sql } }, {
        logger: loggerTo((_, message) => logged.push(message)),
      });
      assert.equal(valueOf(await read(), "tandem_database_up"), 1);
      away = true;
      for (let i = 0; i < 3; i++) {
        const families = await read();
        assert.equal(valueOf(families, "tandem_database_up"), 0);
        assert.ok(!families.has("tandem_runs_open"));
      }
      assert.equal(logged.length, 1, logged.join("\n"));
      away = false;
      assert.equal(valueOf(await read(), "tandem_database_up"), 1);
    }, { database });
  });
});
