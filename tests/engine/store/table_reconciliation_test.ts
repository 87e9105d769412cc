import assert from "node:assert/strict";
import { databases } from "../../support/database.ts";
import { syntheticAssets } from "../../support/synthetic_graph.ts";
import { withTinyEngine } from "../../support/tiny_engine.ts";

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `Engine.open() makes at most 250 tables in one transaction, whose locks a server has room for, on ${name}`,
    ignore,
    async fn() {
      const database = await open();
      try {
        const assets = syntheticAssets(600);
        for (let opened = 0; opened < 2; opened++) {
          await withTinyEngine(async ({ engine }) => {
            const keys = [assets[0]!.key, assets.at(-1)!.key];
            assert.deepEqual((await engine.states(keys)).map(({ state }) => state), ["missing", "missing"]);
          }, { assets, database });
        }
        // `xmin` of a table's row in the catalog: the transaction that created the table and its index.
        const made = await database.sql<{ tables: number }[]>`
          SELECT count(*)::int AS tables FROM pg_class WHERE relnamespace = 'raw'::regnamespace AND relkind = 'r'
          GROUP BY xmin::text ORDER BY tables DESC`;
        assert.deepEqual(made.map(({ tables }) => tables), [250, 250, 100]);
      } finally {
        await database.close();
      }
    },
  });
}
