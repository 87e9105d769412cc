import assert from "node:assert/strict";
import { z } from "zod";
import { Alerts, assetsWith, check, cutBy, type Engine, silentLogger } from "../../../engine/mod.ts";
import { databases } from "../../support/database.ts";
import { type Tiny, withTinyEngine } from "../../support/tiny_engine.ts";

/** What the assets hold: a value of 0 or less is at fault. */
const world = { dates: ["2024-01-02"], values: new Map<string, number>(), blocking: false };

const { asset } = assetsWith();
const row = z.object({ date: z.iso.date(), value: z.number() });
const rowOf = (date: string) => ({ date, value: world.values.get(date) ?? 1 });

function above(name: string, minimum: number, severity: "warn" | "error", blocking = false) {
  return check<z.output<typeof row>>(name, `Every value is above ${minimum}.`, (rows) => {
    const failingRows = Array.from({ length: rows.count }, (_, i) => rows.row(i)).filter((r) => r.value <= minimum);
    return { passed: failingRows.length === 0, message: `${failingRows.length} rows`, failingRows };
  }, { severity, blocking, columns: ["value"] });
}

const checks = [above("positive", 0, "warn"), above("sane", -10, "error", true)];

const parts = asset({
  key: "parts",
  group: "t",
  layer: "raw",
  description: "Published date by date.",
  row,
  primaryKey: ["date"],
  partitionedBy: { date: "date" },
  source: () => Promise.resolve(world.dates.join()),
  partitionsDef: { wanted: () => ({ dates: world.dates }), chunks: cutBy({ dates: 1 }) },
  checks,
  materialize: ({ partitions }) => Promise.resolve({ rows: partitions.dates.map(rowOf) }),
});

const whole = asset({
  key: "whole",
  group: "t",
  layer: "raw",
  description: "Published as a whole.",
  row,
  primaryKey: ["date"],
  source: () => Promise.resolve(JSON.stringify([world.dates, [...world.values]])),
  checks,
  materialize: () => Promise.resolve({ rows: world.dates.map(rowOf) }),
});

/** Rows from the first date that was not there before, or from `again` on. */
const carried = asset({
  key: "carried",
  group: "t",
  layer: "raw",
  description: "Carried on from date to date.",
  deps: { parts },
  row,
  primaryKey: ["date"],
  partitionedBy: { date: "date" },
  carriedOn: true,
  checks: [
    above("positive", 0, "warn"),
    above("likely", -5, "error"),
    check("few", "At most 5 rows.", ({ metadata: { all } }) => ({ passed: Number(all) <= 5, message: `${all} rows` }), {
      severity: "warn",
      ofAll: true,
    }),
  ],
  materialize({ previous }) {
    const from = previous?.changedFrom.parts;
    const metadata = { all: world.dates.length };
    if (!from) return Promise.resolve({ rows: world.dates.map(rowOf), metadata });
    return Promise.resolve({ rows: world.dates.filter((date) => date >= from).map(rowOf), from, metadata });
  },
});

for (const { name, ignore, open } of databases) {
  const test = (title: string, body: (engine: Engine, failed: typeof failedOf, tiny: Tiny) => Promise<void>) =>
    Deno.test({
      name: `failedChecks() on ${name}: ${title}`,
      ignore,
      async fn() {
        Object.assign(world, { dates: ["2024-01-02"], values: new Map() });
        const database = await open();
        try {
          await withTinyEngine((tiny) => body(tiny.engine, failedOf, tiny), {
            assets: [parts, whole, carried],
            database,
          });
        } finally {
          await database.close();
        }
      },
    });

  test("reports warnings with a few of the rows at fault, until they are made again", async (engine, failed) => {
    world.dates = ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"];
    for (const date of world.dates) world.values.set(date, 0);
    await make(engine, "whole");
    const [asset] = await engine.states(["whole"]);
    assert.equal(asset!.state, "fresh");
    const [told] = asset!.failedChecks;
    assert.deepEqual({ ...told, checkedAt: typeof told!.checkedAt }, {
      name: "positive",
      severity: "warn",
      message: "4 rows",
      failingRows: world.dates.slice(0, 3).map((date) => ({ date, value: 0 })),
      runId: 1,
      checkedAt: "string",
      published: true,
    });
    world.values.clear();
    await make(engine, "whole");
    assert.deepEqual(await failed(engine, "whole"), []);
  });

  test("keeps a part's failure while later parts pass, until that part is made again", async (engine, failed) => {
    world.dates = ["2024-01-02", "2024-01-03", "2024-01-04"];
    world.values.set("2024-01-02", 0);
    await make(engine, "parts");
    assert.deepEqual(await failed(engine, "parts"), [["positive", "1 rows"]]);
    world.dates.push("2024-01-05");
    await make(engine, "parts");
    assert.deepEqual(await failed(engine, "parts"), [["positive", "1 rows"]], "after the next date");
    await make(engine, "parts", { from: "2024-01-03", to: "2024-01-05" });
    assert.deepEqual(await failed(engine, "parts"), [["positive", "1 rows"]], "after the others were made again");
    world.values.clear();
    await make(engine, "parts", { from: "2024-01-02", to: "2024-01-02" });
    assert.deepEqual(await failed(engine, "parts"), []);
  });

  test("alerts of a part's failure until that part is made again", async (engine, _, tiny) => {
    const alerts = new Alerts({
      ...tiny,
      logger: silentLogger,
      webhook: { url: "http://127.0.0.1:9" },
      serviceUrl: "http://127.0.0.1:8000",
      repeatMs: 24 * 3_600_000,
      timeoutMs: 5_000,
      checkSeverity: "warn",
    });
    world.values.set("2024-01-02", 0);
    await make(engine, "+carried");
    assert.equal(await alerts.look(), 2, "one of each asset");
    world.dates = [...world.dates, "2024-01-03"];
    await make(engine, "+carried");
    assert.equal(await alerts.look(), 0, "after the next date");
    world.values.clear();
    await make(engine, "+carried", { from: "2024-01-02", to: "2024-01-02" });
    assert.equal(await alerts.look(), 2, "recovered");
  });

  test("forgets a part whose partitions are gone", async (engine, failed) => {
    world.dates = ["2024-01-02", "2024-01-03"];
    world.values.set("2024-01-02", 0);
    await make(engine, "parts");
    world.dates = ["2024-01-03"];
    await make(engine, "parts");
    assert.deepEqual(await failed(engine, "parts"), []);
  });

  test("keeps the failure of a version that was carried on, until its rows are made again", async (engine, failed) => {
    world.dates = ["2024-01-02", "2024-01-03"];
    world.values.set("2024-01-02", 0);
    await make(engine, "+carried");
    assert.deepEqual(await failed(engine, "carried"), [["positive", "1 rows"]]);
    world.dates = [...world.dates, "2024-01-04"];
    await make(engine, "+carried");
    assert.equal((await engine.states(["carried"]))[0]!.lastMaterialization!.rowsFrom, "2024-01-04");
    assert.deepEqual(await failed(engine, "carried"), [["positive", "1 rows"]], "after the next date");
    world.values.set("2024-01-05", 0);
    world.dates = [...world.dates, "2024-01-05"];
    await make(engine, "+carried");
    world.dates = [...world.dates, "2024-01-06"];
    await make(engine, "+carried");
    world.values.delete("2024-01-02");
    await make(engine, "parts", { from: "2024-01-02", to: "2024-01-02" });
    await make(engine, "carried");
    assert.equal((await engine.states(["carried"]))[0]!.lastMaterialization!.rowsFrom, "2024-01-02");
    assert.deepEqual(await failed(engine, "carried"), [["positive", "1 rows"]], "of 2024-01-05");
    world.values.clear();
    await make(engine, "parts", { from: "2024-01-05", to: "2024-01-05" });
    await make(engine, "carried");
    assert.deepEqual(
      await failed(engine, "carried"),
      [["positive", "1 rows"]],
      "rows before it were not checked again",
    );
    await engine.runChecks("carried");
    assert.deepEqual(await failed(engine, "carried"), []);
  });

  test("takes the last result of a check of all rows, though only some were returned", async (engine, failed) => {
    world.dates = ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08"];
    await make(engine, "+carried");
    world.dates = [...world.dates, "2024-01-09"];
    await make(engine, "+carried");
    assert.deepEqual(await failed(engine, "carried"), [["few", "6 rows"]]);
    world.dates = world.dates.slice(0, -1);
    await make(engine, "+carried");
    assert.equal((await engine.states(["carried"]))[0]!.lastMaterialization!.rowsFrom, "2024-01-09");
    assert.deepEqual(await failed(engine, "carried"), []);
  });

  test("carries on no version whose checks failed as errors", async (engine, failed) => {
    world.dates = ["2024-01-02", "2024-01-03"];
    world.values.set("2024-01-02", -7);
    await make(engine, "+carried");
    world.dates = [...world.dates, "2024-01-04"];
    await make(engine, "+carried");
    assert.deepEqual(await failed(engine, "carried"), [["positive", "1 rows"], ["likely", "1 rows"]]);
    assert.equal((await engine.states(["carried"]))[0]!.lastMaterialization!.rowsFrom, null);
  });

  test("reports rows that were kept back while the asset is not fresh", async (engine, failed) => {
    await make(engine, "whole");
    world.values.set("2024-01-02", -20);
    await make(engine, "whole");
    assert.deepEqual(await failed(engine, "whole"), [["positive", "1 rows"], ["sane", "1 rows"]]);
    const [asset] = await engine.states(["whole"]);
    assert.deepEqual(asset!.failedChecks.map(({ published }) => published), [false, false]);
    // The source is as it was: nothing is to be made, and what was kept back is past.
    world.values.clear();
    assert.deepEqual(await failed(engine, "whole"), []);
  });
}

async function make(engine: Engine, selection: string, range?: { from: string; to: string }) {
  const force = range !== undefined;
  const { id } = await engine.submit({ selection, trigger: "test", force, ...(range && { range }) });
  return await engine.finished(id);
}

async function failedOf(engine: Engine, key: string) {
  const [asset] = await engine.states([key]);
  return asset!.failedChecks.map(({ name, message }) => [name, message]);
}
