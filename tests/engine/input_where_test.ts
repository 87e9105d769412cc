import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith } from "../../engine/mod.ts";
import { withTinyEngine } from "../support/tiny_engine.ts";

const { asset } = assetsWith();
const row = z.object({ ticker: z.string(), session: z.iso.date(), close: z.number() });

const upstream = asset({
  key: "upstream_asset",
  group: "t",
  layer: "raw",
  description: "Closes.",
  row,
  primaryKey: ["ticker", "session"],
  materialize: () =>
    Promise.resolve({
      rows: ["A", "B'"].flatMap((ticker, i) =>
        ["2024-01-02", "2024-01-03"].map((session, t) => ({ ticker, session, close: 10 * i + t }))
      ),
    }),
});

const reader = asset({
  key: "reader",
  group: "t",
  layer: "silver",
  description: "Reads a few of many rows.",
  deps: { closes: upstream },
  row: z.object({ id: z.int() }),
  primaryKey: ["id"],
  async materialize({ inputs: { closes } }) {
    const closeOf = async (input: typeof closes) => (await input.rows()).map(({ close }) => close);
    assert.deepEqual(await closeOf(closes.where("ticker", ["B'", "C"])), [10, 11]);
    assert.deepEqual(await closeOf(closes.where("session", ["2024-01-03"])), [1, 11]);
    assert.deepEqual(await closeOf(closes.where("session", ["2024-01-03"]).where("ticker", ["A"])), [1]);
    assert.deepEqual(await closeOf(closes.where("session", { from: "2024-01-03" })), [1, 11]);
    assert.deepEqual(await closeOf(closes.where("session", { from: "2024-01-04" })), []);
    assert.deepEqual(await closeOf(closes.where("session", [])), []);
    await assert.rejects(closes.where("close", ["1"]).rows(), /no column "close" of texts or dates/);
    return { rows: [{ id: 1 }] };
  },
});

Deno.test("An asset reads those rows alone that have one of some texts or dates in a column, or one from a date on", () =>
  withTinyEngine(async ({ engine }) => {
    const run = await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
    assert.deepEqual(run.steps.map(({ key, status, error }) => [key, status, error]), [
      ["upstream_asset", "succeeded", null],
      ["reader", "succeeded", null],
    ]);
  }, { assets: [upstream, reader] }));
