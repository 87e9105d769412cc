import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import {
  type AnyAsset,
  assetsWith,
  cutBy,
  everything,
  identity,
  InvalidRequestError,
  type PartitionSet,
  reads,
} from "../../engine/mod.ts";
import { ChangingAssets } from "../support/changing_assets.ts";
import { databases } from "../support/database.ts";

/** How many histories are tried on each database, and from which seed. */
const runs = Number(Deno.env.get("ASSET_CHANGES_RUNS") ?? 8);
const seed = Number(Deno.env.get("ASSET_CHANGES_SEED") ?? 20240102);

const days = ["2024-01-02", "2024-01-03", "2024-01-04"];

/** The declarations of `base`, `other`, `side`, `copy` and `reader`. */
interface Declared {
  layer: "raw" | "silver" | "gold";
  type: "int" | "whole" | "half" | "text" | "flag";
  /** What the name's column is called. */
  title: "name" | "title";
  key: "name" | "name,day" | "day,name";
  partitions: "" | "name" | "date" | "name,date";
  partitioned: { base: boolean; other: boolean };
  names: readonly string[];
  /** Which of the two makes `side`. */
  sideBy: "base" | "other";
  code: number;
}

/** What happens between two openings. */
type Happening =
  | { kind: "run"; selection: "*" | "base" | "other" | "copy" | "base+"; failing: string | null }
  | { kind: "sql"; what: "drop" | "truncate" | "index" | "column" }
  | { kind: "nothing" };

const declared: fc.Arbitrary<Declared> = fc.record({
  layer: fc.constantFrom("raw", "silver", "gold"),
  type: fc.constantFrom("int", "whole", "half", "text", "flag"),
  title: fc.constantFrom("name", "name", "title"),
  key: fc.constantFrom("name", "name,day", "day,name"),
  partitions: fc.constantFrom("", "name", "date", "name,date"),
  partitioned: fc.record({ base: fc.boolean(), other: fc.boolean() }),
  names: fc.constantFrom(["x", "y"], ["x", "y", "z"], ["y"]),
  sideBy: fc.constantFrom("base", "other"),
  code: fc.nat(2),
});

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("run" as const),
      selection: fc.constantFrom("*", "*", "base", "other", "copy", "base+"),
      failing: fc.constantFrom(null, null, ...days),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("sql" as const),
      what: fc.constantFrom("drop", "truncate", "index", "column"),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "nothing" as const }) },
);

interface Step {
  changes: (keyof Declared)[];
  to: Declared;
  then: Happening;
}

/** A history: in each step some parts of the declaration change, and then something happens. */
const history: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    changes: fc.subarray(
      ["layer", "type", "title", "key", "partitions", "partitioned", "names", "sideBy", "code"] as const,
      { minLength: 1, maxLength: 3 },
    ),
    to: declared,
    then: happening,
  }),
  { minLength: 4, maxLength: 8 },
);

type Row = Record<string, unknown>;

/** The rows of `base` and `other`, from scratch. */
function rowsOf({ type, title, key, names, code }: Declared, plus: number): Row[] {
  return names.flatMap((name) =>
    (key === "name" ? days.slice(-1) : days).map((day) => {
      const i = 100 * code + plus + 10 * ["x", "y", "z"].indexOf(name) + days.indexOf(day);
      const n = { int: i, whole: i, half: i + 0.5, text: `v${i}`, flag: i % 2 === 0 }[type];
      return { [title]: name, day, n };
    })
  );
}

const sideRows = (d: Declared): Row[] =>
  rowsOf(d, d.sideBy === "base" ? 0 : 50).map((row) => ({ ...row, n: d.sideBy }));

/** Rows in one order and as text, so that those of different declarations can be compared. */
function told(rows: readonly Row[]): string[] {
  return rows.map((row) => Object.keys(row).sort().map((column) => `${column} ${row[column]}`).join(", ")).sort();
}

interface World {
  failing: string | null;
}

/** The assets of a declaration, as a file each would declare them. */
function assetsOf(prefix: string, d: Declared, world: World): AnyAsset[] {
  const { asset, assetOut } = assetsWith<unknown>();
  const names = { name: d.title, date: "day" } as const;
  const dimensions = d.partitions === "" || (d.key === "name" && d.partitions.includes("date"))
    ? []
    : d.partitions.split(",") as ("name" | "date")[];
  const partitionedBy = dimensions.length === 0
    ? undefined
    : Object.fromEntries(dimensions.map((dimension) => [dimension, names[dimension]]));
  const shape = {
    group: "t",
    primaryKey: d.key.split(",").map((column) => column === "name" ? d.title : column),
    ...(partitionedBy && { partitionedBy }),
  };
  const n = { int: z.int(), whole: z.number(), half: z.number(), text: z.string(), flag: z.boolean() }[d.type];
  const row = (value: z.ZodType) => z.object({ [d.title]: z.string(), day: z.iso.date(), n: value });
  const wanted = {
    ...(dimensions.includes("name") && { names: d.names }),
    ...(dimensions.includes("date") && { dates: days }),
  };
  const isIn = (asked: PartitionSet, one: Row) =>
    asked.has(
      dimensions.includes("name") ? one[d.title] as string : "",
      dimensions.includes("date") ? one.day as string : "",
    );
  // deno-lint-ignore no-explicit-any -- the shapes are drawn at random
  const declare = (spec: any): AnyAsset => asset({ ...shape, ...spec });
  const side = assetOut({
    ...shape,
    key: `${prefix}_side`,
    layer: "silver",
    description: "Found on the way.",
    row: row(z.string()),
    // deno-lint-ignore no-explicit-any
  } as any) as AnyAsset;
  const maker = (which: "base" | "other", layer: string, plus: number) => {
    const partitioned = d.partitioned[which] && partitionedBy !== undefined;
    const mine = d.sideBy === which;
    return declare({
      key: `${prefix}_${which}`,
      layer,
      description: "Comes from outside.",
      row: row(n),
      codeVersion: `${d.code} ${d.type}`,
      source: () => Promise.resolve(d.names.join()),
      outs: mine ? { side } : {},
      ...(partitioned && {
        partitionsDef: { wanted: () => wanted, ...(dimensions.includes("date") && { chunks: cutBy({ dates: 1 }) }) },
      }),
      materialize({ partitions: asked }: { partitions: PartitionSet }) {
        const within = (rows: Row[]) => partitioned ? rows.filter((one) => isIn(asked, one)) : rows;
        const rows = within(rowsOf(d, plus));
        if (rows.some((one) => one.day === world.failing)) throw new Error(`${world.failing} is not to be had`);
        return { rows, ...(mine && { outs: { side: { rows: within(sideRows(d)) } } }) };
      },
    });
  };
  const base = maker("base", d.layer, 0);
  const other = maker("other", "raw", 50);
  const copy = declare({
    key: `${prefix}_copy`,
    layer: "gold",
    description: "The same as base, partition by partition where it has any.",
    codeVersion: d.type,
    deps: { base: reads(base, partitionedBy ? identity : everything) },
    row: row(n),
    ...(partitionedBy && {
      partitionsDef: {
        // deno-lint-ignore no-explicit-any
        wanted: ({ upstream: { base: { space } } }: any) => ({
          ...(dimensions.includes("name") && { names: space.names }),
          ...(dimensions.includes("date") && { dates: space.dates }),
        }),
      },
    }),
    // deno-lint-ignore no-explicit-any
    materialize: async ({ inputs }: any) => ({ rows: await inputs.base.rows() }),
  });
  const reader = asset({
    key: `${prefix}_reader`,
    group: "t",
    layer: "gold",
    description: "What base and side have.",
    deps: { base, side },
    row: z.object({ of: z.string(), rows: z.string() }),
    primaryKey: ["of"],
    async materialize({ inputs }) {
      const [of, found] = [await inputs.base.rows() as Row[], await inputs.side.rows() as Row[]];
      return { rows: [{ of: "base", rows: told(of).join("; ") }, { of: "side", rows: told(found).join("; ") }] };
    },
  });
  return [base, other, side, copy, reader];
}

/** What each asset holds, from scratch. */
function scratch(d: Declared): Record<string, string[]> {
  const [base, side] = [rowsOf(d, 0), sideRows(d)];
  return {
    base: told(base),
    other: told(rowsOf(d, 50)),
    side: told(side),
    copy: told(base),
    reader: told([{ of: "base", rows: told(base).join("; ") }, { of: "side", rows: told(side).join("; ") }]),
  };
}

const byHand: Record<string, (table: string) => string> = {
  drop: (table) => `DROP TABLE ${table}`,
  truncate: (table) => `TRUNCATE ${table}`,
  column: (table) => `ALTER TABLE ${table} DROP COLUMN n`,
  index: (table) =>
    `DO $$ DECLARE i text; BEGIN
       FOR i IN SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = '${table}'::regclass LOOP
         EXECUTE 'DROP INDEX ' || i;
       END LOOP; END $$`,
};

async function live(t: ChangingAssets, prefix: string, steps: readonly Step[]): Promise<void> {
  const world: World = { failing: null };
  let now: Declared = steps[0]!.to;
  /** What was read of each version while it was the latest. */
  const past: { key: string; id: number; rows: string[] }[] = [];

  async function look(after: string): Promise<void> {
    const expected = scratch(now);
    for (const { key, state, lastMaterialization } of await t.engine.states()) {
      const rows = told(await t.rows(key));
      const name = key.slice(prefix.length + 1);
      // An asset that counts as fresh holds what it would hold if it were made now.
      if (state === "fresh") assert.deepEqual(rows, expected[name], `${name} ${after}`);
      if (state === "missing") assert.deepEqual(rows, [], `${name} ${after}`);
      const id = lastMaterialization?.id;
      if (id !== undefined && state !== "missing" && !past.some((one) => one.id === id && one.key === key)) {
        past.push({ key, id, rows });
      }
    }
    for (const { key, id, rows } of past) {
      // A version says what it said, or is refused.
      const then = await t.rows(key, id).catch((error) => {
        assert.ok(error instanceof InvalidRequestError, `${key} ${id} ${after}: ${error}`);
        return null;
      });
      if (then) assert.deepEqual(told(then).map(values), rows.map(values), `${key} as of ${id} ${after}`);
    }
  }

  const done: string[] = [JSON.stringify(now)];
  // Something has to be there that can change.
  await t.open(...assetsOf(prefix, now, world));
  await t.make();
  for (const { changes, to, then } of steps) {
    now = { ...now, ...Object.fromEntries(changes.map((change) => [change, to[change]])) };
    done.push(`${JSON.stringify(now)} ${JSON.stringify(then)}`);
    const after = `after\n${done.join("\n")}\n${t.logged.join("\n")}`;
    await t.open(...assetsOf(prefix, now, world));
    await look(`once opened ${after}`);
    if (then.kind === "sql") {
      const table = `"${now.layer}"."${prefix}_base"`;
      await t.open();
      await t.database.sql.unsafe(byHand[then.what]!(table)).simple();
      await t.open(...assetsOf(prefix, now, world));
      await look(`altered by hand ${after}`);
    }
    if (then.kind === "run") {
      world.failing = then.failing;
      const selection = then.selection.replace(/^\w+/, `${prefix}_$&`);
      // What is selected alone may lack something upstream, which is refused.
      await t.run(selection).catch((error) => assert.equal(error.name, "UnmetUpstreamError", `${error} ${after}`));
      world.failing = null;
      await look(`run ${after}`);
    }
  }
  await t.make();
  await look(`at the end ${done.join("\n")}`);
  assert.deepEqual((await t.engine.states()).map(({ state }) => state), Array(5).fill("fresh"), done.join("\n"));
}

/** Values without their columns, which another declaration may call otherwise. */
function values(row: string): string {
  return row.split(", ").map((part) => part.slice(part.indexOf(" ") + 1)).sort().join();
}

for (const { name, ignore, open } of databases) {
  Deno.test({
    name:
      `Engine.open() on ${name}: after any change of assets nothing is fresh that a computation from scratch would not give`,
    ignore,
    async fn() {
      const database = await open();
      let histories = 0;
      try {
        await fc.assert(
          fc.asyncProperty(history, async (steps) => {
            const t = await ChangingAssets.on(database);
            try {
              await live(t, `h${++histories}`, steps);
            } finally {
              await t.close();
            }
          }),
          { numRuns: runs, seed, endOnFailure: true },
        );
      } finally {
        await database.close();
      }
    },
  });
}
