import assert from "node:assert/strict";
import { z } from "zod";
import {
  type AnyAsset,
  type AssetSpec,
  assetsWith,
  cutBy,
  identity,
  InvalidRequestError,
  reads,
} from "../../engine/mod.ts";
import { databases } from "../support/database.ts";
import { ChangingAssets } from "../support/changing_assets.ts";

const { asset, assetOut } = assetsWith<unknown>();

// deno-lint-ignore no-explicit-any -- each test declares its own rows
type Spec = Partial<AssetSpec<any, any, any, any, unknown>>;

/** An asset with these rows; whatever else is declared is the test's. */
function made(key: string, row: z.ZodObject, primaryKey: string[], rows: object[], more: Spec = {}): AnyAsset {
  return asset({
    key,
    group: "t",
    layer: "raw",
    description: key,
    row,
    primaryKey,
    materialize: () => ({ rows }),
    ...more,
    // deno-lint-ignore no-explicit-any
  } as any);
}

/** How many rows an asset has, and the sum of their `n`. */
function counted(key: string, of: AnyAsset): AnyAsset {
  return asset({
    key,
    group: "t",
    layer: "gold",
    description: key,
    deps: { of },
    row: z.object({ of: z.string(), count: z.int(), sum: z.number() }),
    primaryKey: ["of"],
    async materialize({ inputs }) {
      const rows = await inputs.of.rows() as { n?: unknown }[];
      const sum = rows.reduce((sum, { n }) => sum + (typeof n === "number" ? n : 0), 0);
      return { rows: [{ of: of.key, count: rows.length, sum }] };
    },
  });
}

const named = z.object({ name: z.string(), n: z.int() });
const two = [{ name: "a", n: 1 }, { name: "b", n: 2 }];

type Body = (changing: ChangingAssets) => Promise<void>;
const tests: [title: string, body: Body][] = [];
const test = (title: string, body: Body) => tests.push([title, body]);

test("a layer that changes moves the table with all its versions, and nothing is stale", async (t) => {
  const n1 = made("moving", named, ["name"], [two[0]!]);
  await t.open(n1, counted("moving_count", n1));
  await t.make();
  const first = await t.latest("moving");
  const n2 = (layer: "raw" | "gold") => made("moving", named, ["name"], two, { codeVersion: "2", layer });
  await t.open(n2("raw"), counted("moving_count", n2("raw")));
  await t.make();
  await t.open(n2("gold"), counted("moving_count", n2("gold")));
  assert.deepEqual(await t.see("moving"), { state: "fresh", reasons: [], rows: two });
  assert.deepEqual(await t.rows("moving", first), [two[0]]);
  assert.equal((await t.see("moving_count")).state, "fresh");
  await t.make("*", { force: true });
  assert.deepEqual(await t.rows("moving_count"), [{ of: "moving", count: 2, sum: 3 }]);
  assert.equal((await t.database.sql`SELECT to_regclass('raw.moving') AS old`)[0]!.old, null);
});

test("an empty table that an engine without records left in a new layer gives way to the one with the rows", async (t) => {
  const at = (layer: "raw" | "silver") => made("twice", named, ["name"], two, { layer });
  await t.open(at("raw"));
  await t.make();
  await t.open();
  await t.database.sql`DELETE FROM engine.asset_table WHERE asset_key = 'twice'`;
  await t.database.sql`CREATE TABLE silver.twice (LIKE raw.twice)`;
  await t.open(at("silver"));
  assert.deepEqual(await t.see("twice"), { state: "fresh", reasons: [], rows: two });
});

test("a table that lacks its rows is missing, not fresh, for any cause", async (t) => {
  const at = (layer: "raw" | "silver") => made("emptied", named, ["name"], two, { layer });
  const all = () => [at("raw"), counted("emptied_count", at("raw"))];
  for (
    const [what, statement] of [
      ["dropped", "DROP TABLE raw.emptied"],
      ["truncated", "TRUNCATE raw.emptied"],
      ["moved away", "ALTER TABLE raw.emptied SET SCHEMA public; ALTER TABLE public.emptied RENAME TO emptied_once"],
      ["given other columns", "ALTER TABLE raw.emptied DROP COLUMN n"],
      ["given another type", "ALTER TABLE raw.emptied ALTER COLUMN n TYPE double precision"],
      ["given another key", "ALTER TABLE raw.emptied RENAME COLUMN name TO title"],
      ["robbed of its versions", "ALTER TABLE raw.emptied DROP COLUMN _from"],
    ] as const
  ) {
    await t.open(...all());
    await t.make();
    await t.open();
    await t.database.sql.unsafe(statement).simple();
    await t.open(...all());
    assert.deepEqual(await t.see("emptied"), { state: "missing", reasons: ["table_replaced"], rows: [] }, what);
    assert.deepEqual(await t.see("emptied_count"), {
      state: "stale",
      reasons: ["upstream_stale"],
      rows: [{ of: "emptied", count: 2, sum: 3 }],
    }, what);
    await assert.rejects(t.run("emptied_count", { force: true }), /"emptied_count" cannot be materialized/, what);
    await t.make();
    assert.deepEqual(await t.see("emptied"), { state: "fresh", reasons: [], rows: two }, what);
  }
});

test("a unique index with a quote in its name is dropped with the key that it enforces", async (t) => {
  const keyed = (key: string[]) => made("indexed", z.object({ name: z.string(), n: z.int() }), key, two);
  await t.open(keyed(["name"]));
  await t.make();
  await t.database.sql.unsafe(`CREATE UNIQUE INDEX "old""_current_key" ON raw.indexed (name) WHERE _until IS NULL`);
  await t.open(keyed(["name", "n"]));
  const names =
    (await t.database.sql<{ indexname: string }[]>`SELECT indexname FROM pg_indexes WHERE tablename = 'indexed'`)
      .map((row) => row.indexname);
  assert.ok(!names.includes('old"_current_key'), names.join());
});

test("a dropped index is restored, and a view on a changed table does not prevent the start", async (t) => {
  const typed = (n: z.ZodType) => made("viewed", z.object({ name: z.string(), n }), ["name"], two);
  await t.open(typed(z.int()));
  await t.make();
  const indexes = async () =>
    (await t.database.sql<{ indexname: string }[]>`SELECT indexname FROM pg_indexes WHERE tablename = 'viewed'`)
      .map((row) => row.indexname);
  const before = await indexes();
  await t.database.sql.unsafe(`DROP INDEX raw."${before[0]}"`);
  await t.open(typed(z.int()));
  assert.deepEqual(await indexes(), before);
  assert.equal((await t.see("viewed")).state, "fresh");
  await t.database.sql`CREATE VIEW public.of_viewed AS SELECT n FROM raw.viewed`;
  await t.open(typed(z.number()));
  assert.deepEqual((await t.see("viewed")).reasons, ["table_replaced"]);
  await t.make();
  assert.deepEqual(await t.see("viewed"), { state: "fresh", reasons: [], rows: two });
});

test("a type that keeps every value is converted where it is, and the versions stay", async (t) => {
  const typed = (n: z.ZodType) => made("widened", z.object({ name: z.string(), n }), ["name"], two);
  await t.open(typed(z.int()), made("bystander", named, ["name"], two));
  await t.make();
  const first = await t.latest("widened");
  await t.open(typed(z.number()), made("bystander", named, ["name"], two));
  assert.deepEqual(await t.see("widened"), { state: "stale", reasons: ["code_changed"], rows: two });
  assert.equal((await t.see("bystander")).state, "fresh");
  assert.deepEqual(Object.keys((await t.run()).steps.map((s) => s.key)), ["0"]);
  assert.deepEqual(await t.rows("widened", first), two);
  // Back again: the values are whole numbers.
  await t.open(typed(z.int()));
  assert.deepEqual((await t.see("widened")).reasons, ["code_changed"]);
  assert.deepEqual(await t.rows("widened", first), two);
});

test("a type that does not keep the values makes the asset again; its versions are refused in words", async (t) => {
  const half = [{ name: "a", n: 0.5 }];
  const typed = (n: z.ZodType, rows: object[]) => made("retyped", z.object({ name: z.string(), n }), ["name"], rows);
  const number = typed(z.number(), half);
  await t.open(number, counted("retyped_count", number), made("bystander", named, ["name"], two));
  await t.make();
  const [old, at] = [await t.latest("retyped"), "2100-01-01"];
  const text = typed(z.string(), [{ name: "a", n: "half" }]);
  const assets = [text, counted("retyped_count", text), made("bystander", named, ["name"], two)];
  await t.open(...assets);
  assert.deepEqual(await t.see("retyped"), { state: "missing", reasons: ["table_replaced"], rows: [] });
  assert.equal((await t.see("bystander")).state, "fresh");
  const [state] = await t.engine.states(["retyped"]);
  assert.match(state!.reasons[0]!.message, /its column "n" was double precision and is text now/);
  const [reader] = await t.engine.states(["retyped_count"]);
  assert.match(reader!.reasons[0]!.message, /^the table of upstream retyped was replaced, because its column "n" was/);
  assert.match(t.logged.join("\n"), /warn A table of "retyped" was retired, because its column "n" was/);
  for (const asOf of [old, at]) {
    await assert.rejects(
      t.engine.rows("retyped", { limit: 1, asOf }),
      (error) =>
        error instanceof InvalidRequestError &&
        new RegExp(`rows of materialization ${old} of "retyped" cannot be read: .*column "n".*retired\\."retyped_`)
          .test(
            error.message,
          ),
    );
  }
  const retired = /retired\."(\w+)"/.exec(t.logged.join())![1]!;
  assert.deepEqual([...await t.database.sql.unsafe(`SELECT name, n FROM retired."${retired}"`)], half);
  await t.make();
  assert.deepEqual(await t.see("retyped"), { state: "fresh", reasons: [], rows: [{ name: "a", n: "half" }] });
  assert.equal((await t.see("retyped_count")).state, "fresh");
  await t.open(...assets);
  assert.equal((await t.see("retyped")).state, "fresh");
  assert.ok(!t.logged.some((line) => line.startsWith("warn")), t.logged.join("\n"));
});

test("number to integer is refused only where a value has a fraction", async (t) => {
  const typed = (n: z.ZodType) => made("halves", z.object({ name: z.string(), n }), ["name"], [{ name: "a", n: 0.5 }]);
  await t.open(typed(z.number()));
  await t.make();
  await t.open(typed(z.int()));
  assert.deepEqual((await t.see("halves")).reasons, ["table_replaced"]);
  // What the function returns does not fit any more either: it fails by name, and nothing counts as fresh.
  assert.equal((await t.run()).status, "failed");
  assert.deepEqual(await t.see("halves"), { state: "failed", reasons: ["table_replaced"], rows: [] });
});

test("a date becomes text, columns come and go, and a key grows, all without losing a version", async (t) => {
  const dated = [{ day: "2024-01-02", n: 1 }, { day: "2024-01-03", n: 2 }];
  await t.open(made("growing", z.object({ day: z.iso.date(), n: z.int() }), ["day"], dated));
  await t.make();
  const first = await t.latest("growing");
  await t.open(made("growing", z.object({ day: z.string(), n: z.int() }), ["day"], dated));
  await t.make();
  assert.deepEqual(await t.rows("growing", first), dated);
  await t.open(made("growing", z.object({ day: z.string(), n: z.int() }), ["day", "n"], dated));
  assert.deepEqual(await t.see("growing"), { state: "stale", reasons: ["code_changed"], rows: dated });
  await t.make();
  const more = z.object({ day: z.string(), n: z.int(), note: z.string().nullable() });
  const noted = dated.map((row) => ({ ...row, note: "new" }));
  await t.open(made("growing", more, ["day", "n"], noted));
  assert.deepEqual((await t.see("growing")).reasons, ["code_changed"]);
  await t.make();
  assert.deepEqual(await t.rows("growing"), noted);
  assert.deepEqual(await t.rows("growing", first), dated.map((row) => ({ ...row, note: null })));
  await t.open(made("growing", z.object({ day: z.string(), n: z.int() }), ["day", "n"], dated));
  await t.make();
  assert.deepEqual(await t.see("growing"), { state: "fresh", reasons: [], rows: dated });
});

test("rows that were made before a column was demanded are not read by a function that relies on it", async (t) => {
  const before = made("demanding", named, ["name"], two);
  await t.open(before, counted("demanding_count", before));
  await t.make();
  const row = named.extend({ weight: z.number() });
  const now = made("demanding", row, ["name"], two.map((one) => ({ ...one, weight: 2 })));
  await t.open(now, counted("demanding_count", now));
  assert.equal((await t.see("demanding")).state, "stale");
  const run = await t.run("demanding_count", { force: true });
  assert.equal(run.steps[0]!.error!.name, "OutdatedRowsError");
  assert.match(run.steps[0]!.error!.message, /some of its rows have no "weight".* Materialize "demanding" first/);
  await t.make();
  assert.equal((await t.see("demanding_count")).state, "fresh");
});

test("a key that loses a column, or has it renamed, makes the asset again", async (t) => {
  const pair = z.object({ name: z.string(), n: z.int() });
  await t.open(made("rekeyed", pair, ["name", "n"], [{ name: "a", n: 1 }, { name: "a", n: 2 }]));
  await t.make();
  await t.open(made("rekeyed", pair, ["name"], [{ name: "a", n: 3 }]));
  assert.deepEqual(await t.see("rekeyed"), { state: "missing", reasons: ["table_replaced"], rows: [] });
  await t.make();
  assert.deepEqual((await t.see("rekeyed")).rows, [{ name: "a", n: 3 }]);
  const renamed = z.object({ title: z.string(), n: z.int() });
  await t.open(made("rekeyed", renamed, ["title"], [{ title: "a", n: 3 }]));
  assert.deepEqual((await t.see("rekeyed")).reasons, ["table_replaced"]);
  await t.make();
  assert.deepEqual(await t.see("rekeyed"), { state: "fresh", reasons: [], rows: [{ title: "a", n: 3 }] });
  // A column that some rows lack cannot be part of a key.
  await t.open(
    made("lacking", z.object({ name: z.string(), m: z.int().nullable() }), ["name"], [{ name: "a", m: null }]),
  );
  await t.make();
  await t.open(made("lacking", z.object({ name: z.string(), m: z.int() }), ["name", "m"], [{ name: "a", m: 1 }]));
  assert.deepEqual((await t.see("lacking")).reasons, ["table_replaced"]);
  await t.make();
  assert.deepEqual((await t.see("lacking")).rows, [{ name: "a", m: 1 }]);
});

test("an asset with a new key is a new asset; the table of the old one stays, and is logged", async (t) => {
  await t.open(made("old_name", named, ["name"], two));
  await t.make();
  await t.open(made("new_name", named, ["name"], two));
  assert.deepEqual((await t.see("new_name")).reasons, ["never_materialized"]);
  assert.match(
    t.logged.join("\n"),
    /info These tables have no declared asset and are left unchanged: .*raw\.old_name/,
  );
  await t.make();
  await t.open(made("old_name", named, ["name"], two));
  assert.deepEqual(await t.see("old_name"), { state: "fresh", reasons: [], rows: two });
});

test("two assets that exchange their names are made again", async (t) => {
  const flag = z.object({ name: z.string(), n: z.boolean() });
  const flags = [{ name: "a", n: true }];
  await t.open(made("left", named, ["name"], two), made("right", flag, ["name"], flags));
  await t.make();
  await t.open(made("right", named, ["name"], two), made("left", flag, ["name"], flags));
  assert.deepEqual((await t.engine.states()).map(({ key, state }) => [key, state]), [["right", "missing"], [
    "left",
    "missing",
  ]]);
  await t.make();
  assert.deepEqual([await t.rows("left"), await t.rows("right")], [flags, two]);
});

// ---- who makes it, and by what ---------------------------------------------------------------------------------------

const partitionRow = z.object({ name: z.string(), day: z.iso.date(), n: z.int() });
const sideRow = z.object({ name: z.string(), day: z.iso.date(), by: z.string() });
const days = ["2024-01-02", "2024-01-03", "2024-01-04"];

interface MakerOptions {
  partitioned: boolean;
  names?: string[];
  side?: AnyAsset | null;
  /** Fails the partitions of this day. */
  failing?: string;
}

/** Makes `n` = place of the day, in each partition, and rows of `side` that say who made them. */
function maker(key: string, { partitioned, names = ["x", "y"], side = null, failing }: MakerOptions): AnyAsset {
  const rowsFor = (partitions: Iterable<readonly [string, string]>) =>
    [...partitions].map(([name, day]) => {
      if (day === failing) throw new Error(`${day} is not to be had`);
      return { name, day, n: days.indexOf(day) };
    });
  return asset({
    key,
    group: "t",
    layer: "raw",
    description: key,
    row: partitionRow,
    primaryKey: ["name", "day"],
    partitionedBy: { name: "name", date: "day" },
    outs: (side ? { side } : {}) as Record<string, AnyAsset>,
    ...(partitioned && {
      partitionsDef: { wanted: () => ({ names, dates: days }), chunks: cutBy({ dates: 1 }) },
    }),
    materialize({ partitions }) {
      const rows = rowsFor(
        partitioned ? partitions.partitions() : names.flatMap((name) => days.map((day) => [name, day] as const)),
      );
      const sides = rows.map(({ name, day }) => ({ name, day, by: key }));
      return { rows, outs: (side ? { side: { rows: sides } } : {}) as never };
    },
  });
}

/** A further output, and an asset that reads it partition by partition. */
function sideOf(key: string) {
  const side = assetOut({
    key,
    group: "t",
    layer: "silver",
    description: "What is found on the way.",
    row: sideRow,
    primaryKey: ["name", "day"],
    partitionedBy: { name: "name", date: "day" },
  });
  const copy = asset({
    key: `${key}_copy`,
    group: "t",
    layer: "gold",
    description: "The same.",
    deps: { side: reads(side, identity) },
    row: sideRow,
    primaryKey: ["name", "day"],
    partitionedBy: { name: "name", date: "day" },
    partitionsDef: {
      wanted: ({ upstream }) => ({ names: upstream.side.space.names, dates: upstream.side.space.dates }),
    },
    materialize: async ({ inputs }) => ({ rows: await inputs.side.rows() }),
  });
  return { side, copy };
}

const sidesOf = (by: string, names = ["x", "y"]) => names.flatMap((name) => days.map((day) => ({ name, day, by })));

for (const [from, to] of [[true, true], [false, false], [true, false], [false, true]] as const) {
  const how = (partitioned: boolean) => partitioned ? "by partitions" : "as a whole";
  test(`a further output moves from one that is made ${how(from)} to one that is made ${how(to)}, and back`, async (t) => {
    const key = `side_${from ? "p" : "w"}${to ? "p" : "w"}`;
    const [one, other] = [`${key}_one`, `${key}_other`];
    const { side, copy } = sideOf(key);
    const p1 = (mine: boolean) => maker(one, { partitioned: from, names: ["x", "y", "z"], side: mine ? side : null });
    const p2 = (mine: boolean) => maker(other, { partitioned: to, side: mine ? side : null });
    await t.open(p1(true), p2(false), side, copy);
    await t.make();
    assert.deepEqual(await t.rows(copy.key), sidesOf(one, ["x", "y", "z"]));
    await t.open(p1(false), p2(true), side, copy);
    const [state] = await t.engine.states([key]);
    assert.equal(state!.state, "stale");
    assert.ok(
      state!.reasons.some(({ message }) => message.endsWith(`it was made by ${one}, and ${other} makes it now`)),
      JSON.stringify(state!.reasons),
    );
    // The one that it moved to is made, the other is not: its own record then says nothing of the further output.
    await t.make(`${other} ${copy.key}`);
    assert.deepEqual([await t.rows(key), await t.rows(copy.key)], [sidesOf(other), sidesOf(other)]);
    const states = await t.engine.states([other, key, copy.key]);
    assert.deepEqual(states.map(({ state, reasons }) => [state, reasons]), states.map(() => ["fresh", []]));
    await t.open(p1(true), p2(false), side, copy);
    assert.equal((await t.see(key)).state, "stale");
    await t.make();
    assert.deepEqual(await t.rows(key), sidesOf(one, ["x", "y", "z"]));
    assert.deepEqual(await t.rows(copy.key), sidesOf(one, ["x", "y", "z"]));
    assert.deepEqual((await t.engine.states()).map(({ state }) => state), ["fresh", "fresh", "fresh", "fresh"]);
  });
}

test("a further output that moves keeps its rows in partitions whose turn has not come", async (t) => {
  const { side } = sideOf("side_kept");
  const to = (failing?: string) => maker("side_to", { partitioned: true, side, failing });
  await t.open(maker("side_from", { partitioned: true, side }), maker("side_to", { partitioned: true }), side);
  await t.make();
  await t.open(maker("side_from", { partitioned: true }), to(days[1]), side);
  assert.equal((await t.run("side_to")).status, "failed");
  const mixed = sidesOf("side_to").map((row) => row.day === days[1] ? { ...row, by: "side_from" } : row);
  assert.deepEqual(await t.rows("side_kept"), mixed);
  assert.equal((await t.see("side_kept")).state, "failed");
  await t.open(maker("side_from", { partitioned: true }), to(), side);
  assert.equal((await t.engine.states(["side_kept"]))[0]!.partitions!.stale, 2);
  await t.make("side_to");
  assert.deepEqual(await t.see("side_kept"), { state: "fresh", reasons: [], rows: sidesOf("side_to") });
});

test("an asset goes from partitions to a whole and back, and is made again each time", async (t) => {
  const rows = (names = ["x", "y"]) => names.flatMap((name) => days.map((day, n) => ({ name, day, n })));
  await t.open(maker("divided", { partitioned: true }));
  await t.make();
  await t.open(maker("divided", { partitioned: false, names: ["x"] }));
  assert.deepEqual(await t.see("divided"), { state: "stale", reasons: ["definition_changed"], rows: rows() });
  await t.make();
  assert.deepEqual(await t.see("divided"), { state: "fresh", reasons: [], rows: rows(["x"]) });
  await t.open(maker("divided", { partitioned: true }));
  assert.deepEqual((await t.see("divided")).reasons, ["partitions_missing"]);
  await t.make();
  assert.deepEqual(await t.see("divided"), { state: "fresh", reasons: [], rows: rows() });
});

test("partitions lost with their table are made again, including unexpected ones", async (t) => {
  const latest = (n: z.ZodType, value: (day: string) => unknown, failing?: string) =>
    asset({
      key: "history",
      group: "t",
      layer: "raw",
      description: "Made only for the newest day, unless requested.",
      row: z.object({ day: z.iso.date(), n }),
      primaryKey: ["day"],
      partitionedBy: { date: "day" },
      partitionsDef: { wanted: () => ({ dates: days }), missing: "latest", gone: "keep", chunks: cutBy({ dates: 1 }) },
      materialize: ({ partitions }) => ({
        rows: partitions.dates.map((day) => {
          if (day === failing) throw new Error(`${day} is not to be had`);
          return { day, n: value(day) };
        }) as never,
      }),
    });
  const reader = (of: AnyAsset) =>
    asset({
      key: "reader",
      group: "t",
      layer: "gold",
      description: "The same.",
      deps: { of: reads(of, identity) },
      row: z.object({ day: z.iso.date(), n: z.string() }),
      primaryKey: ["day"],
      partitionedBy: { date: "day" },
      partitionsDef: { wanted: ({ upstream }) => ({ dates: upstream.of.space.dates }) },
      materialize: async ({ inputs }) => ({
        rows: (await inputs.of.rows() as { day: string; n: unknown }[]).map(({ day, n }) => ({ day, n: `${n}` })),
      }),
    });
  const number = latest(z.number(), (day) => days.indexOf(day) + 0.5);
  await t.open(number, reader(number));
  await t.make();
  assert.equal((await t.rows("history")).length, 1);
  await t.make("history", { range: { from: days[1] } });
  await t.make();
  assert.deepEqual(await t.rows("reader"), [{ day: days[1], n: "1.5" }, { day: days[2], n: "2.5" }]);
  const text = (failing?: string) => latest(z.string(), (day) => day, failing);
  await t.open(text(days[1]), reader(text()));
  const { partitions, reasons } = (await t.engine.states(["history"]))[0]!;
  assert.deepEqual([partitions!.made, partitions!.expected, reasons.map(({ kind }) => kind)], [0, 2, [
    "table_replaced",
  ]]);
  // One of them fails: what reads it waits, and keeps what it has.
  assert.equal((await t.run()).status, "failed");
  assert.deepEqual(await t.rows("history"), [{ day: days[2], n: days[2] }]);
  assert.deepEqual(await t.rows("reader"), [{ day: days[1], n: "1.5" }, { day: days[2], n: days[2] }]);
  assert.equal((await t.see("history")).state, "failed");
  await t.open(text(), reader(text()));
  assert.deepEqual((await t.see("history")).reasons, ["table_replaced"]);
  await t.make();
  assert.deepEqual(await t.rows("reader"), [{ day: days[1], n: days[1] }, { day: days[2], n: days[2] }]);
  assert.equal((await t.see("history")).state, "fresh");
});

test("partitions by other columns make the asset again, and downstream partitions stay right", async (t) => {
  const by = (partitionedBy: { name?: string; date?: string }, partitioned: boolean) =>
    made("recut", partitionRow, ["name", "day"], [], {
      partitionedBy,
      ...(partitioned && {
        partitionsDef: {
          wanted: () => ({ ...(partitionedBy.name && { names: ["x"] }), ...(partitionedBy.date && { dates: days }) }),
        },
      }),
      materialize: () => ({ rows: days.map((day, n) => ({ name: "x", day, n })) }) as never,
    });
  const all = days.map((day, n) => ({ name: "x", day, n }));
  await t.open(by({ name: "name", date: "day" }, true));
  await t.make();
  await t.open(by({ date: "day" }, true));
  assert.deepEqual((await t.see("recut")).reasons, ["table_replaced"]);
  await t.make();
  assert.deepEqual(await t.see("recut"), { state: "fresh", reasons: [], rows: all });
  await t.open(by({ name: "name" }, false));
  assert.deepEqual((await t.see("recut")).reasons, ["definition_changed"]);
  await t.make();
  // Tracked by other columns: what reads it knows the new coordinates at once.
  const read = asset({
    key: "recut_days",
    group: "t",
    layer: "gold",
    description: "A row a day.",
    deps: { of: reads(by({ date: "day" }, false), identity) },
    row: z.object({ day: z.iso.date() }),
    primaryKey: ["day"],
    partitionedBy: { date: "day" },
    partitionsDef: { wanted: ({ upstream }) => ({ dates: upstream.of.space.dates }) },
    materialize: ({ partitions }) => ({ rows: partitions.dates.map((day) => ({ day })) }),
  });
  await t.open(by({ date: "day" }, false), read);
  assert.deepEqual(await t.see("recut"), { state: "fresh", reasons: [], rows: all });
  await t.make("recut_days");
  assert.deepEqual(await t.rows("recut_days"), days.map((day) => ({ day })));
});

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `Engine.open() on ${name}, with assets that have changed:`,
    ignore,
    async fn(t) {
      const database = await open();
      try {
        for (const [title, body] of tests) {
          await t.step(title, async () => {
            const changing = await ChangingAssets.on(database);
            try {
              await body(changing);
            } finally {
              await changing.close();
            }
          });
        }
      } finally {
        await database.close();
      }
    },
  });
}
