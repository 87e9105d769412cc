import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, cutBy } from "../../../engine/mod.ts";
import { stepHistory } from "../../../engine/store/step_history.ts";
import { onEachDatabase } from "../../support/partitions.ts";
import { multiples, numbers, rejects, type TinyWorld } from "../../support/tiny_engine.ts";

const test = onEachDatabase("Ledger");

/** Names of partitions. */
const names = Array.from({ length: 60 }, (_, i) => `N${i + 10}`);
const dates = ["2026-11-18", "2026-11-19"];

const cells = assetsWith<TinyWorld>().asset({
  key: "cells",
  group: "t",
  layer: "silver",
  description: "60 names on some dates.",
  row: z.object({ name: z.string(), day: z.iso.date() }),
  primaryKey: ["name", "day"],
  partitionedBy: { name: "name", date: "day" },
  partitionsDef: { wanted: () => ({ names, dates }), chunks: cutBy({ dates: 1 }) },
  materialize: ({ partitions }) => ({ rows: Array.from(partitions.partitions(), ([name, day]) => ({ name, day })) }),
});

const words = Array.from({ length: 30 }, (_, i) => `word ${i}`);

const settled = assetsWith<TinyWorld>().asset({
  key: "settled",
  group: "t",
  layer: "gold",
  description: "With long settings.",
  deps: { numbers },
  config: z.strictObject({ words: z.array(z.string()).default([]) }),
  row: z.object({ name: z.string(), words: z.int(), value: z.number().nullable() }),
  primaryKey: ["name"],
  async materialize({ inputs, config }) {
    return { rows: (await inputs.numbers.rows()).map((row) => ({ ...row, words: config.words.length })) };
  },
});

test("records a long list of names once, and reads it everywhere, as records from before it", {
  assets: [cells],
}, async ({ engine, database }) => {
  const { sql } = database;
  const run = await engine.finished((await engine.submit({ selection: "cells", trigger: "test" })).id);
  assert.equal(run.status, "succeeded");
  const one = (day: string) => [{ names, dates: [[day, day]] }];
  const all = { count: 120, partitions: [{ names, dates: [[dates[0], dates[1]]] }] };
  const recorded = async () => {
    const [last, first] = await engine.materializations("cells", { limit: 9 });
    const [step] = (await engine.run(run.id)).steps;
    const [past] = await stepHistory(sql, "cells", { limit: 9 });
    const [receipt] = await engine.receipts("cells", { filters: [{ column: "name", operator: "eq", value: "N10" }] });
    return {
      materializations: [first!.partitions, last!.partitions],
      step: [step!.partitions, step!.done, step!.failed],
      past: past!.partitions,
      receipt: receipt!.partitions,
      states: (await engine.states()).map(({ state }) => state),
    };
  };
  const expected = {
    materializations: [one(dates[0]!), one(dates[1]!)],
    step: [all, all, null],
    past: all,
    receipt: one(dates[1]!),
    states: ["fresh"],
  };
  assert.deepEqual(await recorded(), expected);
  assert.deepEqual([...await sql`SELECT producer, names FROM engine.name_list`], [{ producer: "cells", names }]);
  const stored = await sql<{ partitions: unknown; done: { partitions: unknown } }[]>`
    SELECT m.partitions, s.done FROM engine.materialization m JOIN engine.step s ON s.run_id = m.run_id ORDER BY m.id`;
  const [{ digest }] = await sql`SELECT digest FROM engine.name_list` as unknown as [{ digest: string }];
  assert.deepEqual(stored[0]!.partitions, [{ names: null, list: digest, dates: [[dates[0], dates[0]]] }]);
  assert.deepEqual(stored[0]!.done.partitions, [{ names: null, list: digest, dates: [[dates[0], dates[1]]] }]);

  // As an earlier version of the engine has recorded it.
  await sql`UPDATE engine.materialization SET partitions = engine.with_names(step_key, partitions)`;
  await sql`
    UPDATE engine.step SET partitions = engine.with_names(key, partitions), done = engine.with_names(key, done)`;
  await sql`DELETE FROM engine.name_list`;
  assert.deepEqual(await recorded(), expected);
});

test("records long settings of an asset once, and short ones with each materialization", {
  assets: [numbers, multiples, rejects, settled],
  config: { settled: { words } },
}, async ({ engine, database, world }) => {
  const { sql } = database;
  for (const value of [1, 2]) {
    world.numbers = [{ name: "a", value }];
    assert.equal(
      (await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id)).status,
      "succeeded",
    );
  }
  const recorded = async () => ({
    long: (await engine.materializations("settled", { limit: 9 })).map(({ config }) => config),
    short: (await engine.materializations("multiples", { limit: 9 })).map(({ config }) => config),
    receipts: (await engine.receipts("settled", { filters: [{ column: "name", operator: "eq", value: "a" }] })).map((
      { config },
    ) => config),
    latest: (await engine.ledger.materializations.latest(["settled"])).get("settled")!.config,
  });
  const expected = {
    long: [{ words }, { words }],
    short: [{ factor: 2 }, { factor: 2 }],
    receipts: [{ words }],
    latest: { words },
  };
  assert.deepEqual(await recorded(), expected);
  assert.deepEqual([...await sql`SELECT asset_key, config FROM engine.asset_config`], [
    { asset_key: "settled", config: { words } },
  ]);
  const inline = await sql`SELECT DISTINCT asset_key FROM engine.materialization WHERE config IS NULL`;
  assert.deepEqual([...inline], [{ asset_key: "settled" }]);

  // As an earlier version of the engine has recorded them.
  await sql`UPDATE engine.materialization SET config = engine.with_config(asset_key, config_hash, config)`;
  await sql`DELETE FROM engine.asset_config`;
  assert.deepEqual(await recorded(), expected);
});
