import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, InvalidRequestError } from "../../../engine/mod.ts";
import { databases } from "../../support/database.ts";
import { withTinyEngine } from "../../support/tiny_engine.ts";

interface Bar {
  ticker: string;
  session: string;
  close: number;
}
const world: { bars: Bar[] } = { bars: [] };
const { asset } = assetsWith<unknown>();
const bars = asset({
  key: "bars",
  group: "t",
  layer: "raw",
  description: "",
  row: z.object({ ticker: z.string(), session: z.iso.date(), close: z.number() }),
  primaryKey: ["ticker", "session"],
  partitionedBy: { name: "ticker", date: "session" },
  materialize: () => ({ rows: world.bars }),
});
const words = asset({
  key: "words",
  group: "t",
  layer: "raw",
  description: "",
  row: z.object({ id: z.string(), ticker: z.string() }),
  primaryKey: ["id", "ticker"],
  partitionedBy: { name: "ticker" },
  materialize: () => ({ rows: [] }),
});

const bar = (ticker: string, session: string, close = 1): Bar => ({ ticker, session, close });

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `newestRows() on ${name}: the last of each name, whichever ended when, of the latest materialization`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await withTinyEngine(async ({ engine }) => {
          const newest = (each: number) => engine.newestRows(bars, { each, fields: ["ticker", "session", "close"] });
          const publish = async (rows: Bar[]) => {
            world.bars = rows;
            const run = await engine.submit({ selection: "bars", trigger: "test", force: true });
            assert.equal((await engine.finished(run.id)).status, "succeeded");
            return (await engine.materializations("bars", { limit: 1 }))[0]!.id;
          };
          assert.deepEqual(await newest(2), { rows: [], materialization: null });
          const empty = await publish([]);
          assert.deepEqual(await newest(2), { rows: [], materialization: empty });

          const gone = [bar("OLD", "2019-05-01", 7), bar("OLD", "2019-05-02", 8), bar("OLD", "2019-04-30", 6)];
          const first = await publish([
            bar("A", "2024-01-02", 10),
            bar("A", "2024-01-03", 11),
            ...gone,
            bar("Z", "2024-01-03", 5),
          ]);
          const found = await newest(2);
          assert.equal(found.materialization, first);
          assert.deepEqual(found.rows.map((row) => [row.ticker, row.session, row.close]), [
            ["A", "2024-01-03", 11],
            ["A", "2024-01-02", 10],
            ["OLD", "2019-05-02", 8],
            ["OLD", "2019-05-01", 7],
            ["Z", "2024-01-03", 5],
          ]);

          // A bar that was taken away, one that was corrected, a name that went: all kept in the table, none current.
          const second = await publish([bar("A", "2024-01-02", 12), ...gone]);
          const now = await newest(1);
          assert.equal(now.materialization, second);
          assert.deepEqual(now.rows.map((row) => [row.ticker, row.session, row.close]), [
            ["A", "2024-01-02", 12],
            ["OLD", "2019-05-02", 8],
          ]);
        }, { database, assets: [bars, words] });
      } finally {
        await database.close();
      }
    },
  });
}

Deno.test("newestRows() refuses assets without series, unknown columns and invalid numbers", () =>
  withTinyEngine(async ({ engine }) => {
    await assert.rejects(
      engine.newestRows(words, { each: 1, fields: ["id"] }),
      (error) =>
        error instanceof InvalidRequestError &&
        /"words" has no series of rows: its key is id, ticker\./.test(error.message),
    );
    const fields = ["close"] as const;
    // What the compiler refuses of `bars` it lets pass of an asset that is looked up by its key.
    const unknown = engine.newestRows(engine.graph.asset("bars"), { each: 1, fields: ["price"] });
    await assert.rejects(unknown, /has no column "price"/);
    await assert.rejects(engine.newestRows(bars, { each: 0, fields }), /0 rows of each name cannot be read/);
    await assert.rejects(engine.newestRows(bars, { each: 1.5, fields }), /1\.5 rows of each name/);
  }, { assets: [bars, words] }));
