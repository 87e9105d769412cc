import assert from "node:assert/strict";
import { createTableStatement } from "../../../engine/store/asset_table.ts";
import { databases } from "../../support/database.ts";
import { syntheticAssets } from "../../support/synthetic_graph.ts";
import { withTinyEngine } from "../../support/tiny_engine.ts";

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `Engine.open() alters at most 250 tables in one transaction, whose locks a server has room for, on ${name}`,
    ignore,
    async fn() {
      const database = await open();
      try {
        const assets = syntheticAssets(600);
        // They lack the indexes of their keys.
        for (let start = 0; start < assets.length; start += 100) {
          const some = assets.slice(start, start + 100).map((asset) => createTableStatement(asset));
          await database.sql.unsafe(some.join("; ")).simple();
        }
        for (let opened = 0; opened < 2; opened++) {
          await withTinyEngine(async ({ engine }) => {
            const keys = [assets[0]!.key, assets.at(-1)!.key];
            assert.deepEqual((await engine.states(keys)).map(({ state }) => state), ["missing", "missing"]);
          }, { assets, database });
        }
        // Each transaction has a number.
        const altered = await database.sql<{ tables: number }[]>`
          SELECT count(*)::int AS tables FROM engine.asset_table GROUP BY altered ORDER BY altered`;
        assert.deepEqual(altered.map(({ tables }) => tables), [250, 250, 100]);
        const [{ indexes }] = await database.sql`
          SELECT count(*)::int AS indexes FROM pg_class
          WHERE relnamespace = 'raw'::regnamespace AND relkind = 'i'` as unknown as [{ indexes: number }];
        assert.equal(indexes, 600);
      } finally {
        await database.close();
      }
    },
  });
}
