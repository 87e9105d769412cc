import assert from "node:assert/strict";
import { z } from "zod";
import { type AnyAsset, assetsWith, type Check, check, cutBy, Engine, loggerTo } from "../../../engine/mod.ts";
import { situation } from "../../../engine/watch/alert_conditions.ts";
import { fixedClock } from "../../../resources/clock.ts";
import { ChangingAssets } from "../../support/changing_assets.ts";
import { until } from "../../support/partitions.ts";
import { databases } from "../../support/database.ts";

const { asset } = assetsWith<unknown>();
type Row = { name: string; n: number };

const two = [{ name: "a", n: 1 }, { name: "b", n: 2 }];
const made = { calls: 0, rows: two };

/** A whole asset with some checks, which counts its calls. */
function judged(key: string, checks: Check<Row>[]): AnyAsset {
  return asset({
    key,
    group: "t",
    layer: "raw",
    description: key,
    row: z.object({ name: z.string(), n: z.int() }),
    primaryKey: ["name"],
    checks,
    materialize: () => ({
      rows: (made.calls++, made.rows),
      metadata: { rows: made.rows.length, of: "test", yes: true },
    }),
  });
}

const sum = (name: string, most: number, options: { blocking?: boolean; severity?: "warn" | "error" } = {}) =>
  check<Row>(name, `At most ${most} in all.`, (rows) => {
    let all = 0;
    for (let i = 0; i < rows.count; i++) all += rows.value(i, "n");
    return { passed: all <= most, message: `${all} in ${rows.count} rows`, failingRows: [{ all }] };
  }, options);

/** A downstream asset. */
function reader(of: AnyAsset): AnyAsset {
  return asset({
    key: `${of.key}_reader`,
    group: "t",
    layer: "gold",
    description: "Reads it.",
    deps: { of },
    row: z.object({ rows: z.int() }),
    primaryKey: ["rows"],
    materialize: async ({ inputs }) => ({ rows: [{ rows: (await inputs.of.rows()).length }] }),
  });
}

const tests: [string, (t: ChangingAssets) => Promise<void>][] = [];
const test = (title: string, body: (t: ChangingAssets) => Promise<void>) => tests.push([title, body]);
const checksOf = async (t: ChangingAssets, key: string) =>
  (await t.engine.checks(key)).map(({ name, passed, message }) => [name, passed, message]);

test("a check that is declared later judges the current version automatically, and makes nothing", async (t) => {
  await t.open(judged("later", [sum("old", 9)]));
  await t.make();
  const [version, calls] = [await t.latest("later"), made.calls];
  await t.open(judged("later", [sum("old", 9), sum("new", 2)]));
  const found = await until(() => checksOf(t, "later"), (found) => found.length === 2);
  assert.deepEqual(found, [["old", true, "3 in 2 rows"], ["new", false, "3 in 2 rows"]]);
  assert.deepEqual([made.calls, await t.latest("later")], [calls, version]);
  assert.deepEqual((await t.see("later")).reasons, ["check_failed"]);
  assert.match(
    t.logged.join(),
    /warn Check new of later, which had not judged its latest version, failed: 3 in 2 rows/,
  );
  const { holding } = await situation(t.database.sql, t.engine.graph, {
    checkSeverity: "warn",
    fresh: new Set(),
    failedChecks: null,
  });
  assert.deepEqual(holding.map(({ key, subject, message }) => [key, subject, message]), [[
    "later",
    "new",
    "Check new of later failed on rows that had been published: 3 in 2 rows. The rows were published.",
  ]]);
  // Once is enough.
  const results = async () => (await t.database.sql`SELECT FROM engine.check_result WHERE asset_key = 'later'`).length;
  const before = await results();
  await t.open(judged("later", [sum("old", 9), sum("new", 2)]));
  assert.deepEqual(
    await t.engine.runChecks("later", { names: ["old"] }).then(([run]) => run!.materialization),
    version,
  );
  assert.equal(await results(), before + 1);
});

test("a new check judges all rows of an asset that is made by partitions, though a part was judged first", async (t) => {
  const days = ["2024-01-02", "2024-01-03", "2024-01-04"];
  const parts = (wanted: number, checks: Check<{ day: string }>[]) =>
    asset({
      key: "parts",
      group: "t",
      layer: "raw",
      description: "A row a day.",
      row: z.object({ day: z.iso.date() }),
      primaryKey: ["day"],
      partitionedBy: { date: "day" },
      checks,
      partitionsDef: { wanted: () => ({ dates: days.slice(0, wanted) }), chunks: cutBy({ dates: 1 }) },
      materialize: ({ partitions }) => ({ rows: partitions.dates.map((day) => ({ day })) }),
    });
  const counted = check<{ day: string }>(
    "counted",
    "Counts.",
    ({ count }) => ({ passed: true, message: `${count} rows` }),
  );
  await t.open(parts(2, []));
  await t.make();
  // A part is published with the check before the check has run alone.
  await t.database.sql`UPDATE engine.asset_table SET judged_by = '{}' WHERE asset_key = 'parts'`;
  await t.open(parts(3, [counted]));
  await t.make();
  const messages = async () =>
    (await t.database.sql<{ message: string }[]>`
    SELECT message FROM engine.check_result WHERE asset_key = 'parts' ORDER BY id`).map((row) => row.message);
  const found = await until(messages, (found) => found.length >= 2);
  assert.ok(found.includes("1 rows"), found.join());
  assert.ok(found.some((message) => message === "2 rows" || message === "3 rows"), found.join());
  await t.open(parts(3, [counted]));
  assert.deepEqual(await messages(), found);
});

test("checks run alone on stored rows, with their metadata and history", async (t) => {
  const seen: unknown[] = [];
  const curious = check<Row>("curious", "Looks at everything.", async (rows) => {
    const history = (await rows.history()).map(({ rowCount }) => rowCount);
    seen.push({ row: rows.row(1), n: [...rows.column("n")], metadata: rows.metadata, history });
    return { passed: true, message: "seen" };
  });
  made.rows = [two[0]!];
  await t.open(judged("stored", [curious]));
  await t.make();
  made.rows = two;
  await t.make("*", { force: true });
  const [run] = await t.engine.runChecks("stored");
  const first = seen.at(-2);
  assert.deepEqual(first, {
    row: { name: "b", n: 2 },
    n: [1, 2],
    metadata: { rows: 2, of: "test", yes: true },
    history: [1],
  });
  assert.deepEqual(seen.at(-1), { ...first as object, metadata: { rows: 2, of: "test", yes: "true" } });
  assert.deepEqual(run!.results.map(({ name, runId, materialization }) => [name, runId, materialization]), [[
    "curious",
    null,
    await t.latest("stored"),
  ]]);
});

test("a blocking check that fails on published rows makes the asset stale; rows that fail again are not published", async (t) => {
  made.rows = two;
  const limit = { most: 9 };
  const moving = check<Row>("moving", "Its limit moves.", ({ count }) => ({
    passed: count <= limit.most,
    message: `${count} of ${limit.most}`,
  }));
  const of = judged("barred", [moving]);
  await t.open(of, reader(of));
  await t.make();
  const version = await t.latest("barred");
  limit.most = 1;
  await t.engine.runChecks("barred");
  assert.deepEqual(await t.see("barred"), { state: "stale", reasons: ["check_failed"], rows: two });
  assert.deepEqual((await t.see("barred_reader")).reasons, ["upstream_stale"]);
  const run = await t.run();
  assert.deepEqual(run.steps.map(({ key, status }) => [key, status]), [["barred", "failed"], [
    "barred_reader",
    "skipped",
  ]]);
  assert.equal(await t.latest("barred"), version);
  assert.ok((await t.see("barred_reader")).reasons.includes("blocked"));
  // What holds now is what the check says now.
  limit.most = 9;
  await t.engine.runChecks("barred");
  assert.equal((await t.see("barred")).reasons.length, 0);
});

test("a check that fails by itself has failed, and one that may succeed later is tried again", async (t) => {
  made.rows = two;
  const luck = { retryable: false };
  const unlucky = check<Row>("unlucky", "Throws.", () => {
    throw Object.assign(new Error("no luck"), luck);
  }, { severity: "warn" });
  await t.open(judged("thrown", [unlucky]));
  await t.make();
  assert.deepEqual(await checksOf(t, "thrown"), [["unlucky", false, "the check itself failed: no luck"]]);
  luck.retryable = true;
  await assert.rejects(t.engine.runChecks("thrown"), /no luck/);
});

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `Checks alone on ${name}:`,
    ignore,
    async fn(t) {
      const database = await open();
      try {
        for (const [title, body] of tests) {
          await t.step(title, async () => {
            const changing = await ChangingAssets.on(database);
            try {
              await body(changing);
            } finally {
              await changing.close();
            }
          });
        }
        await t.step("two engines that find a check unjudged record it once", async () => {
          const changing = await ChangingAssets.on(database);
          await changing.open(judged("once", []));
          await changing.make();
          await changing.close();
          const engines = await Promise.all([1, 2].map(() =>
            Engine.open({
              assets: [judged("once", [sum("late", 9)])],
              database,
              resources: {},
              clock: fixedClock("2024-02-01T12:00:00Z"),
              logger: loggerTo(() => {}),
            })
          ));
          const count = async () =>
            (await database.sql`SELECT FROM engine.check_result WHERE asset_key = 'once'`).length;
          await until(count, (n) => n > 0);
          // Closing waits for what is being judged.
          await Promise.all(engines.map((engine) => engine.close()));
          assert.equal(await count(), 1);
        });
      } finally {
        await database.close();
      }
    },
  });
}
