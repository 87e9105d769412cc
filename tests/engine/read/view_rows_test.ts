import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, equalTo, maxPageRows, type View } from "../../../engine/mod.ts";
import { databases } from "../../support/database.ts";
import { withTinyEngine } from "../../support/tiny_engine.ts";

const published = { factor: 1 };
const count = 2 * maxPageRows + 5;
/** Three pages of rows. */
const many = assetsWith<unknown>().asset({
  key: "many",
  group: "tests",
  layer: "gold",
  description: "",
  row: z.object({ id: z.int(), odd: z.boolean(), value: z.number() }),
  primaryKey: ["id"],
  materialize: () => ({
    rows: Array.from({ length: count }, (_, id) => ({ id, odd: id % 2 === 1, value: published.factor * id })),
  }),
});

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `read() on ${name}: all rows of a version however many pages they are, or as many as the limit says`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await withTinyEngine(async ({ engine }) => {
          const publish = async (factor: number) => {
            published.factor = factor;
            const { id } = await engine.submit({ selection: "many", force: true, trigger: "test" });
            assert.equal((await engine.finished(id)).status, "succeeded");
            return (await engine.rowVersion("many"))!.id;
          };
          assert.deepEqual((await engine.read(many)).rows, []);
          assert.equal((await engine.read(many)).materialization, null);
          const first = await publish(1);
          const second = await publish(3);

          const all = await engine.read(many, { fields: ["id", "value"] });
          assert.deepEqual(
            all.rows.map(({ id, value }) => [id, value]),
            Array.from({ length: count }, (_, i) => [i, 3 * i]),
          );
          assert.deepEqual([all.materialization, all.nextCursor], [second, null]);

          const before = await engine.read(many, { asOf: first, order: ["-id"], filters: equalTo({ odd: "true" }) });
          assert.equal(before.rows.length, (count - 1) / 2);
          assert.deepEqual(before.rows[0], { id: count - 2, odd: true, value: count - 2 });

          const limit = maxPageRows + 3;
          const some = await engine.read(many, { limit });
          assert.deepEqual([some.rows.length, some.rows.at(-1)!.id], [limit, limit - 1]);
          const rest = await engine.read(many, { cursor: some.nextCursor! });
          assert.deepEqual([rest.rows.length, rest.rows[0]!.id, rest.nextCursor], [count - limit, limit, null]);
          await assert.rejects(engine.read(many, { limit: 0 }), /The limit is 0/);
        }, { database, assets: [many] });
      } finally {
        await database.close();
      }
    },
  });
}

Deno.test("read() accepts only columns of the view's rows, and returns the requested ones", () =>
  withTinyEngine(async ({ engine }) => {
    const view: View<{ id: number; odd: boolean; value: number }> = many;
    // @ts-expect-error A column that the rows do not have is neither selected,
    await assert.rejects(engine.read(view, { fields: ["identity"] }), /has no column "identity"/);
    // @ts-expect-error nor filtered by,
    await assert.rejects(engine.read(view, { filters: equalTo({ even: "true" }) }), /has no column "even"/);
    // @ts-expect-error nor sorted by.
    await assert.rejects(engine.read(view, { order: ["-size"] }), /has no column "size"/);
    const { rows: [row] } = await engine.read(view, { fields: ["id"] });
    // @ts-expect-error A column that was not asked for is not there.
    assert.equal(row?.value, undefined);
  }, { assets: [many] }));
