import assert from "node:assert/strict";
import { schemaNaming } from "../../../resources/database/schemas.ts";
import { migrate, MigrationError, openEmbedded } from "../../../resources/database/mod.ts";

const named = schemaNaming("t_");

Deno.test("schemaNaming() gives schemas their prefix where a statement names them", () => {
  const statements: readonly (readonly [string, string])[] = [
    [
      `SELECT r.id FROM engine.run r JOIN "gold"."x" g ON r.id = g.id`,
      `SELECT r.id FROM t_engine.run r JOIN "t_gold"."x" g ON r.id = g.id`,
    ],
    ["UPDATE Engine . run SET id = access.f(1)", "UPDATE t_Engine . run SET id = t_access.f(1)"],
    [
      "create schema raw; CREATE SCHEMA IF NOT EXISTS silver",
      "create schema t_raw; CREATE SCHEMA IF NOT EXISTS t_silver",
    ],
    [`ALTER TABLE "raw"."x" SET SCHEMA "gold"`, `ALTER TABLE "t_raw"."x" SET SCHEMA "t_gold"`],
    ["ALTER TABLE raw.x SET SCHEMA retired", "ALTER TABLE t_raw.x SET SCHEMA t_retired"],
    [
      `SELECT to_regclass('engine.run'), '"raw"."x"'::regclass, nextval('engine.s'), 'gold'::regnamespace`,
      `SELECT to_regclass('t_engine.run'), '"t_raw"."x"'::regclass, nextval('t_engine.s'), 't_gold'::regnamespace`,
    ],
    [
      "CREATE FUNCTION engine.f() AS $$ BEGIN PERFORM FROM engine.run; END $$",
      "CREATE FUNCTION t_engine.f() AS $$ BEGIN PERFORM FROM t_engine.run; END $$",
    ],
  ];
  for (const [given, expected] of statements) assert.equal(named(given), expected);
  for (const [given] of statements) assert.equal(schemaNaming("")(given), given);
});

Deno.test("schemaNaming() leaves data, comments, columns and longer names as they are", () => {
  for (
    const statement of [
      "SELECT 'raw', 'gold.x' AS name, 'it''s engine.run' WHERE layer = 'silver'",
      "SELECT 1 -- it's engine.run\n",
      "SELECT 1 /* raw.x 'gold'::regnamespace */",
      "SELECT x.raw, my_engine.y, engine_x.z, rawer.a, tandem_raw.b",
      `SELECT "x.raw.y", "gold", gold FROM public.t`,
      "SELECT to_regclass('public.run'), 'pg_catalog'::regnamespace",
    ]
  ) {
    assert.equal(named(statement), statement);
  }
});

Deno.test("a database takes one prefix of schemas", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tandem-prefix-" });
  const migrations = new URL("../../../sql/migrations/", import.meta.url);
  const schemas = async (schemaPrefix: string) => {
    const database = await openEmbedded({ dataDir: folder, schemaPrefix });
    try {
      await migrate(database, migrations);
      const rows = await database.sql<{ name: string }[]>`
        SELECT nspname AS name FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$|^public$' ORDER BY 1`;
      return rows.map(({ name }) => name);
    } finally {
      await database.close();
    }
  };
  try {
    const made = ["access", "engine", "gold", "raw", "research", "retired", "silver"].map((name) => `tandem_${name}`);
    assert.deepEqual(await schemas("tandem_"), made);
    assert.deepEqual(await schemas("tandem_"), made);
    for (const other of ["", "other_"]) {
      await assert.rejects(schemas(other), (error) => {
        assert.ok(error instanceof MigrationError);
        assert.match(error.message, /under the schema "tandem_engine"\. Set SCHEMA_PREFIX=tandem_ to go on with it/);
        return true;
      });
    }
    assert.deepEqual(await schemas("tandem_"), made);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
