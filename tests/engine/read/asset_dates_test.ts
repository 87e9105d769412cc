import assert from "node:assert/strict";
import { z } from "zod";
import { type AnyAsset, assetsWith } from "../../../engine/mod.ts";
import { databases } from "../../support/database.ts";
import { withTinyEngine } from "../../support/tiny_engine.ts";

const Row = z.object({ day: z.iso.date(), name: z.string() });
const world: { rows: z.output<typeof Row>[] } = { rows: [] };
const { asset } = assetsWith<unknown>();
const byKey = (key: string, primaryKey: ("day" | "name")[]): AnyAsset =>
  asset({
    key,
    group: "tests",
    layer: "raw",
    description: "Names of days.",
    row: Row,
    primaryKey,
    partitionedBy: { date: "day" },
    materialize: () => ({ rows: world.rows }),
  });
const assets = [byKey("by_day", ["day", "name"]), byKey("by_name", ["name", "day"])];
const rowsOf = (...days: string[]) => days.flatMap((day) => ["a", "b", "c"].map((name) => ({ day, name })));

for (const { name, ignore, open } of databases) {
  Deno.test({
    name:
      `Engine.datesWithRows() on ${name} has each date of a version once, newest first, wherever the key has the date`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await withTinyEngine(async ({ engine }) => {
          const publish = async (...days: string[]) => {
            world.rows = rowsOf(...days);
            const { id } = await engine.submit({ selection: "*", trigger: "test", force: true });
            assert.equal((await engine.finished(id)).status, "succeeded");
            return await Promise.all(assets.map(async ({ key }) => (await engine.rowVersion(key))!.id));
          };
          const dates = (asOf: readonly number[] = []) =>
            Promise.all(
              assets.map(({ key }, i) => engine.datesWithRows(key, asOf.length > 0 ? { asOf: asOf[i] } : {})),
            );
          await publish();
          assert.deepEqual(await dates(), [[], []]);
          const first = await publish("2024-01-02", "2023-12-29", "2024-02-29");
          const all = ["2024-02-29", "2024-01-02", "2023-12-29"];
          assert.deepEqual(await dates(), [all, all]);
          await publish("2024-01-02", "2024-03-01");
          const now = ["2024-03-01", "2024-01-02"];
          assert.deepEqual([await dates(), await dates(first)], [[now, now], [all, all]]);
        }, { assets, database });
      } finally {
        await database.close();
      }
    },
  });
}
