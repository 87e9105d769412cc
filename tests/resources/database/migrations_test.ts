import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Database, firstUsedAt, migrate, MigrationError, openPostgres } from "../../../resources/database/mod.ts";
import { createTestDatabase, databases, postgresAvailable } from "../../support/database.ts";

/** A folder of SQL files that can be written and changed. */
class Files implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async of(files: Record<string, string>): Promise<Files> {
    const folder = new Files(await Deno.makeTempDir({ prefix: "tandem-migrations-" }));
    for (const [name, sql] of Object.entries(files)) await folder.write(name, sql);
    return folder;
  }

  get url(): URL {
    return pathToFileURL(this.path);
  }

  async write(name: string, sql: string): Promise<void> {
    await Deno.writeTextFile(join(this.path, name), sql);
  }

  async remove(name: string): Promise<void> {
    await Deno.remove(join(this.path, name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

const ONE = "create table one (a integer);\ninsert into one values (1);\n";
const TWO = "alter table one add column b text default ';';\n";

async function refused(database: Database, folder: URL, message: RegExp): Promise<void> {
  await assert.rejects(migrate(database, folder), (error) => {
    assert.ok(error instanceof MigrationError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

for (const { name, ignore, openBare } of databases) {
  Deno.test({
    name: `migrate() applies the numbered files once, in order, and refuses what does not fit, on ${name}`,
    ignore,
    async fn(t) {
      const database = await openBare();
      try {
        await using files = await Files.of({ "0001_one.sql": ONE, "0002_two.sql": TWO });
        await t.step("applies", async () => {
          assert.deepEqual(await migrate(database, files.url), ["0001_one", "0002_two"]);
          assert.deepEqual({ ...(await database.sql`select * from one`)[0] }, { a: 1, b: ";" });
          const records = await database.sql`select number, name, applied_at from engine.migration order by number`;
          assert.deepEqual(records.map((r) => [r.number, r.name]), [[1, "0001_one"], [2, "0002_two"]]);
          assert.ok(records.every((r) => Math.abs(Date.parse(r.applied_at) - Date.now()) < 60_000));
        });
        await t.step("does nothing the second time, whatever the line ends", async () => {
          await files.write("0001_one.sql", ONE.replaceAll("\n", "\r\n"));
          assert.deepEqual(await migrate(database, files.url), []);
        });
        await t.step("knows when the database was first used", async () => {
          const at = await firstUsedAt(database);
          assert.ok(Math.abs(at.epochMilliseconds - Date.now()) < 60_000, String(at));
          await database.sql`update engine.migration set applied_at = '2024-02-29T23:59:58.123456+00' where number = 1`;
          assert.equal(String(await firstUsedAt(database)), "2024-02-29T23:59:58.123456Z");
        });
        await t.step("takes a failing file back whole and names its line", async () => {
          await files.write("0003_three.sql", "create table three (a integer);\nselect nonsense;\n");
          await refused(
            database,
            files.url,
            /^Migration 0003_three failed and was rolled back: .*nonsense.* \(line 2\)/,
          );
          assert.equal((await database.sql`select to_regclass('three') as t`)[0]!.t, null);
          await files.write("0003_three.sql", "create table three (a integer);");
          assert.deepEqual(await migrate(database, files.url), ["0003_three"]);
        });
        await t.step("refuses a changed file", async () => {
          await files.write("0002_two.sql", TWO + "-- changed");
          await refused(database, files.url, /^Migration 0002_two was changed after it had been applied\./);
          await files.write("0002_two.sql", TWO);
        });
        await t.step("refuses a renamed file", async () => {
          await files.remove("0002_two.sql");
          await files.write("0002_deux.sql", TWO);
          await refused(
            database,
            files.url,
            /has migration 0002_two where .* has 0002_deux: .* Nothing was changed\. Give Tandem a database of its own/,
          );
          await files.remove("0002_deux.sql");
          await files.write("0002_two.sql", TWO);
        });
        await t.step("refuses a database that is newer", async () => {
          await files.remove("0003_three.sql");
          await refused(
            database,
            files.url,
            /has migration 0003_three, which .* does not know \(its newest is 0002_two\)/,
          );
        });
        await t.step("refuses a gap, a repeated number and a name out of form", async () => {
          await files.write("0004_four.sql", "select 1");
          await refused(database, files.url, /^Migration 0004_four follows 0002_two: number 0003 is missing\./);
          await files.remove("0004_four.sql");
          await files.write("0002_zwei.sql", "select 1");
          await refused(database, files.url, /^Migrations 0002_two and 0002_zwei have the same number/);
          await files.remove("0002_zwei.sql");
          await files.write("3_three.sql", "select 1");
          await refused(database, files.url, /^Migration file 3_three\.sql is not named like/);
        });
      } finally {
        await database.close();
      }
    },
  });
}

Deno.test({
  name: "migrate() lets processes that start at once apply each file once",
  ignore: !postgresAvailable,
  async fn() {
    const { url, drop } = await createTestDatabase({ migrated: false });
    const processes: Database[] = [];
    try {
      await using files = await Files.of({ "0001_one.sql": ONE, "0002_two.sql": TWO });
      for (let i = 0; i < 5; i++) processes.push(await openPostgres({ databaseUrl: url }));
      const applied = await Promise.all(processes.map((database) => migrate(database, files.url)));
      assert.deepEqual(applied.flat().sort(), ["0001_one", "0002_two"]);
      assert.equal((await processes[0]!.sql`select count(*) from one`)[0]!.count, 1);
    } finally {
      for (const database of processes) await database.close();
      await drop();
    }
  },
});

for (const { name, ignore, openBare } of databases) {
  Deno.test({
    name: `migrate() refuses a database that belongs to something else, and changes nothing in it, on ${name}`,
    ignore,
    async fn(t) {
      const database = await openBare();
      const { sql } = database;
      const folder = new URL("../../../sql/migrations/", import.meta.url);
      const everything = async () =>
        (await sql<{ name: string }[]>`
          select nspname || '.' || coalesce(relname, '') as name
          from pg_namespace n left join pg_class c on c.relnamespace = n.oid
          where nspname not like 'pg\\_%' and nspname <> 'information_schema' order by 1`).map(({ name }) => name);
      try {
        const foreign: Record<string, { make: string; drop: string; message: RegExp }> = {
          "a table in a schema of assets": {
            make: "create schema raw; create table raw.daily_bars (a integer)",
            drop: "drop schema raw cascade",
            message: /^The database has "raw"\."daily_bars", not made by Tandem, .* Nothing was changed\. Give Tandem/,
          },
          "the database of the services that Tandem replaces": {
            make:
              "create schema silver; create table silver.tickers (a integer); create table silver.etf_daily_ohlc (a integer)",
            drop: "drop schema silver cascade",
            message:
              /^The database has "silver"\."etf_daily_ohlc", .* name it in DATABASE_URL\. Then import the data of this one with `deno task import`/,
          },
          "a view in another": {
            make: "create schema gold; create view gold.best as select 1 as a",
            drop: "drop schema gold cascade",
            message: /^The database has "gold"\."best"/,
          },
          "a table of an engine's": {
            make: "create schema engine; create table engine.part (a integer)",
            drop: "drop schema engine cascade",
            message: /^The database has "engine"\."part"/,
          },
          "a record of another program's migrations": {
            make: "create schema engine; create table engine.migration (version text)",
            drop: "drop schema engine cascade",
            message: /^The table engine\.migration was not made by Tandem\. Give Tandem a database of its own/,
          },
          "a schema that a later migration makes": {
            make: "create schema access",
            drop: "drop schema access",
            message: /^The database has a schema "access"/,
          },
        };
        for (const [what, { make, drop, message }] of Object.entries(foreign)) {
          await t.step(what, async () => {
            await sql.unsafe(make);
            const before = await everything();
            await refused(database, folder, message);
            assert.deepEqual(await everything(), before);
            await sql.unsafe(drop);
          });
        }
        await t.step("empty schemas of its names, and objects elsewhere, do not matter", async () => {
          await sql.unsafe(
            "create schema engine; create schema raw; create schema other; create table other.raw (a integer)",
          );
          assert.ok((await migrate(database, folder)).length > 10);
          assert.deepEqual(await migrate(database, folder), []);
        });
      } finally {
        await database.close();
      }
    },
  });
}
