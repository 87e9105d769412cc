import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith } from "../../../engine/mod.ts";
import { newestDate } from "../../../engine/read/newest_date.ts";
import { databases } from "../../support/database.ts";
import { withTinyEngine } from "../../support/tiny_engine.ts";

interface Row {
  ticker: string;
  session: string;
  occurrence: number;
  delisted: string | null;
}
const world: { rows: Row[] } = { rows: [] };
const bars = assetsWith<unknown>().asset({
  key: "bars",
  group: "t",
  layer: "raw",
  description: "",
  row: z.object({ ticker: z.string(), session: z.iso.date(), occurrence: z.int(), delisted: z.iso.date().nullable() }),
  primaryKey: ["ticker", "session", "occurrence"],
  materialize: () => ({ rows: world.rows }),
});

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `newestDate() on ${name}: sees current rows only, in the key's date and in another column`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await withTinyEngine(async ({ engine }) => {
          const newest = async (rows: Row[]) => {
            world.rows = rows;
            const run = await engine.submit({ selection: "bars", trigger: "test", force: true });
            assert.equal((await engine.finished(run.id)).status, "succeeded");
            return [
              await newestDate(database, bars, { column: "session" }),
              await newestDate(database, bars, { column: "delisted" }),
            ];
          };
          const row = (ticker: string, session: string, delisted: string | null = null) => ({
            ticker,
            session,
            occurrence: 0,
            delisted,
          });
          assert.deepEqual(await newest([]), [null, null]);
          const all = [
            row("A", "2024-01-02"),
            row("A", "2024-01-05"),
            row("B", "2024-01-03", "2024-01-04"),
            { ...row("B", "2024-01-03"), occurrence: 1 },
            // Neither first nor last of the series has the newest session.
            row("M", "2024-02-01"),
            row("Z", "2024-01-09"),
          ];
          assert.deepEqual(await newest(all), ["2024-02-01", "2024-01-04"]);
          assert.deepEqual(await newest(all.filter(({ ticker }) => ticker === "A" || ticker === "Z")), [
            "2024-01-09",
            null,
          ]);
        }, { database, assets: [bars] });
      } finally {
        await database.close();
      }
    },
  });
}
