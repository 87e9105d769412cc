import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, cutBy } from "../../../engine/mod.ts";
import { indexesOf } from "../../../engine/store/asset_table.ts";
import type { Database } from "../../../resources/database/database.ts";
import { databases } from "../../support/database.ts";
import { type TinyWorld, withTinyEngine } from "../../support/tiny_engine.ts";

const { asset } = assetsWith<TinyWorld>();
const row = z.object({ day: z.iso.date(), name: z.string(), value: z.number() });

/** The rows of the world. */
const whole = asset({
  key: "whole",
  group: "t",
  layer: "gold",
  description: "Made as a whole.",
  row,
  primaryKey: ["name", "day"],
  partitionedBy: { name: "name", date: "day" },
  source: ({ resources }) => Promise.resolve(JSON.stringify(resources.numbers)),
  materialize: ({ resources }) => ({
    rows: resources.numbers.map(({ name, value }) => ({ day: "2026-11-20", name, value: value ?? 0 })),
  }),
});

const byDay = asset({
  key: "by_day",
  group: "t",
  layer: "silver",
  description: "Made by partitions.",
  row,
  primaryKey: ["day", "name"],
  partitionedBy: { date: "day" },
  partitionsDef: { wanted: () => ({ dates: ["2026-11-19", "2026-11-20"] }), chunks: cutBy({ dates: 1 }) },
  materialize: ({ partitions }) => ({ rows: partitions.dates.map((day) => ({ day, name: "a", value: 1 })) }),
});

async function tablesOf({ sql }: Database): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    SELECT relname AS name FROM pg_class
    WHERE relkind = 'r' AND relnamespace IN ('raw'::regnamespace, 'silver'::regnamespace, 'gold'::regnamespace)
    ORDER BY 1`;
  return rows.map(({ name }) => name);
}

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `createTable() on ${name}: at the first publication; an asset without a table has no rows for any reader`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await withTinyEngine(async ({ engine, world }) => {
          const made = async (selection: string) =>
            (await engine.finished((await engine.submit({ selection, trigger: "test" })).id)).status;
          const readings = async () => ({
            rows: (await engine.rows("whole", { limit: 9 })).rows,
            read: (await engine.read(whole)).rows,
            table: (await engine.table("whole")).rows,
            count: await engine.count(whole, { atMost: 9 }),
            dates: [await engine.datesWithRows("whole"), await engine.datesWithRows("by_day")],
            newest: [await engine.newestDate("whole"), await engine.newestDate("by_day")],
            newestIn: await engine.newestIn(whole, "day"),
            newestRows: (await engine.newestRows(whole, { each: 1, fields: ["name", "value"] })).rows,
            checks: await engine.checks("whole"),
            pruned: await engine.prune(),
          });
          const nothing = {
            rows: [],
            read: [],
            table: 0,
            count: 0,
            dates: [[], []],
            newest: [null, null],
            newestIn: null,
            newestRows: [],
            checks: [],
            pruned: [],
          };
          assert.deepEqual(await tablesOf(database), []);
          assert.deepEqual(await readings(), nothing);
          assert.deepEqual((await engine.storage()).map(({ key, bytes }) => [key, bytes]), [["whole", 0], [
            "by_day",
            0,
          ]]);
          await using stream = await engine.rowStream("whole");
          assert.equal(stream.version, null);

          // Without rows, too: a version is to be read.
          world.numbers = [];
          assert.equal(await made("whole"), "succeeded");
          assert.deepEqual(await tablesOf(database), ["whole"]);
          assert.deepEqual(await readings(), nothing);
          assert.equal((await engine.rows("whole", { limit: 9 })).materialization, 1);
          assert.deepEqual((await indexesOf(database.sql, whole)).map(({ columns }) => columns), [["name", "day"]]);

          world.numbers = [{ name: "a", value: 1 }];
          assert.equal(await made("*"), "succeeded");
          assert.deepEqual(await tablesOf(database), ["by_day", "whole"]);
          const { rows, dates, newest, newestIn } = await readings();
          assert.deepEqual(rows, [{ day: "2026-11-20", name: "a", value: 1 }]);
          assert.deepEqual([dates, newest, newestIn], [
            [["2026-11-20"], ["2026-11-20", "2026-11-19"]],
            ["2026-11-20", "2026-11-20"],
            "2026-11-20",
          ]);
          const indexes = (await indexesOf(database.sql, byDay)).map(({ columns }) => columns.join()).sort();
          assert.deepEqual(indexes, ["day", "day,name"]);
          assert.deepEqual((await engine.states()).map(({ state }) => state), ["fresh", "fresh"]);
        }, { assets: [whole, byDay], database });
        // Opening again finds them as they should be.
        await withTinyEngine(async ({ engine, world }) => {
          world.numbers = [{ name: "a", value: 1 }];
          assert.deepEqual((await engine.states()).map(({ state }) => state), ["fresh", "fresh"]);
          assert.equal((await engine.rows("by_day", { limit: 9 })).rows.length, 2);
        }, { assets: [whole, byDay], database });
      } finally {
        await database.close();
      }
    },
  });
}
