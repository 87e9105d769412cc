import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, identity, reads } from "../../engine/mod.ts";
import { withTinyEngine } from "../support/tiny_engine.ts";

const { asset } = assetsWith();
const row = z.object({ date: z.iso.date() });
const dates = ["2024-01-02", "2024-01-03"];

const broken = asset({
  key: "broken",
  group: "t",
  layer: "raw",
  description: "Cannot be made for any of its dates.",
  row,
  primaryKey: ["date"],
  partitionedBy: { date: "date" },
  partitionsDef: { wanted: () => ({ dates }) },
  materialize: () => Promise.reject(new RangeError("Give more sessions.")),
});

const byDate = asset({
  key: "by_date",
  group: "t",
  layer: "silver",
  description: "Read date by date.",
  deps: { broken: reads(broken, identity) },
  row,
  primaryKey: ["date"],
  partitionedBy: { date: "date" },
  partitionsDef: { wanted: () => ({ dates }) },
  materialize: async ({ inputs }) => ({ rows: await inputs.broken.rows() }),
});

const whole = asset({
  key: "whole",
  group: "t",
  layer: "gold",
  description: "Read as a whole.",
  deps: { broken },
  row,
  primaryKey: ["date"],
  materialize: async ({ inputs }) => ({ rows: await inputs.broken.rows() }),
});

const last = asset({
  key: "last",
  group: "t",
  layer: "gold",
  description: "Two steps behind.",
  deps: { byDate },
  row,
  primaryKey: ["date"],
  materialize: async ({ inputs }) => ({ rows: await inputs.byDate.rows() }),
});

Deno.test("A run skips the readers of a failed step without output, and names that step", () =>
  withTinyEngine(async ({ engine }) => {
    const { id } = await engine.submit({ selection: "*", trigger: "test" });
    const { steps } = await engine.finished(id);
    assert.deepEqual(
      steps.map(({ key, status, skippedBecause, error }) => [key, status, skippedBecause, error?.message]),
      [
        ["broken", "failed", null, '2 partitions of "broken" could not be made: Give more sessions.'],
        ["by_date", "skipped", "broken", undefined],
        ["whole", "skipped", "broken", undefined],
        ["last", "skipped", "by_date", undefined],
      ],
    );
  }, { assets: [broken, byDate, whole, last] }));
