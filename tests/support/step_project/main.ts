/** A project whose functions compute without a pause, fail, end the thread that runs them, and say where they run. */
import { z } from "zod";
import { assetsWith, type BlockComputation, cutBy, staticPartitions } from "../../../engine/mod.ts";
import { tandem } from "../../../service/mod.ts";

const { asset } = assetsWith<undefined>();
const common = { group: "threads", layer: "gold", primaryKey: ["name"] } as const;
const row = z.object({ name: z.string(), value: z.number() });
/** As another release has it, with LATER_RELEASE set. */
const computedRow = Deno.env.get("LATER_RELEASE") ? row.extend({ unit: z.string().nullable().default(null) }) : row;

/** Computes for so many seconds without giving way to anything else. */
const computed = asset({
  ...common,
  key: "computed",
  description: "A number that takes its time.",
  row: computedRow,
  config: z.strictObject({ seconds: z.number().default(0), value: z.number().default(1) }),
  materialize({ config: { seconds, value } }) {
    const end = performance.now() + seconds * 1_000;
    while (performance.now() < end);
    return { rows: [{ name: "computed", value }] };
  },
});

/** As `computed`, within a time limit. */
const limited = asset({
  ...common,
  key: "limited",
  description: "A number that may not take long.",
  row,
  timeoutMs: 4_000,
  config: z.strictObject({ seconds: z.number().default(0) }),
  materialize({ config: { seconds } }) {
    const end = performance.now() + seconds * 1_000;
    while (performance.now() < end);
    return { rows: [{ name: "limited", value: 1 }] };
  },
});

/** Ends its thread by an error that nothing catches, the first times that it is called. */
const fragile = asset({
  ...common,
  key: "fragile",
  description: "A number of calls.",
  row,
  config: z.strictObject({ calls: z.string().default(""), times: z.number().default(0) }),
  async materialize({ config: { calls, times } }) {
    if (times === 0) return { rows: [{ name: "fragile", value: 0 }] };
    await Deno.writeTextFile(calls, "x", { append: true });
    const value = (await Deno.readTextFile(calls)).length;
    if (value <= times) {
      setTimeout(() => {
        throw new Error("Nothing catches this.");
      });
      await new Promise(() => {});
    }
    return { rows: [{ name: "fragile", value }] };
  },
});

/** Waits for so many seconds, and lets others compute. */
const patient = asset({
  ...common,
  key: "patient",
  description: "A number that is waited for.",
  row,
  config: z.strictObject({ seconds: z.number().default(0) }),
  async materialize({ config: { seconds } }) {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    return { rows: [{ name: "patient", value: seconds }] };
  },
});

const failing = asset({
  ...common,
  key: "failing",
  description: "Nothing.",
  row,
  config: z.strictObject({ fails: z.boolean().default(false) }),
  materialize({ config: { fails } }) {
    if (fails) throw new RangeError("It is out of range.");
    return { rows: [] };
  },
});

/** Reads from outside. */
const sourced = asset({
  ...common,
  key: "sourced",
  description: "The process in which it is made.",
  row,
  source: () => Promise.resolve("1"),
  materialize: () => ({ rows: [{ name: "sourced", value: Deno.pid }] }),
});

const labelled = asset({
  ...common,
  key: "labelled",
  description: "The process in which it is made, one with a label.",
  row,
  runsOn: "gpu",
  deps: { sourced },
  materialize: () => ({ rows: [{ name: "labelled", value: Deno.pid }] }),
});

/** One part each: the process in which it is made, which computes for so many seconds. */
const parted = asset({
  ...common,
  key: "parted",
  description: "Processes by part.",
  row,
  partitionedBy: { name: "name" },
  partitionsDef: { wanted: staticPartitions("a", "b", "c", "d", "e", "f"), chunks: cutBy({ names: 1 }) },
  config: z.strictObject({ seconds: z.number().default(0), fails: z.string().default("") }),
  materialize({ partitions, config: { seconds, fails } }) {
    const end = performance.now() + seconds * 1_000;
    while (performance.now() < end);
    if (partitions.names.includes(fails)) throw new RangeError(`${fails} is out of range.`);
    return { rows: partitions.names.map((name) => ({ name, value: Deno.pid })) };
  },
});

/** Each block: the process in which it is computed, for so many seconds. */
const processes: BlockComputation<{ seconds: number; fails: number }, { from: number; to: number; value: number }> = {
  name: "processes",
  compute({ seconds, fails }, { from, to }) {
    const end = performance.now() + seconds * 1_000;
    while (performance.now() < end);
    if (fails >= from && fails < to) throw new RangeError(`${fails} is out of range.`);
    return { from, to, value: Deno.pid };
  },
};

/** Two computations in blocks, one after the other. */
const divided = asset({
  ...common,
  key: "divided",
  description: "Processes by block.",
  row,
  blocks: [processes],
  config: z.strictObject({ seconds: z.number().default(0), fails: z.number().default(-1) }),
  async materialize({ config, inBlocks }) {
    const rows: z.output<typeof row>[] = [];
    for (const name of ["first", "second"]) {
      const results = await inBlocks(processes, { common: config, items: 11, blockSize: 2 });
      for (const { from, to, value } of results) {
        for (let item = from; item < to; item++) rows.push({ name: `${name} ${String(item).padStart(2, "0")}`, value });
      }
    }
    return { rows };
  },
});

Deno.exit(
  await tandem(
    { assets: [computed, limited, fragile, patient, failing, sourced, labelled, parted, divided] },
    Deno.args,
  ),
);
