import { z } from "zod";
import { assetsWith, Engine, type EngineOptions, notEmpty, silentLogger, table } from "../../engine/mod.ts";
import { fixedClock } from "../../resources/clock.ts";
import type { Database } from "../../resources/database/database.ts";
import { openSharedEmbedded } from "./shared_embedded.ts";

/** What the tiny assets read from outside: tests change it to make them stale, slow or broken. */
export interface TinyWorld {
  /** The rows of `numbers`; changing them makes it stale. */
  numbers: { name: string; value: number | null }[];
  /** Called when a function starts, with its asset's key: throw to fail it, wait to hold it. */
  before(key: string, signal: AbortSignal): Promise<void> | void;
  /** Keys in the order in which functions started. */
  readonly started: string[];
}

const { asset, assetOut } = assetsWith<TinyWorld>();

async function begin(key: string, { resources, signal }: { resources: TinyWorld; signal: AbortSignal }): Promise<void> {
  resources.started.push(key);
  await resources.before(key, signal);
}

/** Reads the world. */
export const numbers = asset({
  key: "numbers",
  group: "sources",
  layer: "raw",
  description: "Numbers with their names.",
  row: z.object({ name: z.string().describe("What it is called."), value: z.number().nullable() }),
  primaryKey: ["name"],
  checks: [notEmpty()],
  source: ({ resources }) => Promise.resolve(JSON.stringify(resources.numbers)),
  async materialize(context) {
    await begin("numbers", context);
    return { rows: context.resources.numbers, metadata: { rows: context.resources.numbers.length } };
  },
});

/** Found while `multiples` is made. */
export const rejects = assetOut({
  key: "rejects",
  group: "sums",
  layer: "silver",
  description: "Numbers that have no multiple.",
  row: z.object({ name: z.string() }),
  primaryKey: ["name"],
});

/** Has settings and a further output. */
export const multiples = asset({
  key: "multiples",
  group: "sums",
  layer: "silver",
  description: "Each number times a factor.",
  deps: { numbers },
  outs: { rejects },
  config: z.strictObject({ factor: z.number().default(2) }),
  row: z.object({ name: z.string(), multiple: z.number() }),
  primaryKey: ["name"],
  async materialize(context) {
    await begin("multiples", context);
    const rows = await context.inputs.numbers.rows();
    const { factor } = context.config;
    context.progress(1, 1);
    return {
      rows: rows.flatMap(({ name, value }) => value === null ? [] : [{ name, multiple: value * factor }]),
      outs: { rejects: { rows: rows.filter((r) => r.value === null).map(({ name }) => ({ name })) } },
      metadata: { factor, sample: table(["name", "value"], rows.slice(0, 2).map((r) => [r.name, r.value])) },
    };
  },
});

/** The end of the chain. */
export const total = asset({
  key: "total",
  group: "sums",
  layer: "gold",
  description: "The sum of all multiples.",
  deps: { multiples },
  row: z.object({ of: z.string(), sum: z.number() }),
  primaryKey: ["of"],
  async materialize(context) {
    await begin("total", context);
    const { multiple } = await context.inputs.multiples.columns("multiple");
    return { rows: [{ of: "multiples", sum: multiple.reduce((sum, x) => sum + x, 0) }] };
  },
});

/** A chain with a source, settings, a further output and an end: `numbers` → `multiples` (+ `rejects`) → `total`. */
export const tinyAssets = [numbers, multiples, rejects, total];

/** An engine on a database, and the world its assets read. */
export interface Tiny {
  engine: Engine;
  database: Database;
  clock: ReturnType<typeof fixedClock>;
  world: TinyWorld;
}

/** Settings of {@link withTinyEngine}: `tinyAssets` on a new embedded database in memory, unless told otherwise. */
export type TinyOptions = Partial<Omit<EngineOptions, "resources" | "clock">>;

/** Runs `test` with an engine over tiny assets, and closes it however the test ends. */
export async function withTinyEngine<T>(test: (tiny: Tiny) => Promise<T>, options: TinyOptions = {}): Promise<T> {
  await using tiny = await openTinyEngine(options);
  return await test(tiny);
}

/** Opens an engine over tiny assets; with it ends its database, unless `options` gave it. */
export async function openTinyEngine(options: TinyOptions = {}): Promise<Tiny & AsyncDisposable> {
  const database = options.database ?? await openSharedEmbedded();
  const end = async () => {
    if (!options.database) await database.close();
  };
  const world = tinyWorld();
  const clock = fixedClock("2026-11-23T12:00:00Z");
  try {
    const engine = await Engine.open({
      assets: tinyAssets,
      logger: silentLogger,
      ...options,
      database,
      resources: world,
      clock,
    });
    const dispose = () => engine.close().finally(end);
    return { engine, database, clock, world, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Three numbers, one of them missing, and functions that neither wait nor fail. */
export function tinyWorld(): TinyWorld {
  return {
    numbers: [{ name: "one", value: 1 }, { name: "two", value: 2 }, { name: "none", value: null }],
    before() {},
    started: [],
  };
}

/** A promise that a test keeps and lets go of. */
export function gate(): { opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
