/**
 * Dates that turn out to be none: what was made of them is removed, and counts as newest nowhere, while history that is only not wanted
 * any more stays.
 *
 * @module
 */
import assert from "node:assert/strict";
import { z } from "zod";
import { type AnyAsset, assetsWith, Engine, identity, newest, reads, silentLogger } from "../../engine/mod.ts";
import { fixedClock } from "../../resources/clock.ts";
import { databases } from "../support/database.ts";

interface World {
  /** Dates that the source has. */
  days: string[];
  /** Every how many of them there is a choice. */
  every: number;
  /** Called before a choice is made: throw to fail it. */
  before?(): Promise<void> | void;
}

const { asset, assetOut } = assetsWith<World>();
const dated = { group: "t", description: "", primaryKey: ["day"] as const, partitionedBy: { date: "day" } as const };
const Day = z.object({ day: z.iso.date(), value: z.string() });

const days = asset({
  ...dated,
  key: "days",
  layer: "raw",
  row: Day,
  source: ({ resources }) => Promise.resolve(resources.days.join()),
  materialize: ({ resources }) => ({ rows: resources.days.map((day) => ({ day, value: "received" })) }),
});

/** Made for the newest date, kept for others as long as they are dates. */
const choices = asset({
  ...dated,
  key: "choices",
  layer: "silver",
  deps: { days: reads(days, identity) },
  row: Day,
  partitionsDef: {
    wanted({ upstream, resources }) {
      const { dates } = upstream.days.space;
      return {
        dates: dates.filter((_, i) => i % resources.every === 0),
        isDate: (date) => date < dates[0]! || dates.includes(date),
      };
    },
    missing: "latest",
    gone: "keep",
  },
  async materialize({ partitions, resources }) {
    await resources.before?.();
    return { rows: partitions.dates.map((day) => ({ day, value: `chosen of ${day}` })) };
  },
});

/** Has a row of every other choice alone. */
const followers = asset({
  ...dated,
  key: "followers",
  layer: "gold",
  deps: { choices: reads(choices, identity) },
  row: Day,
  partitionsDef: {
    wanted: ({ upstream: { choices } }) => ({
      dates: choices.wanted.dates,
      isDate: (date) => choices.space.dateAt(date) >= 0,
    }),
    missing: "latest",
    gone: "keep",
  },
  materialize: ({ partitions }) => ({
    rows: partitions.dates.filter((day) => Number(day.slice(-2)) % 2 === 1).map((day) => ({ day, value: "followed" })),
  }),
});

const served = asset({
  key: "served",
  group: "t",
  layer: "gold",
  description: "",
  deps: { choices: reads(choices, newest) },
  row: z.object({ of: z.string() }),
  primaryKey: ["of"],
  materialize: async ({ inputs }) => ({ rows: (await inputs.choices.rows()).map(({ day }) => ({ of: day })) }),
});

const all = [days, choices, followers, served];

for (const { name, ignore, open } of databases) {
  const test = (
    title: string,
    body: (on: { engine: Engine; world: World; run(selection?: string): Promise<void> }) => Promise<void>,
  ) =>
    Deno.test({
      name: `Dates that are none on ${name}: ${title}`,
      ignore,
      async fn() {
        const database = await open();
        const world: World = { days: ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-05"], every: 1 };
        const engine = await Engine.open({
          assets: all,
          database,
          resources: world,
          clock: fixedClock("2024-02-01T00:00:00Z"),
          logger: silentLogger,
        });
        try {
          await body({
            engine,
            world,
            async run(selection = "*") {
              const run = await engine.finished((await engine.submit({ selection, trigger: "test" })).id);
              assert.deepEqual([run.status, run.steps.flatMap(({ error }) => error ?? [])], ["succeeded", []]);
            },
          });
        } finally {
          await engine.close();
          await database.close();
        }
      },
    });

  const held = async (engine: Engine, key: string) =>
    (await engine.rows(key, { limit: 100 })).rows.map((row) => row.day ?? row.of);
  const newestOf = async (
    engine: Engine,
  ) => [await engine.newestDate("choices"), await engine.newestDate("followers"), ...await held(engine, "served")];

  test("one run removes the newest one, and everything is as of the newest that is one", async ({ engine, world, run }) => {
    world.days = ["2024-01-01", "2024-01-02", "2062-01-05"];
    await run();
    assert.deepEqual(await newestOf(engine), ["2062-01-05", "2062-01-05", "2062-01-05"]);
    const then = (await engine.rowVersion("choices"))!.id;
    world.days = ["2024-01-01", "2024-01-02", "2024-01-03"];
    await run();
    assert.deepEqual(await newestOf(engine), ["2024-01-03", "2024-01-03", "2024-01-03"]);
    assert.deepEqual(await held(engine, "choices"), ["2024-01-03"]);
    assert.deepEqual((await engine.states()).map(({ state }) => state), all.map(() => "fresh"));
    assert.deepEqual((await engine.plan({ selection: "*" })).steps, []);
    // What was served then can still be read.
    assert.equal(await engine.newestDate("choices", { asOf: then }), "2062-01-05");
  });

  test("one that lay between others goes too, and nothing else does", async ({ engine, world, run }) => {
    for (let count = 1; count <= 4; count++) {
      world.days = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-05"].slice(0, count);
      await run();
    }
    world.days = ["2024-01-01", "2024-01-03", "2024-01-05"];
    await run();
    assert.deepEqual(await held(engine, "choices"), ["2024-01-01", "2024-01-03", "2024-01-05"]);
    assert.deepEqual(await newestOf(engine), ["2024-01-05", "2024-01-05", "2024-01-05"]);
  });

  test("history that the source has dropped stays, and so do selections of another frequency", async ({ engine, world, run }) => {
    for (let count = 1; count <= 4; count++) {
      world.days = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-05"].slice(0, count);
      await run();
    }
    world.days = ["2024-01-02", "2024-01-03", "2024-01-05"];
    world.every = 2;
    await run();
    const kept = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-05"];
    assert.deepEqual([await held(engine, "choices"), await held(engine, "followers")], [kept, [
      kept[0],
      kept[2],
      kept[3],
    ]]);
    assert.deepEqual((await engine.states()).map(({ state }) => state), all.map(() => "fresh"));
  });

  test("one without rows is the newest while it is one, and not afterwards", async ({ engine, world, run }) => {
    world.days = ["2024-01-01"];
    await run();
    world.days = ["2024-01-01", "2024-01-06"];
    await run();
    assert.deepEqual([await engine.newestDate("followers"), await held(engine, "followers")], ["2024-01-06", [
      "2024-01-01",
    ]]);
    world.days = ["2024-01-01"];
    await run();
    assert.equal(await engine.newestDate("followers"), "2024-01-01");
  });

  test("nothing that was made is left where none is one", async ({ engine, world, run }) => {
    world.days = ["2024-01-06"];
    await run();
    world.days = ["2024-01-05"];
    await run("days choices");
    assert.deepEqual(await held(engine, "choices"), ["2024-01-05"]);
    world.days = [];
    await run("days");
    const [choice] = await engine.states(["choices"]);
    // Without a first date nothing is before it.
    assert.equal(choice!.partitions!.made, 1);
    await run();
    assert.deepEqual(await newestOf(engine), [null, null]);
  });

  test("served rows stay until their replacement is made", async ({ engine, world, run }) => {
    world.days = ["2024-01-01", "2062-01-05"];
    await run();
    world.days = ["2024-01-01", "2024-01-03"];
    let meanwhile: unknown[] = [];
    world.before = async () => {
      meanwhile = [await engine.newestDate("choices"), await held(engine, "choices")];
    };
    await run();
    assert.deepEqual(meanwhile, ["2062-01-05", ["2062-01-05"]]);
    assert.deepEqual(await held(engine, "choices"), ["2024-01-03"]);
  });

  test("it goes though nothing can be made in its place", async ({ engine, world, run }) => {
    world.days = ["2024-01-01", "2024-01-02"];
    await run();
    world.days = ["2024-01-01", "2024-01-02", "2062-01-05"];
    await run();
    world.days = ["2024-01-01", "2024-01-02", "2024-01-03"];
    world.before = () => {
      throw new Error("not to be had");
    };
    await assert.rejects(run(), /failed/);
    assert.deepEqual([await engine.newestDate("choices"), await held(engine, "choices")], ["2024-01-02", [
      "2024-01-02",
    ]]);
    world.before = undefined;
    await run();
    assert.deepEqual(await newestOf(engine), ["2024-01-03", "2024-01-03", "2024-01-03"]);
  });

  test("readers of an asset are updated before rows are removed", async ({ engine, world, run }) => {
    world.days = ["2024-01-01", "2062-01-05"];
    await run();
    world.days = ["2024-01-01"];
    await run("days");
    const reasons = (await engine.states(["choices", "followers"])).map(({ reasons }) =>
      reasons.map(({ kind }) => kind)
    );
    assert.ok(reasons.every((kinds) => kinds.includes("partitions_gone")), JSON.stringify(reasons));
  });
}

/** The function that makes `by` makes `found` too; a later version of the code has that of `days` make it. */
function moved(by: "choices" | "days"): AnyAsset[] {
  const found = assetOut({ ...dated, key: "found", layer: "silver", row: Day });
  const rows = (dates: readonly string[]) => ({ found: { rows: dates.map((day) => ({ day, value: by })) } });
  const source = asset(
    {
      ...dated,
      key: "days",
      layer: "raw",
      row: Day,
      source: ({ resources }) => Promise.resolve(resources.days.join()),
      ...by === "days"
        ? {
          outs: { found },
          codeVersion: "2",
          materialize: ({ resources }: { resources: World }) => ({
            rows: resources.days.map((day) => ({ day, value: "received" })),
            outs: rows(resources.days),
          }),
        }
        : {
          materialize: ({ resources }: { resources: World }) => ({
            rows: resources.days.map((day) => ({ day, value: "received" })),
          }),
        },
    } as Parameters<typeof asset>[0],
  ) as unknown as typeof days;
  const reader = asset(
    {
      ...dated,
      key: "choices",
      layer: "silver",
      deps: { days: reads(source, identity) },
      row: Day,
      partitionsDef: { wanted: ({ upstream }) => ({ dates: upstream.days!.space.dates }) },
      ...by === "choices"
        ? {
          outs: { found },
          materialize: ({ partitions }: { partitions: { dates: string[] } }) => ({
            rows: partitions.dates.map((day) => ({ day, value: "made" })),
            outs: rows(partitions.dates),
          }),
        }
        : {
          materialize: ({ partitions }: { partitions: { dates: string[] } }) => ({
            rows: partitions.dates.map((day) => ({ day, value: "made" })),
          }),
        },
    } as Parameters<typeof asset>[0],
  );
  return [source, reader, found];
}

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `A further output on ${name} that another function makes in a later version continues in its table`,
    ignore,
    async fn() {
      const database = await open();
      try {
        const world: World = { days: ["2024-01-01", "2024-01-02"], every: 1 };
        const opened = async <T>(assets: AnyAsset[], use: (engine: Engine) => Promise<T>): Promise<T> => {
          const clock = fixedClock("2024-02-01T00:00:00Z");
          const engine = await Engine.open({ assets, database, resources: world, clock, logger: silentLogger });
          try {
            const run = await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
            assert.equal(run.status, "succeeded");
            return await use(engine);
          } finally {
            await engine.close();
          }
        };
        const values = async (engine: Engine) =>
          (await engine.rows("found", { limit: 10 })).rows.map((row) => row.value);
        assert.deepEqual(await opened(moved("choices"), values), ["choices", "choices"]);
        world.days.push("2024-01-03");
        await opened(moved("days"), async (engine) => {
          assert.deepEqual(await values(engine), ["days", "days", "days"]);
          assert.deepEqual((await engine.states()).map(({ key, state }) => `${key} ${state}`).sort(), [
            "choices fresh",
            "days fresh",
            "found fresh",
          ]);
        });
      } finally {
        await database.close();
      }
    },
  });
}
