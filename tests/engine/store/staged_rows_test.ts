import assert from "node:assert/strict";
import { type Database, type EmbeddedDatabase, migrate, openEmbedded } from "../../../resources/database/mod.ts";
import { z } from "zod";
import { assetsWith, cutBy } from "../../../engine/mod.ts";
import { partitionVersion } from "../../../engine/run/partition_version.ts";
import { assetGraph } from "../../../engine/declare/graph.ts";
import { contentOf, hasTable, indexesOf } from "../../../engine/store/asset_table.ts";
import { createTable, newIndexes } from "../../../engine/store/new_table.ts";
import { readColumns } from "../../../engine/store/read_columns.ts";
import { withEmbedded } from "../../support/database.ts";
import { onEachDatabase } from "../../support/partitions.ts";
import { numbers, openTinyEngine, type Tiny, type TinyWorld, withTinyEngine } from "../../support/tiny_engine.ts";
import { manyNumbers } from "./staged_rows_numbers.ts";

const killed = new URL("./staged_rows_killed.ts", import.meta.url);
const migrations = new URL("../../../sql/migrations/", import.meta.url);

/** Texts of the statements before which the process is killed, in their order: while and after the rows are written, and at the end. */
const moments = ["copy", "ANALYZE engine", "DROP TABLE", "SET rows_added", "SET status = 'succeeded'"];

async function stagedTables({ sql }: Database): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relname LIKE 'staged\\_%'`;
  return rows.map(({ name }) => name);
}

/** Rows in the table of `numbers`; 0 without one. */
async function storedRows({ sql }: Database): Promise<number> {
  if (!await hasTable(sql, numbers)) return 0;
  return (await sql<{ rows: number }[]>`SELECT count(*) AS rows FROM raw.numbers`)[0]!.rows;
}

/** Creates an empty table before the first publication, as earlier versions of the engine did at their start. */
const createEmptyTable = ({ sql }: Database) => createTable(sql, numbers, assetGraph([numbers]).producerOf("numbers"));

async function made({ engine, world }: Tiny): Promise<string> {
  world.numbers = manyNumbers;
  const { id } = await engine.submit({ selection: "numbers", trigger: "test" });
  return (await engine.finished(id)).status;
}

/** All rows of the newest version, as a step reads them. */
async function rowsOf({ engine, database }: Tiny): Promise<unknown> {
  const version = await engine.rowVersion("numbers");
  const { name, value } = await readColumns(database, numbers, ["name", "value"], version!.id);
  return { name, value: [...value!] };
}

const expected = { name: manyNumbers.map(({ name }) => name), value: manyNumbers.map(({ value }) => value) };

async function opened(dataDir: string, use: (database: EmbeddedDatabase) => Promise<unknown>): Promise<void> {
  const database = await openEmbedded({ dataDir });
  try {
    await use(database);
  } finally {
    await database.close();
  }
}

Deno.test("a process that is killed at any moment of a first fill leaves no row and no version, and the next one makes both", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "tandem-staged-" });
  try {
    await opened(dataDir, (database) => migrate(database, migrations));
    for (const moment of moments) {
      // Drops the rows of the one before, and resumes its run.
      const { code, signal } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", "--no-check", killed.pathname, dataDir, moment],
      }).output();
      assert.deepEqual([code, signal], [137, "SIGKILL"], moment);
      await opened(dataDir, async (database) => {
        assert.equal((await stagedTables(database)).length, 1, moment);
        const [{ versions }] = await database.sql`
          SELECT count(*) AS versions FROM engine.materialization` as unknown as [{ versions: number }];
        assert.deepEqual({ rows: await storedRows(database), versions }, { rows: 0, versions: 0 }, moment);
      });
    }
    await opened(dataDir, (database) =>
      withTinyEngine(async (tiny) => {
        assert.deepEqual(await stagedTables(database), []);
        assert.equal(await made(tiny), "succeeded");
        assert.deepEqual(await rowsOf(tiny), expected);
      }, { database }));
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("an attempt that fails between two pieces leaves nothing, and the next one publishes all rows", async () => {
  await using tiny = await openTinyEngine();
  const { sql } = tiny.database;
  // Refuses the piece with this row.
  await sql`CREATE FUNCTION raw.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$
    DECLARE made record;
    BEGIN
      FOR made IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE object_type = 'table' AND schema_name = 'engine' LOOP
        EXECUTE format('ALTER TABLE %s ADD CHECK (name <> ''n07000'')', made.object_identity);
      END LOOP;
    END $$`;
  await sql`CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION raw.refuse()`;
  assert.equal(await made(tiny), "failed");
  assert.deepEqual(await stagedTables(tiny.database), []);
  assert.equal(await tiny.engine.rowVersion("numbers"), undefined);
  assert.equal(await storedRows(tiny.database), 0);
  await sql`DROP EVENT TRIGGER refuse`;
  assert.equal(await made(tiny), "succeeded");
  assert.deepEqual(await rowsOf(tiny), expected);
});

Deno.test("rows beside their table are in no answer until the version is recorded, and reads get their turn", async () => {
  await using tiny = await openTinyEngine();
  const { database, engine } = tiny;
  const seen = new Set<number>();
  let staged = 0;
  const running = made(tiny);
  let over = false;
  running.finally(() => over = true);
  while (!over) {
    staged = Math.max(staged, (await stagedTables(database)).length);
    const rows = await storedRows(database);
    seen.add(rows);
    const { materialization } = await engine.rows("numbers", { limit: 1 });
    assert.ok(materialization !== null || rows === 0 || rows === 12_000);
  }
  assert.equal(await running, "succeeded");
  assert.deepEqual([staged, [...seen]], [1, seen.has(12_000) ? [0, 12_000] : [0]]);
});

/** 12,000 partitions, made in two parts: the second is added to a table with rows. */
const cells = assetsWith<TinyWorld>().asset({
  key: "cells",
  group: "t",
  layer: "silver",
  description: "",
  deps: { numbers },
  row: z.object({ name: z.string(), day: z.iso.date(), value: z.number() }),
  primaryKey: ["name", "day"],
  partitionedBy: { name: "name", date: "day" },
  partitionsDef: {
    wanted: () => ({
      names: Array.from({ length: 24 }, (_, i) => `n${i + 10}`),
      dates: Array.from({ length: 1_000 }, (_, i) => Temporal.PlainDate.from("2020-01-01").add({ days: i }).toString()),
    }),
    chunks: cutBy({ names: 12 }),
  },
  materialize: ({ partitions }) => ({
    rows: Array.from(partitions.partitions(), ([name, day], i) => ({ name, day, value: i })),
  }),
});

const onEach = onEachDatabase("First rows");

onEach("of partitions have their version and all indexes, also after a part that was added", {
  assets: [numbers, cells],
}, async ({ engine, database }) => {
  const { id } = await engine.submit({ selection: "numbers cells", trigger: "test" });
  assert.equal((await engine.finished(id)).status, "succeeded");
  const versions = await engine.materializations("cells", { limit: 3 });
  assert.deepEqual(versions.map(({ rowCount, rowsAdded }) => [rowCount, rowsAdded]), [[24_000, 12_000], [
    12_000,
    12_000,
  ]]);
  assert.equal(versions[0]!.dataVersion, partitionVersion(cells, (await contentOf(database.sql, cells)).sum));
  const indexes = (await indexesOf(database.sql, cells)).map(({ name, statement }) => [name, statement]).sort();
  const declared = newIndexes(cells, engine.graph.producerOf("cells")).map(({ name }) => name).sort();
  assert.deepEqual(indexes.map(([name]) => name), declared);
  assert.match(indexes[0]![1]!, /^CREATE INDEX .* ON silver\.cells USING btree \(day\)$/);
  assert.match(indexes[1]![1]!, /^CREATE UNIQUE INDEX .* ON silver\.cells .*\(name, day\) WHERE \(_until IS NULL\)$/);
  const first = await readColumns(database, cells, ["value"], versions[1]!.id);
  assert.deepEqual([...first.value!], Array.from({ length: 12_000 }, (_, i) => i));
  assert.deepEqual(await stagedTables(database), []);
});

onEach("take the place of an empty table, with its columns and indexes", {}, async (tiny) => {
  const { sql } = tiny.database;
  await createEmptyTable(tiny.database);
  await sql`ALTER TABLE raw.numbers ADD COLUMN note text DEFAULT 'none'`;
  await sql`CREATE INDEX by_note ON raw.numbers (note)`;
  const before = await indexesOf(sql, numbers);
  assert.equal(await made(tiny), "succeeded");
  assert.deepEqual(await rowsOf(tiny), expected);
  const [{ rows }] = await sql`
    SELECT count(*) AS rows FROM raw.numbers WHERE note = 'none'` as unknown as [{ rows: number }];
  assert.equal(rows, 12_000);
  const byName = (a: { name: string }, b: { name: string }) => a.name < b.name ? -1 : 1;
  assert.deepEqual((await indexesOf(sql, numbers)).toSorted(byName), before.toSorted(byName));
});

onEach("of a table with a view on it are written in place", {}, async (tiny) => {
  const { sql } = tiny.database;
  await createEmptyTable(tiny.database);
  await sql`CREATE VIEW public.of_numbers AS SELECT name FROM raw.numbers`;
  assert.equal(await made(tiny), "succeeded");
  assert.deepEqual(await rowsOf(tiny), expected);
  const [{ rows }] = await sql`SELECT count(*) AS rows FROM public.of_numbers` as unknown as [{ rows: number }];
  assert.equal(rows, 12_000);
});

onEach(
  "of a table that others may read stay readable for them, and otherwise the table is another one",
  {},
  async (tiny) => {
    const { sql } = tiny.database;
    const tableNow = async () => {
      const [row] = await sql<{ oid: number; readable: boolean }[]>`
      SELECT oid::bigint AS oid, coalesce('=r' = ANY(SELECT split_part(acl::text, '/', 1) FROM unnest(relacl) AS acl), false)
        AS readable FROM pg_class WHERE oid = 'raw.numbers'::regclass`;
      return row!;
    };
    await createEmptyTable(tiny.database);
    if (tiny.database.kind === "postgres") await sql`GRANT SELECT ON raw.numbers TO PUBLIC`;
    const before = await tableNow();
    assert.equal(await made(tiny), "succeeded");
    assert.deepEqual(await rowsOf(tiny), expected);
    const { oid, readable } = await tableNow();
    assert.deepEqual([readable, oid === before.oid], tiny.database.kind === "postgres" ? [true, true] : [false, false]);
  },
);

Deno.test("an attempt whose step is taken away while it writes publishes nothing of it", async () => {
  await withEmbedded(async (database) => {
    const { sql } = database;
    const insertColumns: Database["insertColumns"] = async (tx, table, ...rest) => {
      if (table.startsWith("engine.staged_")) await sql`UPDATE engine.run SET cancel_requested_at = now()`;
      return await database.insertColumns(tx, table, ...rest);
    };
    await withTinyEngine(async (tiny) => {
      assert.equal(await made(tiny), "cancelled");
      assert.equal(await tiny.engine.rowVersion("numbers"), undefined);
      assert.deepEqual(await stagedTables(database), []);
    }, { database: { ...database, insertColumns } });
  });
});
