import assert from "node:assert/strict";
import { databases } from "./database.ts";
import { structureOf } from "./empty_database.ts";
import { openSharedEmbedded } from "./shared_embedded.ts";

/** Everything in a database that a test could leave behind. */
async function contents({ sql }: Awaited<ReturnType<typeof openSharedEmbedded>>): Promise<unknown> {
  const [row] = await sql`
    SELECT
      (SELECT array_agg(oid::regclass::text ORDER BY oid) FROM pg_class WHERE relnamespace >= 16384 OR relnamespace = 2200) AS relations,
      (SELECT array_agg(nspname ORDER BY oid) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp') AS schemas,
      (SELECT array_agg(conname ORDER BY oid) FROM pg_constraint WHERE connamespace >= 16384) AS constraints,
      (SELECT array_agg(concat_ws(' ', number, name, checksum) ORDER BY number) FROM engine.migration) AS migrations,
      (SELECT array_agg(t::text) FROM engine.automation_turn AS t) AS turns,
      (SELECT count(*) FROM engine.run) AS runs,
      (SELECT count(*) FROM access.token) AS tokens,
      (SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'left%') AS statements,
      current_setting('work_mem') AS setting`;
  return { ...row };
}

async function fill({ sql }: Awaited<ReturnType<typeof openSharedEmbedded>>): Promise<number> {
  await sql`CREATE TABLE silver.left_over AS SELECT n FROM generate_series(1, 10) AS n`;
  await sql`CREATE TABLE left_over (n integer)`;
  await sql`DELETE FROM engine.migration WHERE number = 3`;
  await sql`UPDATE engine.automation_turn SET turn = 17`;
  await sql`CREATE SCHEMA left_over`;
  await sql`SET work_mem = '1MB'`;
  await sql.unsafe(`PREPARE left_over AS SELECT 1`).simple();
  const [run] = await sql<{ id: number }[]>`
    INSERT INTO engine.run (trigger, selection, force, config, status) VALUES ('test', '*', false, '{}', 'succeeded') RETURNING id`;
  return run!.id;
}

Deno.test("openSharedEmbedded() gives a database without anything of the test before", async () => {
  const first = await openSharedEmbedded();
  const empty = await contents(first);
  const id = await fill(first);
  assert.notDeepEqual(await contents(first), empty);
  await first.close();

  const second = await openSharedEmbedded();
  assert.deepEqual(await contents(second), empty);
  assert.equal(await fill(second), id, "keys begin anew");
  await second.close();
});

Deno.test("openSharedEmbedded() gives another database if the previous test changed migrated objects", async () => {
  const first = await openSharedEmbedded();
  const empty = await contents(first);
  await first.sql`ALTER TABLE engine.run ADD CONSTRAINT left_over CHECK (id < 3)`;
  await first.close();
  const second = await openSharedEmbedded();
  assert.deepEqual(await contents(second), empty);
  await second.close();
});

for (
  const change of [
    "ALTER TABLE engine.run ADD COLUMN left_over integer",
    "ALTER TABLE engine.run ALTER COLUMN selection DROP NOT NULL",
    "ALTER TABLE engine.run ALTER COLUMN selection SET DEFAULT 'x'",
    "ALTER TABLE engine.run ADD CONSTRAINT left_over CHECK (id < 3)",
    "ALTER TABLE engine.run RENAME TO left_over",
    "CREATE INDEX left_over ON engine.run (trigger)",
    "DROP TABLE access.token CASCADE",
    "CREATE FUNCTION engine.left_over() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE TYPE left_over AS ENUM ('x')",
    "CREATE VIEW left_over AS SELECT 1",
    "CREATE ROLE left_over",
    "GRANT SELECT ON engine.run TO pg_monitor",
  ]
) {
  Deno.test(`structureOf() reports that a migrated database was changed by ${change}`, async () => {
    const { sql, close } = await openSharedEmbedded();
    const before = await structureOf(sql);
    await sql.begin(async (transaction) => {
      await transaction.unsafe(change);
      assert.notEqual(await structureOf(transaction), before);
      await transaction`ROLLBACK`;
    });
    assert.equal(await structureOf(sql), before);
    await close();
  });
}

Deno.test("openSharedEmbedded() rolls back open transactions of the previous test", async () => {
  const first = await openSharedEmbedded();
  const session = first.session();
  await session.unsafe("BEGIN; CREATE TABLE silver.left_over (n integer)").simple();
  await first.close();
  const second = await openSharedEmbedded();
  assert.deepEqual([...await second.sql`SELECT 1 FROM pg_class WHERE relname = 'left_over'`], []);
  await second.close();
  await session.end({ timeout: 0 });
});

Deno.test("openSharedEmbedded() gives two tests at once two databases", async () => {
  const both = await Promise.all([openSharedEmbedded(), openSharedEmbedded()]);
  await fill(both[0]);
  const [row] = await both[1].sql<{ count: number }[]>`SELECT count(*) FROM engine.run`;
  assert.equal(row!.count, 0);
  await Promise.all(both.map((database) => database.close()));
});

for (const { name, ignore, open, openBare } of databases) {
  Deno.test({
    name: `open() on ${name} has migrations applied, and openBare() has none`,
    ignore,
    async fn() {
      const [migrated, bare] = [await open(), await openBare()];
      const tables = async ({ sql }: typeof bare) =>
        (await sql`SELECT 1 FROM pg_tables WHERE schemaname IN ('engine', 'access')`).length;
      assert.ok(await tables(migrated) > 20);
      assert.equal((await migrated.sql`SELECT turn FROM engine.automation_turn`)[0]?.turn, 0);
      assert.equal(await tables(bare), 0);
      await Promise.all([migrated.close(), bare.close()]);
    },
  });
}
