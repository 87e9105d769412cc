import assert from "node:assert/strict";
import { z } from "zod";
import { type AnyAsset, assetsWith, cutBy, Engine, loggerTo } from "../../engine/mod.ts";
import { fixedClock } from "../../resources/clock.ts";
import { migrate, openPostgres } from "../../resources/database/mod.ts";
import { until } from "../support/partitions.ts";
import { createTestDatabase, postgresAvailable } from "../support/database.ts";
import { gate } from "../support/tiny_engine.ts";

interface Held {
  /** Called with the key of each function that runs. */
  before(key: string): Promise<void> | void;
}

const { asset } = assetsWith<Held>();

function assets({ layer, n, partitioned = false }: { layer: "raw" | "gold"; n: z.ZodType; partitioned?: boolean }) {
  const source = asset({
    key: "source",
    group: "t",
    layer,
    description: "Changes.",
    row: z.object({ day: z.iso.date(), n }),
    primaryKey: ["day"],
    partitionedBy: { date: "day" },
    ...(partitioned && {
      partitionsDef: { wanted: () => ({ dates: ["2024-01-02", "2024-01-03"] }), chunks: cutBy({ dates: 1 }) },
    }),
    async materialize({ resources, partitions }) {
      await resources.before("source");
      return {
        rows: (partitioned ? partitions.dates : ["2024-01-02", "2024-01-03"]).map((day) => ({ day, n: 1 })) as never,
      };
    },
  });
  const reader = asset({
    key: "reader",
    group: "t",
    layer: "gold",
    description: "Does not change.",
    deps: { source },
    row: z.object({ of: z.string(), rows: z.int() }),
    primaryKey: ["of"],
    async materialize({ inputs, resources }) {
      const rows = await inputs.source.rows();
      await resources.before("reader");
      return { rows: [{ of: "source", rows: rows.length }] };
    },
  });
  const other = asset({
    key: "other",
    group: "t",
    layer: "raw",
    description: "Has nothing to do with it.",
    row: z.object({ id: z.int() }),
    primaryKey: ["id"],
    async materialize({ resources }) {
      await resources.before("other");
      return { rows: [{ id: 1 }] };
    },
  });
  return [source, reader, other];
}

/** Two processes on one database: `older` has opened, and `newer` may with other declarations. */
async function withTwo(
  test: (two: {
    open(assets: readonly AnyAsset[], held?: Partial<Held>, takesOpenRuns?: boolean): Promise<Engine>;
    logged: string[];
  }) => Promise<void>,
): Promise<void> {
  const { url, drop } = await createTestDatabase();
  const closing: (() => Promise<void>)[] = [];
  const logged: string[] = [];
  try {
    await test({
      logged,
      async open(assets, held = {}, takesOpenRuns = false) {
        const database = await openPostgres({ databaseUrl: url });
        closing.push(() => database.close());
        await migrate(database, new URL("../../sql/migrations/", import.meta.url));
        const engine = await Engine.open({
          assets,
          database,
          resources: { before() {}, ...held },
          clock: fixedClock("2024-02-01T12:00:00Z"),
          logger: loggerTo((level, message) => logged.push(`${level} ${message}`)),
          takesOpenRuns,
        });
        closing.push(() => engine.close());
        return engine;
      },
    });
  } finally {
    for (const close of closing.reverse()) await close();
    await drop();
  }
}

const make = async (engine: Engine, selection: string) =>
  await engine.finished((await engine.submit({ selection, force: true, trigger: "test" })).id);

for (const partitioned of [false, true]) {
  Deno.test({
    name: `An older process publishes neither to a table that a newer one has altered nor from one (${
      partitioned ? "by partitions" : "as a whole"
    })`,
    ignore: !postgresAvailable,
    fn: () =>
      withTwo(async ({ open }) => {
        const hold = gate();
        const begun = { source: gate(), reader: gate(), other: gate() };
        let held = false;
        const older = await open(assets({ layer: "raw", n: z.int(), partitioned }), {
          before: (key) => {
            if (!held) return;
            begun[key as "source"].open();
            return hold.opened;
          },
        });
        assert.equal((await make(older, "*")).status, "succeeded");
        held = true;
        const runs = await Promise.all(["source", "reader", "other"].map((key) => {
          const run = make(older, key);
          return begun[key as "source"].opened.then(() => ({ run }));
        }));
        const newer = await open(assets({ layer: "gold", n: z.string(), partitioned }));
        hold.open();
        const [source, reader, other] = await Promise.all(runs.map(({ run }) => run));
        assert.equal(other!.status, "succeeded");
        for (const [key, run] of [["source", source], ["reader", reader]] as const) {
          const { name, message } = run!.steps[0]!.error!;
          assert.equal(name, "TablesAlteredError", message);
          assert.match(message, new RegExp(`"${key}" cannot be published by this process: .*table of "source"`));
          assert.equal(
            (await newer.materializations(key, { limit: 9 })).length,
            partitioned && key === "source" ? 2 : 1,
          );
        }
        // Neither does a later try: it does not find the table, or finds it not to be its own.
        assert.equal((await make(older, "source")).status, "failed");
        assert.equal((await newer.states(["source"]))[0]!.state, "failed");
        assert.deepEqual((await newer.rows("source", { limit: 9 })).rows, []);
      }),
  });
}

Deno.test({
  name: "An older process does not create the table of an asset that a newer one has with other columns",
  ignore: !postgresAvailable,
  fn: () =>
    withTwo(async ({ open }) => {
      const older = await open(assets({ layer: "raw", n: z.int() }));
      const newer = await open(assets({ layer: "raw", n: z.string() }));
      const [refused] = (await make(older, "source")).steps;
      assert.equal(refused!.error!.name, "TablesAlteredError", refused!.error!.message);
      assert.equal((await make(older, "other")).status, "succeeded");
      const [failed] = (await make(newer, "source")).steps;
      assert.match(failed!.error!.message, /expected string/, "its function returns numbers");
      const again = await open(assets({ layer: "raw", n: z.int() }));
      assert.equal((await make(again, "source")).status, "succeeded");
      assert.equal((await newer.states(["other"]))[0]!.state, "fresh");
    }),
});

Deno.test({
  name: "An older process leaves runs to a newer one that has altered tables",
  ignore: !postgresAvailable,
  fn: () =>
    withTwo(async ({ open, logged }) => {
      const older = await open(assets({ layer: "raw", n: z.int() }), {}, true);
      await make(older, "*");
      const newer = await open(assets({ layer: "gold", n: z.number() }));
      await until(
        () => Promise.resolve(logged.filter((line) => /altered the tables of source since this one/.test(line))),
        (lines) => lines.length > 0,
      );
      const { id } = await older.submit({ selection: "source reader", force: true, trigger: "test" });
      await older.finished(id, AbortSignal.timeout(1_500));
      assert.equal((await older.run(id)).status, "queued");
      newer.begin(id);
      assert.equal((await newer.finished(id)).status, "succeeded");
      assert.deepEqual((await newer.states()).map(({ state }) => state), ["fresh", "fresh", "fresh"]);
    }),
});
