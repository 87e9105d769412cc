import assert from "node:assert/strict";
import { postgresAvailable, withPostgres } from "../../support/database.ts";
import { syntheticAssets } from "../../support/synthetic_graph.ts";
import { withTinyEngine } from "../../support/tiny_engine.ts";

Deno.test({
  name: "Engine.open() makes more tables than PostgreSQL has locks for, and opens with them again",
  ignore: !postgresAvailable,
  fn: () =>
    withPostgres(async (database) => {
      const { sql } = database;
      const [{ locks }] = await sql`
        SELECT current_setting('max_locks_per_transaction')::int * current_setting('max_connections')::int AS locks` as [
        { locks: number },
      ];
      // A table, its unique index, and what holds its long texts with an index.
      const assets = syntheticAssets(Math.ceil(locks / 4) + 400);
      for (let opened = 0; opened < 2; opened++) {
        await withTinyEngine(async ({ engine }) => {
          const keys = ["group_0_asset_0", assets.at(-1)!.key];
          assert.deepEqual((await engine.states(keys)).map(({ state }) => state), ["missing", "missing"]);
        }, { assets, database });
      }
      const [{ tables }] = await sql`
        SELECT count(*)::int AS tables FROM pg_class WHERE relnamespace = 'raw'::regnamespace AND relkind = 'r'` as [
        { tables: number },
      ];
      assert.equal(tables, assets.length);
    }),
});
