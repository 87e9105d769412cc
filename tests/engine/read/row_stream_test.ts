import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, type RowStream, StreamsBusyError } from "../../../engine/mod.ts";
import { RowStreams } from "../../../engine/read/row_stream.ts";
import { databases } from "../../support/database.ts";
import { type Tiny, withTinyEngine } from "../../support/tiny_engine.ts";

const published = { count: 0, factor: 1 };
/** Some thousand rows: several fetches. */
const many = assetsWith<unknown>().asset({
  key: "many",
  group: "tests",
  layer: "gold",
  description: "As many rows as were asked for.",
  row: z.object({ id: z.int(), value: z.number().nullable(), note: z.string() }),
  primaryKey: ["id"],
  materialize: () => ({
    rows: Array.from({ length: published.count }, (_, id) => ({
      id,
      value: id % 7 === 0 ? null : id * published.factor,
      note: `n${id % 10}`,
    })),
  }),
});

async function publish({ engine }: Tiny, count: number, factor = 1): Promise<number> {
  Object.assign(published, { count, factor });
  const { id } = await engine.submit({ selection: "many", force: true, trigger: "test" });
  assert.equal((await engine.finished(id)).status, "succeeded");
  return (await engine.rowVersion("many"))!.id;
}

async function allOf(stream: RowStream): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (let some; (some = await stream.next());) rows.push(...some.map((row) => ({ ...row })));
  return rows;
}

/** Cursors that are held in the session of the embedded database, or other sessions of a server's database. */
async function held({ database }: Tiny): Promise<number> {
  const [row] = await database.sql<[{ held: number }]>`
    SELECT (SELECT count(*) FROM pg_cursors WHERE is_holdable)
         + (SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE '%rows\\_%-%' AND pid <> pg_backend_pid()) AS held`;
  return row.held;
}

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `RowStreams on ${name}`,
    ignore,
    async fn(t) {
      await using database = await open().then((d) => ({ ...d, [Symbol.asyncDispose]: () => d.close() }));
      await withTinyEngine(async (tiny) => {
        const { engine } = tiny;
        await t.step("there are no rows before there is a version", async () => {
          const stream = await engine.rowStream("many");
          assert.deepEqual([stream.version, stream.rowCount, await stream.next()], [null, 0, undefined]);
        });

        const first = await publish(tiny, 3_500);

        await t.step("open() reports how many rows come, and gives each once, in order, as a page does", async () => {
          const query = { order: ["note", "-id"], fields: ["id", "value"] };
          await using stream = await engine.rowStream("many", { ...query, filters: [] });
          assert.equal(stream.rowCount, 3_500);
          const rows = await allOf(stream);
          assert.equal(rows.length, 3_500);
          assert.deepEqual(rows, (await engine.rows("many", { ...query, limit: 10_000 })).rows);
        });

        await t.step("open() filters", async () => {
          const filters = [{ column: "note", operator: "eq", value: "n3" }] as const;
          await using stream = await engine.rowStream("many", { filters, fields: ["note"] });
          assert.equal(stream.rowCount, 350);
          assert.deepEqual(new Set((await allOf(stream)).map(({ note }) => note)), new Set(["n3"]));
        });

        await t.step("a stream stays with its version, whatever is published while it is read", async () => {
          await using stream = await engine.rowStream("many");
          const begun = (await stream.next())!.length;
          const second = await publish(tiny, 2_000, 3);
          const rest = await allOf(stream);
          assert.equal(begun + rest.length, 3_500);
          assert.equal(rest.at(-1)!.value, 3_499);
          assert.equal(stream.version!.id, first);
          await using then = await engine.rowStream("many", { asOf: first });
          assert.equal(then.rowCount, 3_500);
          await using now = await engine.rowStream("many");
          assert.deepEqual([now.version!.id, now.rowCount], [second, 2_000]);
          assert.equal((await allOf(now)).at(-1)!.value, 1_999 * 3);
        });

        await t.step("an open stream delays no other query", async () => {
          await using stream = await engine.rowStream("many");
          await stream.next();
          // A transaction of another connection: on one that the stream held, this would wait for ever.
          await publish(tiny, 2_100, 5);
          assert.equal((await engine.rows("many", { limit: 1 })).rows.length, 1);
        });

        await t.step("nothing is held after the last row, after close() and after an abort", async () => {
          const controller = new AbortController();
          const [read, closed, aborted] = [
            await engine.rowStream("many"),
            await engine.rowStream("many"),
            await engine.rowStream("many", {}, { signal: controller.signal }),
          ];
          assert.equal(await held(tiny), 3);
          await allOf(read);
          await closed.close();
          controller.abort(new Error("gone"));
          await assert.rejects(aborted.next(), /gone/);
          await aborted.close();
          await assert.rejects(closed.next(), /no longer being read/);
          assert.equal(await held(tiny), 0);
        });

        await t.step("open() refuses a query that does not fit, and holds nothing then", async () => {
          await assert.rejects(engine.rowStream("many", { fields: ["nope"] }), /no column "nope"/);
          await assert.rejects(engine.rowStream("many", { asOf: 999_999 }), /no materialization 999999/);
          assert.equal(await held(tiny), 0);
        });

        await t.step("open() refuses more streams than may be at once, until one has ended", async () => {
          const streams = new RowStreams(database, 2);
          const [one, two] = await Promise.all([streams.open(many, {}), streams.open(many, {})]);
          await assert.rejects(streams.open(many, {}), StreamsBusyError);
          await one.close();
          const three = await streams.open(many, {});
          await streams.close();
          await assert.rejects(two.next());
          await assert.rejects(three.next());
          assert.equal(await held(tiny), 0);
        });

        await t.step("a failing query leaves no stream open", async () => {
          const streams = new RowStreams(database, 1);
          for (let i = 0; i < 2; i++) await assert.rejects(streams.open(many, { asOf: 999_999 }), /no materialization/);
          await (await streams.open(many, {})).close();
        });
      }, { assets: [many], database });
    },
  });
}
