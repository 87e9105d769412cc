import assert from "node:assert/strict";
import { z } from "zod";
import { type AnyAsset, assetsWith, DefinitionError, type RowOrder } from "../../../engine/mod.ts";
import { manyOrderedRows } from "../../../engine/store/secondary_indexes.ts";
import type { Database } from "../../../resources/database/mod.ts";
import { databases } from "../../support/database.ts";
import { withTinyEngine } from "../../support/tiny_engine.ts";

const { asset } = assetsWith<unknown>();
const Row = z.object({ day: z.iso.date(), name: z.string(), size: z.number().nullable(), tags: z.array(z.string()) });
type Column = keyof z.output<typeof Row>;

function sizes(
  orders: readonly (readonly RowOrder<Column>[])[],
  { row = Row, count = manyOrderedRows }: { row?: z.ZodObject; count?: number } = {},
): AnyAsset {
  return asset({
    key: "sizes",
    group: "tests",
    layer: "raw",
    description: "Sizes of a day.",
    row: row as typeof Row,
    primaryKey: ["day", "name"],
    orders,
    materialize: () => ({
      rows: Array.from({ length: count }, (_, i) => ({ day: "2026-11-27", name: `n${i}`, size: i, tags: [] })),
    }),
  });
}

async function orderIndexes({ sql }: Database): Promise<string[]> {
  const rows = await sql<{ columns: string }[]>`
    SELECT regexp_replace(indexdef, '.* USING btree ', '') AS columns FROM pg_indexes
    WHERE tablename = 'sizes' AND indexname LIKE 'sizes\\_order\\_%' ORDER BY 1`;
  return rows.map(({ columns }) => columns);
}

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `Engine.open() has an index for each declared order, and none for former ones, on ${name}`,
    ignore,
    async fn() {
      const database = await open();
      try {
        const opened = (assets: readonly AnyAsset[], work: () => Promise<void> = () => Promise.resolve()) =>
          withTinyEngine(async ({ engine }) => {
            const { id } = await engine.submit({ selection: "sizes", trigger: "test" });
            assert.equal((await engine.finished(id)).status, "succeeded");
            await work();
          }, { assets, database });
        const bySize = "(size DESC NULLS LAST, day, name) WHERE (_until IS NULL)";
        const few = { count: 1 };
        const byName = "(name, day) WHERE (_until IS NULL)";
        await opened([sizes([["-size"]])]);
        assert.deepEqual(await orderIndexes(database), [bySize]);
        await opened([sizes([["name"], ["-size"]], few)]);
        assert.deepEqual(await orderIndexes(database), [byName, bySize]);
        await opened([sizes([["name"]], few)]);
        assert.deepEqual(await orderIndexes(database), [byName]);
        // Its table is replaced, and the old one with its indexes is out of the way.
        await opened([sizes([["name"]], { ...few, row: Row.extend({ size: z.string() }) })]).catch(() => {});
        await opened([sizes([["name"]], few)]);
        assert.deepEqual(await orderIndexes(database), [byName]);
        await opened([sizes([], few)]);
        assert.deepEqual(await orderIndexes(database), []);
      } finally {
        await database.close();
      }
    },
  });
}

for (const { name, ignore, open } of databases) {
  Deno.test({
    name:
      `a declared order has an index from the publication of many rows on, first or later, and none before, on ${name}`,
    ignore,
    async fn() {
      const database = await open();
      try {
        const bySize = ["(size DESC NULLS LAST, day, name) WHERE (_until IS NULL)"];
        const indexesWith = (assets: readonly AnyAsset[]) =>
          withTinyEngine(async ({ engine }) => {
            const opened = await orderIndexes(database);
            const { id } = await engine.submit({ selection: "sizes", trigger: "test", force: true });
            assert.equal((await engine.finished(id)).status, "succeeded");
            return { opened, published: await orderIndexes(database) };
          }, { assets, database });
        const few = manyOrderedRows - 1;
        assert.deepEqual(await indexesWith([sizes([["-size"]], { count: few })]), { opened: [], published: [] });
        // One row more is added to those before, and then all of them to none.
        assert.deepEqual(await indexesWith([sizes([["-size"]], { count: few + 1 })]), { opened: [], published: [] });
        assert.deepEqual(await indexesWith([sizes([["-size"]], { count: 0 })]), { opened: [], published: [] });
        assert.deepEqual(await indexesWith([sizes([["-size"]])]), { opened: [], published: bySize });
        assert.deepEqual(await indexesWith([sizes([["-size"]], { count: 1 })]), { opened: bySize, published: bySize });
        // As an engine before this rule left them.
        await database.sql`UPDATE engine.materialization SET rows_added = 1`;
        assert.deepEqual(await indexesWith([sizes([["-size"]], { count: 1 })]), { opened: [], published: [] });
      } finally {
        await database.close();
      }
    },
  });
}

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `a table that is carried on has an index of its dates unless its key begins with them, on ${name}`,
    ignore,
    async fn() {
      const database = await open();
      const carried = (key: string, primaryKey: readonly Column[]) =>
        asset({
          key,
          group: "tests",
          layer: "raw",
          description: "Sizes from a day on.",
          row: Row,
          primaryKey,
          partitionedBy: { date: "day" },
          carriedOn: true,
          materialize: () => ({ rows: [] }),
        });
      try {
        await withTinyEngine(async ({ engine }) => {
          const run = await engine.submit({ selection: "*", trigger: "test" });
          assert.equal((await engine.finished(run.id)).status, "succeeded");
          const indexes = await database.sql<{ name: string }[]>`
            SELECT indexname AS name FROM pg_indexes WHERE indexname LIKE '%\\_cells\\_%'`;
          assert.deepEqual(indexes.map(({ name }) => name), ["by_name_cells_day"]);
        }, { assets: [carried("by_name", ["name", "day"]), carried("by_day", ["day", "name"])], database });
      } finally {
        await database.close();
      }
    },
  });
}

Deno.test("an order names columns of the rows that can be compared", () => {
  assert.throws(
    () => sizes([["tags"]]),
    new DefinitionError('"sizes" is ordered by the column "tags", which holds JSON and has no order.'),
  );
  assert.throws(
    () => sizes([["-none" as RowOrder<Column>]]),
    new DefinitionError('"sizes" is ordered by the column "none", which its rows do not have.'),
  );
});
