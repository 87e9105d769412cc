import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, InvalidRequestError, keepAll, keepVersions, silentLogger } from "../../../engine/mod.ts";
import { Retention } from "../../../engine/store/retention.ts";
import { RowHistory } from "../../../engine/store/row_history.ts";
import type { Database } from "../../../resources/database/database.ts";
import { onEachDatabase } from "../../support/partitions.ts";
import { gate, type Tiny, tinyAssets, type TinyWorld } from "../../support/tiny_engine.ts";

const test = onEachDatabase("RowHistory");
const { asset } = assetsWith<TinyWorld>();

/** Assets that keep everything and nothing but what is current, beside one without a retention of its own. */
const [kept, current, usual] = ([["kept", keepAll], ["current", keepVersions(1)], ["usual", undefined]] as const).map((
  [key, retention],
) =>
  asset({
    key,
    group: "copies",
    layer: "raw",
    description: "The numbers, as they are now.",
    row: z.object({ name: z.string(), value: z.number().nullable() }),
    primaryKey: ["name"],
    retention,
    source: ({ resources }) => Promise.resolve(JSON.stringify(resources.numbers)),
    async materialize({ resources }) {
      await resources.before(key, new AbortController().signal);
      return { rows: resources.numbers };
    },
  })
);
const assets = [kept!, current!, usual!];

/** Makes versions 1, 2, … of which each replaces one row of two. */
async function makeVersions({ engine, world }: Tiny, count: number, from = 1): Promise<void> {
  for (let n = from; n < from + count; n++) {
    world.numbers = [{ name: "changing", value: n }, { name: "constant", value: 0 }];
    await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
  }
}

/** Lets everything have happened so many days earlier. */
async function age({ sql }: Database, days: number): Promise<void> {
  await sql`UPDATE engine.materialization SET committed_at = committed_at - make_interval(days => ${days})`;
}

async function ids({ engine }: Tiny, key: string): Promise<number[]> {
  return (await engine.materializations(key, { limit: 100 })).map(({ id }) => id).reverse();
}

async function valuesAsOf({ engine }: Tiny, key: string, asOf?: number): Promise<unknown> {
  return (await engine.rows(key, { asOf, limit: 10 })).rows[0]!.value;
}

async function storedRows({ sql }: Database, key: string): Promise<number> {
  return (await sql.unsafe<{ count: number }[]>(`SELECT count(*) AS count FROM raw."${key}"`))[0]!.count;
}

test("makes room in catalogs and the engine's tables on the embedded database", { assets }, async (tiny) => {
  const { engine, database } = tiny;
  const { sql } = database;
  const columns = Array.from({ length: 50 }, (_, i) => `c${i} int`).join(", ");
  const grown = async (): Promise<number> => {
    for (let i = 0; i < 60; i++) await sql.unsafe(`CREATE TABLE raw.passing (${columns}); DROP TABLE raw.passing`);
    await makeVersions(tiny, 2);
    await age(database, 1);
    const [size] = await sql<{ bytes: number }[]>`SELECT pg_relation_size('pg_attribute') AS bytes`;
    assert.ok((await engine.prune()).length > 0);
    return size!.bytes;
  };
  const first = await grown();
  const second = await grown();
  // A server's autovacuum comes later.
  if (database.kind === "embedded") assert.ok(second < first * 1.1, `${first} bytes, then ${second}`);
});

test("deletes rows of versions that a retention does not keep, and no others", { assets }, async (tiny) => {
  const { engine, database } = tiny;
  await makeVersions(tiny, 3);
  await age(database, 40);
  await makeVersions(tiny, 2, 4);
  await age(database, 1);

  const plan = await engine.prune({ dryRun: true });
  // The third version was replaced yesterday.
  const expected = [
    { key: "current", keeps: "the current version", versions: 4, rows: 4 },
    { key: "usual", keeps: "the last 30 days", versions: 2, rows: 2 },
  ];
  assert.deepEqual(plan.map(({ bytes, ...rest }) => (assert.ok(bytes > 0), rest)), expected);
  assert.deepEqual(await storedRows(database, "current"), 6, "a dry run changes nothing");

  assert.deepEqual((await engine.prune()).map(({ bytes: _, ...rest }) => rest), expected);
  assert.deepEqual(await engine.prune(), []);
  assert.deepEqual(
    [await storedRows(database, "kept"), await storedRows(database, "current"), await storedRows(database, "usual")],
    [6, 2, 4],
  );
  for (const [i, id] of (await ids(tiny, "kept")).entries()) assert.equal(await valuesAsOf(tiny, "kept", id), i + 1);
  for (const [i, id] of (await ids(tiny, "usual")).entries()) {
    if (i >= 2) assert.equal(await valuesAsOf(tiny, "usual", id), i + 1);
  }
  assert.equal(await valuesAsOf(tiny, "current"), 5);
  assert.equal((await ids(tiny, "current")).length, 5, "materializations stay on record");
  const plans = await engine.plan({ selection: "*" });
  assert.deepEqual(plans.steps, [], "nothing became stale by it");
});

test("refuses versions that are no longer kept in words, by id, by moment and by cursor", { assets }, async (tiny) => {
  const { engine, database } = tiny;
  await makeVersions(tiny, 2);
  const [first, second] = await ids(tiny, "current") as [number, number];
  const { nextCursor } = await engine.rows("current", { asOf: first, limit: 1 });
  await age(database, 2);
  const moment = (await engine.materializations("current", { limit: 2 }))[1]!.committedAt;
  await engine.prune();
  for (const asOf of [first, moment]) {
    await assert.rejects(engine.rows("current", { asOf, limit: 10 }), (error: InvalidRequestError) => {
      assert.ok(error instanceof InvalidRequestError);
      assert.match(
        error.message,
        new RegExp(
          `^The rows of materialization ${first} of "current" cannot be read: they are no longer kept; ` +
            `the next kept version is materialization ${second} of 20.*Z\\.$`,
        ),
      );
      return true;
    });
  }
  await assert.rejects(engine.rows("current", { cursor: nextCursor!, limit: 1 }), /no longer kept. Begin again/);
  assert.equal(await valuesAsOf(tiny, "current", second), 2);
});

test("keeps versions that a running step may read, and those replaced in the last hour", { assets }, async (tiny) => {
  const { engine, database, world } = tiny;
  await makeVersions(tiny, 2);
  assert.deepEqual(await engine.prune(), [], "replaced a moment ago");
  const [begun, free] = [gate(), gate()];
  world.before = (key) => {
    if (key !== "usual") return;
    begun.open();
    return free.opened;
  };
  const run = await engine.submit({ selection: "usual", force: true, trigger: "test" });
  await begun.opened;
  await database.sql`UPDATE engine.run SET started_at = started_at - interval '5 days' WHERE id = ${run.id}`;
  await age(database, 3);
  assert.deepEqual(await engine.prune(), [], "replaced after the run began");
  free.open();
  await engine.finished(run.id);
  assert.deepEqual((await engine.prune()).map(({ key, versions }) => [key, versions]), [["current", 1]]);
});

test("continues after an interruption between marking and deleting", { assets }, async (tiny) => {
  const { engine, database } = tiny;
  await makeVersions(tiny, 4);
  await age(database, 2);
  const cut = new AbortController();
  const dying = Object.assign(Object.create(database) as Database, {
    sql: Object.assign((...args: Parameters<typeof database.sql>) => database.sql(...args), {
      unsafe: (text: string, values?: never[]) => {
        if (text.startsWith("DELETE")) throw new Error("killed");
        return database.sql.unsafe(text, values);
      },
      begin: (work: Parameters<typeof database.sql.begin>[1]) => database.sql.begin(work),
    }),
  });
  const history = new RowHistory(dying, engine.graph.assets, { keepDays: 30 });
  await assert.rejects(history.prune({ signal: cut.signal }), /killed/);
  assert.equal(await storedRows(database, "current"), 5);
  const [first] = await ids(tiny, "current");
  await assert.rejects(engine.rows("current", { asOf: first!, limit: 10 }), /no longer kept/);
  assert.deepEqual((await engine.prune()).map(({ key, versions, rows }) => [key, versions, rows]), [["current", 0, 3]]);
  assert.equal(await storedRows(database, "current"), 2);
});

test("frees the space of a table when most rows are deleted", { assets }, async (tiny) => {
  const { engine, database, world } = tiny;
  for (let n = 1; n <= 4; n++) {
    world.numbers = Array.from({ length: 3_000 }, (_, i) => ({ name: `n${i}`, value: n * (i + 1) }));
    await engine.finished((await engine.submit({ selection: "current", trigger: "test" })).id);
  }
  const vacuums = async () =>
    (await database.sql<{ count: number }[]>`
      SELECT vacuum_count AS count FROM pg_stat_all_tables WHERE relid = 'raw.current'::regclass`)[0]!.count;
  assert.deepEqual(await engine.prune(), [], "replaced a moment ago");
  assert.equal(await vacuums(), 1, "for the closed rows");
  await age(database, 2);
  const bytes = async () =>
    (await database.sql<{ bytes: number }[]>`SELECT pg_relation_size('raw.current'::regclass) AS bytes`)[0]!.bytes;
  const before = await bytes();
  const [pruned] = await engine.prune();
  assert.equal(pruned!.rows, 9_000);
  if (database.kind === "embedded") assert.ok(await bytes() < before / 3, `${before} bytes, then ${await bytes()}`);
  // A rewritten table does not count as vacuumed.
  else assert.equal(await vacuums(), 2, "for the deleted rows");
  assert.equal((await engine.rows("current", { limit: 10 })).rows.length > 0, true);
  await makeVersions(tiny, 1);
});

test("makes room in a table that keeps every version once many rows are closed", { assets }, async (tiny) => {
  const { engine, database, world } = tiny;
  /** Size of the table after a version in which so many rows change. */
  const bytesAfter = async (version: number, rows: number): Promise<number> => {
    world.numbers = Array.from({ length: 3_000 }, (_, i) => ({ name: `n${i}`, value: i < rows ? version : 0 }));
    await engine.finished((await engine.submit({ selection: "kept", trigger: "test" })).id);
    assert.deepEqual(await engine.prune(), []);
    return (await database.sql<{ bytes: number }[]>`SELECT pg_relation_size('raw.kept'::regclass) AS bytes`)[0]!.bytes;
  };
  const vacuumed = async () =>
    (await database.sql<{ until: number }[]>`
      SELECT vacuumed_until AS until FROM engine.asset_table WHERE asset_key = 'kept'`)[0]!.until;
  await bytesAfter(1, 0);
  // Without a server's autovacuum, which may come in between.
  if (database.kind === "postgres") await database.sql`ALTER TABLE raw.kept SET (autovacuum_enabled = false)`;
  await bytesAfter(2, 100);
  assert.equal(await vacuumed(), 0, "not for a few");
  // Each closed row is written anew and leaves a dead one: 6,100 rows and 3,100 dead ones.
  const before = await bytesAfter(3, 3_000);
  assert.equal(await vacuumed(), (await ids(tiny, "kept")).at(-1));
  // Twice 3,000 closed and 3,000 new rows, of which half take the place of dead ones.
  await bytesAfter(4, 3_000);
  const after = await bytesAfter(5, 3_000);
  assert.ok(after - before < 0.9 * before, `${before} bytes, then ${after}`);
  for (const [i, id] of (await ids(tiny, "kept")).entries()) {
    assert.equal(await valuesAsOf(tiny, "kept", id), i && i + 1);
  }
});

test(
  "is swept with the events, by the name of what it deletes",
  { assets: [...assets, ...tinyAssets] },
  async (tiny) => {
    await makeVersions(tiny, 3);
    await age(tiny.database, 2);
    const retention = new Retention(
      [new RowHistory(tiny.database, tiny.engine.graph.assets, { keepDays: 30 })],
      silentLogger,
    );
    assert.deepEqual(await retention.sweep(), { "rows of old versions": 2 });
  },
);
