import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith } from "../../../engine/mod.ts";
import { databases } from "../../support/database.ts";
import { type TinyWorld, withTinyEngine } from "../../support/tiny_engine.ts";

const Row = z.object({
  name: z.string(),
  number: z.int(),
  value: z.number().nullable(),
  is: z.boolean().nullable(),
  day: z.iso.date().nullable(),
  at: z.iso.datetime().nullable(),
  more: z.object({ a: z.array(z.union([z.number(), z.string()])), b: z.number() }).nullable(),
});
type Row = z.infer<typeof Row>;

/** More rows than are compared in the database. */
const first: Row[] = Array.from({ length: 12_000 }, (_, i) => ({
  name: `n${String(i).padStart(5, "0")}`,
  number: i % 7,
  value: i % 5 === 0 ? null : i / 3,
  is: i % 2 === 0 ? null : i % 3 === 0,
  day: i % 11 === 0 ? null : "2024-02-29",
  at: i % 13 === 0 ? null : "2024-02-29T12:00:00.5Z",
  more: i % 17 === 0 ? null : { b: i, a: [1, "two"] },
}));

const world = { rows: first };
const { asset } = assetsWith<TinyWorld>();
const mixed = asset({
  key: "mixed",
  group: "t",
  layer: "raw",
  description: "",
  row: Row,
  primaryKey: ["name", "number"],
  materialize: () => ({ rows: world.rows }),
});

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `a version with many rows on ${name} adds and removes those that changed, in any type of column`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await withTinyEngine(async ({ engine }) => {
          const changes = async (rows: Row[]) => {
            world.rows = rows;
            const run = await engine.submit({ selection: "mixed", trigger: "test", force: true });
            assert.equal((await engine.finished(run.id)).status, "succeeded");
            const [made] = await engine.materializations("mixed", { limit: 1 });
            const { data } = await engine.table("mixed", { fields: ["name", "number", "value", "is", "day", "more"] });
            const is = (column: string) => [...data[column]!].map((v) => Number.isNaN(v) ? null : v);
            for (const column of ["name", "number", "value", "is", "day", "more"] as const) {
              assert.deepEqual(is(column), rows.map((row) => row[column]), column);
            }
            return [made!.rowsAdded, made!.rowsRemoved];
          };
          /** The first rows with other values, one row after the other from some row on. */
          const changed = (at: number, others: Partial<Row>[]) =>
            first.map((old, i) => ({ ...old, ...others[i - at] }));
          assert.deepEqual(await changes(first), [12_000, 0]);
          const others: Partial<Row>[] = [
            { value: 1.5 },
            { value: null },
            { is: true },
            { is: null },
            { day: null },
            { day: "2024-03-01" },
            { at: null },
            { at: "2024-02-29T12:00:00.25Z" },
            { more: null },
            { more: { a: [1, "two"], b: 0 } },
          ];
          // Two of these rows have these values already.
          assert.deepEqual(await changes(changed(1_237, others)), [8, 8]);
          assert.deepEqual(await changes(first), [8, 8]);
          // The same values to the database, in another notation.
          const alike = [{ more: { a: [1, "two"], b: 1_237 } }, { at: "2024-02-29T12:00:00.500Z" }];
          assert.deepEqual(await changes(changed(1_237, alike)), [0, 0]);
          const few = first.slice(1_000, 11_500);
          assert.deepEqual(await changes(few), [0, 1_500]);
          assert.deepEqual(await changes([...first.slice(0, 3), ...few]), [3, 0]);
          assert.deepEqual(await changes(first.map((row) => ({ ...row, number: row.number + 1 }))), [12_000, 10_503]);
        }, { database, assets: [mixed] });
      } finally {
        await database.close();
      }
    },
  });
}
