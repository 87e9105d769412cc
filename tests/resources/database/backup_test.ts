/** The ways of docs/backup.md, walked: what was backed up is restored, started, and everything is as it was. */
import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, postgresAvailable } from "../../support/database.ts";
import { postgresBinaries } from "../../support/postgres_server.ts";
import { type Tiny, withTinyEngine } from "../../support/tiny_engine.ts";
import { type Database, migrate, openEmbedded, openPostgres } from "../../../resources/database/mod.ts";

const MIGRATIONS = new URL("../../../sql/migrations/", import.meta.url);

/** Every row of every table, as it can be compared. */
async function contentOf({ sql }: Database): Promise<Record<string, string>> {
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema') order by 1`;
  const content: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await sql.unsafe<{ digest: string }[]>(
      `select count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest from ${name} t`,
    );
    content[name] = row!.digest;
  }
  return content;
}

/** What people see of the assets. */
async function seenOf({ engine }: Tiny): Promise<unknown> {
  const states = await engine.states();
  return await Promise.all(states.map(async ({ key, state, lastMaterialization }) => ({
    key,
    state,
    lastMaterialization,
    rows: (await engine.rows(key, { limit: 100 })).rows,
  })));
}

/** Fills a database: two materializations of each asset. */
async function fill(database: Database): Promise<unknown> {
  await migrate(database, MIGRATIONS);
  return await withTinyEngine(async (tiny) => {
    const { engine, world } = tiny;
    await engine.finished((await engine.submit({ selection: "*", trigger: "api" })).id);
    world.numbers = [...world.numbers, { name: "ten", value: 10 }];
    await engine.finished((await engine.submit({ selection: "*", trigger: "api" })).id);
    return await seenOf(tiny);
  }, { database });
}

/** Starts on what was restored, and finds everything as it was. */
async function assertAsItWas(
  restored: Database,
  was: { content: Record<string, string>; seen: unknown },
): Promise<void> {
  assert.deepEqual(await contentOf(restored), was.content);
  assert.ok(Object.keys(was.content).length > 20);
  assert.deepEqual(await migrate(restored, MIGRATIONS), []);
  await withTinyEngine(async (tiny) => {
    const { engine, world } = tiny;
    world.numbers = [...world.numbers, { name: "ten", value: 10 }];
    assert.deepEqual(await seenOf(tiny), was.seen);
    for (const { state } of await engine.states()) assert.equal(state, "fresh");
    // Nothing has to be made again, and what is made goes on where it was.
    const { id } = await engine.submit({ selection: "*", trigger: "api" });
    assert.equal((await engine.finished(id)).status, "succeeded");
    assert.deepEqual(world.started, []);
    world.numbers = [{ name: "one", value: 5 }];
    await engine.finished((await engine.submit({ selection: "*", trigger: "api" })).id);
    assert.deepEqual((await engine.rows("total", { limit: 100 })).rows, [{ of: "multiples", sum: 10 }]);
  }, { database: restored });
}

Deno.test("a copy of the data folder of a process that has ended is a backup", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tandem-backup-" });
  try {
    const original = await openEmbedded({ dataDir: join(folder, "data") });
    const seen = await fill(original);
    const content = await contentOf(original);
    await original.close();
    await cp(join(folder, "data"), join(folder, "backup"), { recursive: true });
    await Deno.remove(join(folder, "data"), { recursive: true });
    const restored = await openEmbedded({ dataDir: join(folder, "backup") });
    try {
      await assertAsItWas(restored, { content, seen });
    } finally {
      await restored.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "a dump by pg_dump, made while the service runs, is a backup",
  ignore: !postgresAvailable || postgresBinaries === null,
  async fn() {
    const [source, target] = [
      await createTestDatabase({ migrated: false }),
      await createTestDatabase({ migrated: false }),
    ];
    const file = await Deno.makeTempFile({ prefix: "tandem-dump-" });
    try {
      const original = await openPostgres({ databaseUrl: source.url });
      const seen = await fill(original);
      const content = await contentOf(original);
      await run("pg_dump", "--format=custom", `--file=${file}`, source.url);
      await original.close();
      await run("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", `--dbname=${target.url}`, file);
      const restored = await openPostgres({ databaseUrl: target.url });
      try {
        await assertAsItWas(restored, { content, seen });
      } finally {
        await restored.close();
      }
    } finally {
      await Deno.remove(file);
      await source.drop();
      await target.drop();
    }
  },
});

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(join(postgresBinaries!, program), { args }).output();
  assert.ok(success, `${program}: ${new TextDecoder().decode(stderr)}`);
}
