import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, InvalidRequestError, type RowFilter } from "../../../engine/mod.ts";
import { manyOrderedRows } from "../../../engine/store/secondary_indexes.ts";
import { databases } from "../../support/database.ts";
import { withTinyEngine } from "../../support/tiny_engine.ts";

const published: { rows: Row[] } = { rows: [] };
const Row = z.object({
  id: z.int(),
  name: z.string(),
  score: z.number().nullable(),
  faults: z.array(z.object({ kind: z.string(), text: z.string() })),
});
type Row = z.output<typeof Row>;

const { asset } = assetsWith<unknown>();
const scores = asset({
  key: "scores",
  group: "tests",
  layer: "gold",
  description: "Whatever was published.",
  row: Row,
  primaryKey: ["id"],
  orders: [["-score"]],
  materialize: () => ({ rows: published.rows }),
});

const names = ["Alpha", "beta", "ÄHRE 50%", "a_b", "Beta\\"];
const rowAt = (id: number): Row => ({
  id,
  name: names[id % names.length]!,
  score: id % 7 === 0 ? null : id % 5,
  faults: [["price"], ["price", "age"], []][id % 3]!.map((kind) => ({ kind, text: `"kind":"late" of ${id}` })),
});

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `Engine.count() and parts of values on ${name}`,
    ignore,
    async fn(t) {
      const database = await open();
      try {
        await withTinyEngine(async ({ engine }) => {
          const publish = async (count: number) => {
            published.rows = Array.from({ length: count }, (_, id) => rowAt(id));
            const { id } = await engine.submit({ selection: "scores", trigger: "test", force: true });
            await engine.finished(id);
          };
          const count = (filters: RowFilter<keyof Row>[] = [], more: { asOf?: number; atMost?: number } = {}) =>
            engine.count(scores, { filters, atMost: 1_000, ...more });
          const ids = async (...filters: RowFilter<keyof Row>[]) =>
            (await engine.read(scores, { filters })).rows.map(({ id }) => id);
          const idsWhere = (holds: (row: Row) => boolean) => published.rows.filter(holds).map(({ id }) => id);

          assert.equal(await count(), 0);
          // Orders have indexes from then on.
          await publish(manyOrderedRows);
          await publish(100);
          const first = (await engine.rowVersion("scores"))!;
          await publish(40);

          await t.step("counts the rows of a version, and no more than it is to", async () => {
            assert.deepEqual([await count(), await count([], { asOf: first.id })], [40, 100]);
            assert.deepEqual([await count([], { atMost: 7 }), await count([], { atMost: 40 })], [7, 40]);
            assert.equal(await count([{ column: "id", operator: "gte", value: "30" }]), 10);
            assert.equal(await engine.count(scores, { atMost: 1_000 }, { version: first }), 100);
          });

          await t.step("leaves out nulls, and sorts the other rows in both directions", async () => {
            const some = published.rows.filter(({ score }) => score !== null);
            assert.equal(await count([{ column: "score", isNull: false }]), some.length);
            for (const [order, sign] of [["score", 1], ["-score", -1]] as const) {
              for (const filters of [[], [{ column: "score" as const, isNull: false }]]) {
                const { rows } = await engine.read(scores, { filters, order: [order] });
                const sorted = some.toSorted((a, b) => sign * (a.score! - b.score!) || a.id - b.id);
                const nulls = filters.length > 0 ? [] : published.rows.filter(({ score }) => score === null);
                assert.deepEqual(rows.map(({ id }) => id), [...sorted, ...nulls].map(({ id }) => id));
              }
            }
          });

          await t.step(
            "finds a part of a text, letters of ASCII in any case, and takes no sign of it as a pattern",
            async () => {
              const contains = (value: string) => ids({ column: "name", operator: "contains", value });
              assert.deepEqual(await contains("BETA"), idsWhere(({ name }) => /beta/i.test(name)));
              assert.deepEqual(await contains("Ähre"), idsWhere(({ name }) => name.startsWith("Ä")));
              assert.deepEqual(await contains("ÄHRE"), await contains("Ähre"));
              for (const sign of ["%", "_", "\\"]) {
                assert.deepEqual(await contains(sign), idsWhere(({ name }) => name.includes(sign)), sign);
              }
              assert.deepEqual(await contains("."), []);
            },
          );

          await t.step("finds lists of objects by a field, nulls, and any of several conditions", async () => {
            const lists = (text: string): RowFilter<keyof Row> => ({
              column: "faults",
              lists: { field: "kind", text },
            });
            const has = (kind: string) => ({ faults }: Row) => faults.some((fault) => fault.kind === kind);
            assert.deepEqual(await ids(lists("price")), idsWhere(has("price")));
            assert.deepEqual(await ids(lists("age")), idsWhere(has("age")));
            assert.deepEqual(await ids(lists("late")), [], "a text that looks so is none");
            assert.deepEqual(await ids({ column: "score", isNull: true }), idsWhere(({ score }) => score === null));
            assert.deepEqual(
              await ids({ any: [lists("age"), { column: "id", operator: "lt", value: "2" }] }),
              idsWhere((row) => has("age")(row) || row.id < 2),
            );
          });

          await t.step("leaves out the first rows of an order that has an index", async () => {
            const { rows } = await engine.read(scores, { order: ["-score"], offset: 30, limit: 5 });
            const ordered = published.rows.toSorted((a, b) => (b.score ?? -1) - (a.score ?? -1) || a.id - b.id);
            assert.deepEqual(rows.map(({ id }) => id), ordered.slice(30, 35).map(({ id }) => id));
            const plan = await database.sql.begin(async (tx) => {
              await tx`SET LOCAL enable_seqscan = off`;
              await tx`SET LOCAL enable_sort = off`;
              return await tx`EXPLAIN SELECT * FROM gold.scores WHERE _until IS NULL ORDER BY score DESC NULLS LAST, id LIMIT 5`;
            });
            assert.match(plan.map((line) => line["QUERY PLAN"]).join("\n"), /Index Scan using scores_order_/);
          });

          await t.step("refuses a part of a number, and fields of what is no list", async () => {
            for (
              const filter of [
                { column: "score", operator: "contains", value: "1" },
                { column: "name", lists: { field: "kind", text: "price" } },
              ] as const
            ) await assert.rejects(count([filter]), InvalidRequestError);
          });
        }, { assets: [scores], database });
      } finally {
        await database.close();
      }
    },
  });
}
