import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, equalTo, InvalidRequestError, lastSessions, reads } from "../../../engine/mod.ts";
import { multiples, tinyAssets, type TinyWorld, withTinyEngine } from "../../support/tiny_engine.ts";

const { asset } = assetsWith<TinyWorld>();

const run = async (engine: Parameters<Parameters<typeof withTinyEngine>[0]>[0]["engine"], more = {}) =>
  await engine.finished((await engine.submit({ selection: "*", trigger: "test", ...more })).id);

/** Depends on something that no version holds. */
const impure = asset({
  key: "impure",
  group: "sums",
  layer: "gold",
  description: "Knows the world beside its inputs.",
  deps: { multiples },
  row: z.object({ name: z.string(), value: z.number() }),
  primaryKey: ["name"],
  materialize: async ({ inputs, resources }) => ({
    rows: (await inputs.multiples.rows()).map(({ name }, i) => ({
      name,
      value: i + (resources.numbers[0]!.value ?? 0),
    })),
  }),
});

Deno.test("A receipt names the materialization that wrote a row, with all that the row depends on", async () => {
  await withTinyEngine(async ({ engine, world }) => {
    await run(engine, { config: { multiples: { factor: 3 } } });
    world.numbers = [{ name: "one", value: 1 }, { name: "two", value: 5 }];
    await run(engine, { config: { multiples: { factor: 3 } } });
    const [first, second] = (await engine.materializations("multiples", { limit: 2 })).reverse();
    const [one] = await engine.receipts("multiples", { filters: equalTo({ name: "one" }) });
    const [two] = await engine.receipts("multiples", { filters: equalTo({ name: "two" }) });
    assert.deepEqual([one!.materialization, two!.materialization], [first!.id, second!.id]);
    assert.deepEqual(one!.config, { factor: 3 });
    assert.deepEqual(one!.rows, [{ name: "one", multiple: 3 }]);
    assert.deepEqual(one!.upstream.map((read) => read.asset), ["numbers"]);
    assert.notEqual(one!.upstream[0]!.dataVersion, two!.upstream[0]!.dataVersion);
    assert.deepEqual(await engine.receipts("multiples", { filters: equalTo({ name: "two" }), asOf: first!.id }), [
      { ...one!, rows: [{ name: "two", multiple: 6 }] },
    ]);
    const all = await engine.receipts("multiples", {});
    assert.deepEqual(all.map(({ materialization }) => materialization), [second!.id, first!.id]);
  });
});

Deno.test("Replay makes rows again from the versions, settings and code that made them", async () => {
  await withTinyEngine(async ({ engine, world }) => {
    await run(engine, { config: { multiples: { factor: 3 } } });
    const first = (await engine.materializations("multiples", { limit: 1 }))[0]!.id;
    // The world and the settings are others since.
    world.numbers = [{ name: "one", value: 7 }];
    await run(engine);
    for (
      const [key, where, asOf] of [
        ["multiples", { name: "one" }, undefined],
        ["multiples", { name: "two" }, first],
        ["rejects", { name: "none" }, (await engine.materializations("rejects", { limit: 9 })).at(-1)!.id],
        ["total", {}, undefined],
      ] as const
    ) {
      const started = world.started.length;
      const [replay, more] = await engine.replay(key, { filters: equalTo<string>({ ...where }), asOf });
      assert.equal(more, undefined);
      assert.equal(replay!.same, true, key);
      assert.deepEqual(replay!.differences, []);
      assert.equal(replay!.recordedRows, replay!.replayedRows);
      assert.equal(replay!.codeVersion, replay!.receipt.codeVersion);
      assert.deepEqual(world.started.slice(started), [key === "rejects" ? "multiples" : key]);
    }
    assert.equal((await engine.materializations("multiples", { limit: 9 })).length, 2, "nothing was published");
  });
});

Deno.test("Replay says which values are not the same", async () => {
  await withTinyEngine(async ({ engine, world }) => {
    await run(engine);
    world.numbers = [{ name: "one", value: 100 }];
    const [replay] = await engine.replay("impure", { filters: equalTo({ name: "two" }) });
    assert.equal(replay!.same, false);
    assert.deepEqual(replay!.differences, [
      { key: { name: "one" }, column: "value", recorded: 1, replayed: 100 },
      { key: { name: "two" }, column: "value", recorded: 2, replayed: 101 },
    ]);
  }, { assets: [...tinyAssets, impure] });
});

Deno.test("Replay makes the partitions again that a materialization made, from the rows that they read", async () => {
  const { asset } = assetsWith<{ closes: { session: string; close: number }[] }>();
  const closes = asset({
    key: "closes",
    group: "t",
    layer: "raw",
    description: "Closes.",
    row: z.object({ session: z.iso.date(), close: z.number() }),
    primaryKey: ["session"],
    partitionedBy: { date: "session" },
    source: ({ resources }) => Promise.resolve(JSON.stringify(resources.closes)),
    materialize: ({ resources }) => Promise.resolve({ rows: resources.closes }),
  });
  const means = asset({
    key: "means",
    group: "t",
    layer: "gold",
    description: "Means of two sessions.",
    deps: { closes: reads(closes, lastSessions(2)) },
    row: z.object({ session: z.iso.date(), mean: z.number() }),
    primaryKey: ["session"],
    partitionedBy: { date: "session" },
    partitionsDef: { wanted: ({ upstream }) => ({ dates: upstream.closes.space.dates }) },
    async materialize({ inputs, partitions }) {
      const rows = await inputs.closes.rows();
      return {
        rows: partitions.dates.map((session) => {
          const some = rows.filter((row) => row.session <= session).slice(-2);
          return { session, mean: some.reduce((sum, { close }) => sum + close, 0) / some.length };
        }),
      };
    },
  });
  await withTinyEngine(async ({ engine, world }) => {
    const source = world as unknown as { closes: { session: string; close: number }[] };
    source.closes = [{ session: "2026-01-05", close: 1 }, { session: "2026-01-06", close: 2 }];
    await run(engine);
    source.closes = [...source.closes, { session: "2026-01-07", close: 6 }];
    await run(engine);
    const [old] = await engine.replay("means", { filters: equalTo({ session: "2026-01-06" }) });
    const [newest] = await engine.replay("means", { filters: equalTo({ session: "2026-01-07" }) });
    assert.deepEqual([old!.same, old!.recordedRows], [true, 2]);
    assert.deepEqual([newest!.same, newest!.recordedRows], [true, 1]);
    assert.deepEqual(newest!.receipt.partitions, [{ names: null, dates: [["2026-01-07", "2026-01-07"]] }]);
    assert.deepEqual(newest!.receipt.rows, [{ session: "2026-01-07", mean: 4 }]);
  }, { assets: [closes, means] });
});

Deno.test("Replay refuses irreproducible rows with a reason", async () => {
  await withTinyEngine(async ({ engine, database, world }) => {
    const refuses = async (key: string, query: Parameters<typeof engine.replay>[1], message: RegExp) => {
      await assert.rejects(engine.replay(key, query), (error) => {
        assert.ok(error instanceof InvalidRequestError, String(error));
        assert.match(error.message, message);
        return true;
      });
    };
    await refuses("total", {}, /"total" has no rows yet/);
    await run(engine);
    await refuses("numbers", {}, /"numbers" reads an outside source, whose responses are not kept/);
    await refuses("multiples", { filters: equalTo({ name: "three" }) }, /has no row with name = three/);
    await refuses("multiples", { filters: equalTo({ nothing: "1" }) }, /has no column "nothing"/);
    await refuses("multiples", { asOf: 9_999 }, /no materialization 9999/);
    const first = (await engine.materializations("multiples", { limit: 1 }))[0]!.id;
    world.numbers = [{ name: "one", value: 1 }, { name: "two", value: 3 }];
    await run(engine);
    await database.sql`UPDATE engine.materialization SET committed_at = committed_at - interval '31 days'`;
    await engine.prune();
    await refuses(
      "multiples",
      { filters: equalTo({ name: "one" }) },
      /The rows of materialization \d+ of "numbers" cannot be read/,
    );
    await refuses("multiples", { asOf: first }, /cannot be read/);
  });
});
