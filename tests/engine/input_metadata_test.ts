import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, newest, reads } from "../../engine/mod.ts";
import { withTinyEngine } from "../support/tiny_engine.ts";

const { asset } = assetsWith();
const row = z.object({ date: z.iso.date() });

const upstream = asset({
  key: "upstream_asset",
  group: "t",
  layer: "raw",
  description: "Says something of itself.",
  row,
  primaryKey: ["date"],
  partitionedBy: { date: "date" },
  materialize: () =>
    Promise.resolve({ rows: [{ date: "2024-01-02" }, { date: "2024-01-03" }], metadata: { told: "as read", n: 2 } }),
});

const reader = asset({
  key: "reader",
  group: "t",
  layer: "silver",
  description: "Reads what is said.",
  deps: { whole: upstream, part: reads(upstream, newest) },
  row: z.object({ id: z.int() }),
  primaryKey: ["id"],
  async materialize({ inputs, before }) {
    assert.deepEqual(await before.metadata(), {});
    assert.deepEqual(await inputs.part.metadata(), await inputs.whole.metadata());
    return { rows: [{ id: 1 }], metadata: await inputs.whole.metadata() };
  },
});

Deno.test("An asset reads the metadata of its input version", () =>
  withTinyEngine(async ({ engine }) => {
    await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
    const [made] = await engine.materializations("reader", { limit: 1 });
    assert.deepEqual(made!.metadata, { told: { type: "text", value: "as read" }, n: { type: "number", value: 2 } });
  }, { assets: [upstream, reader] }));
