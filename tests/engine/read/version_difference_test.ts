import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, InvalidRequestError } from "../../../engine/mod.ts";
import { databases } from "../../support/database.ts";
import { withTinyEngine } from "../../support/tiny_engine.ts";

const row = z.object({
  station: z.string(),
  day: z.iso.date(),
  celsius: z.number().nullable(),
  more: z.object({ wind: z.array(z.number()) }).nullable(),
});
type Row = z.output<typeof row>;
let world: Row[] = [];
const { asset } = assetsWith<unknown>();
const weather = asset({
  key: "weather",
  group: "t",
  layer: "raw",
  description: "",
  row,
  primaryKey: ["station", "day"],
  materialize: () => ({ rows: world }),
});

const reading = (station: string, celsius: number | null, more: Row["more"] = null): Row => ({
  station,
  day: "2024-01-02",
  celsius,
  more,
});

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `versionDifference() on ${name}: counts and samples rows that were added, removed and changed`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await withTinyEngine(async ({ engine }) => {
          const publish = async (rows: Row[]) => {
            world = rows;
            const run = await engine.submit({ selection: "weather", trigger: "test", force: true });
            assert.equal((await engine.finished(run.id)).status, "succeeded");
            return (await engine.materializations("weather", { limit: 1 }))[0]!.id;
          };
          const compare = (from: number, to?: number) => engine.compare("weather", { from, to });
          const first = await publish([
            reading("A", 1),
            reading("B", 2, { wind: [1] }),
            reading("C", null),
            reading("D", 4),
          ]);
          // D went and came back as it was: no difference of the two ends.
          const between = await publish([reading("A", 1), reading("B", 2, { wind: [1] }), reading("C", null)]);
          const last = await publish([
            reading("A", 1.5),
            reading("B", 2, { wind: [2] }),
            reading("D", 4),
            reading("E", 7),
          ]);
          const { sample, ...figures } = await compare(first, last);
          assert.deepEqual(figures, {
            asset: "weather",
            from: first,
            to: last,
            rowsAdded: 1,
            rowsRemoved: 1,
            rowsChanged: 2,
          });
          assert.deepEqual(sample.map(({ change, before, after }) => [change, before?.station, after?.station]), [
            ["added", undefined, "E"],
            ["changed", "A", "A"],
            ["changed", "B", "B"],
            ["removed", "C", undefined],
          ]);
          assert.deepEqual(sample[2], {
            change: "changed",
            before: reading("B", 2, { wind: [1] }),
            after: reading("B", 2, { wind: [2] }),
          });
          assert.deepEqual((await compare(between)).rowsAdded, 2, "to the latest");
          assert.deepEqual((await compare(last, last)).sample, []);
          await assert.rejects(compare(last, first), InvalidRequestError);
          await assert.rejects(compare(first, 999), InvalidRequestError);
        }, { database, assets: [weather] });
      } finally {
        await database.close();
      }
    },
  });
}
