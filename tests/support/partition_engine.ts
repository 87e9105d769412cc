import { z } from "zod";
import {
  type AnyAsset,
  assetsWith,
  cutBy,
  Engine,
  identity,
  lastSessions,
  laterSessions,
  newest,
  reads,
  type Run,
  silentLogger,
} from "../../engine/mod.ts";
import { fixedClock } from "../../resources/clock.ts";
import type { Database } from "../../resources/database/database.ts";
import { databases } from "./database.ts";

/** Outside data of the partitioned assets. */
export interface PartitionWorld {
  names: string[];
  dates: string[];
  /** Value of a partition, by `name date`; 1 by default. */
  values: Map<string, number>;
  /** Name, date and ratio of events that change earlier values. */
  events: { name: string; date: string; ratio: number }[];
  /** Number of newest dates whose partitions are read again with each version. */
  trailing: number;
  version: string;
  /** Called with the partitions of each part: throw to fail it. */
  before(key: string, partitions: string[]): Promise<void> | void;
  /** Key and partitions of each call, as `key: name date, …`. */
  readonly calls: string[];
}

const { asset } = assetsWith<PartitionWorld>();

async function begin(
  key: string,
  { resources, partitions }: { resources: PartitionWorld; partitions: { partitions(): Iterable<[string, string]> } },
): Promise<void> {
  const list = Array.from(partitions.partitions(), ([name, date]) => `${name} ${date}`.trim());
  resources.calls.push(`${key}: ${list.join(", ")}`);
  await resources.before(key, list);
}

const series = z.object({ name: z.string(), date: z.iso.date(), value: z.number() });

/** Events, without partitions, tracked by partition. */
export const events = asset({
  key: "events",
  group: "t",
  layer: "raw",
  description: "Events that reach back.",
  row: z.object({ name: z.string(), date: z.iso.date(), ratio: z.number() }),
  primaryKey: ["name", "date"],
  partitionedBy: { name: "name", date: "date" },
  source: ({ resources }) => Promise.resolve(JSON.stringify(resources.events)),
  materialize: ({ resources }) => ({ rows: resources.events }),
});

/** Reads outside data, with a partition for each name and date, two dates per call. */
export const quotes = asset({
  key: "quotes",
  group: "t",
  layer: "raw",
  description: "Values as received.",
  row: series,
  primaryKey: ["name", "date"],
  partitionedBy: { name: "name", date: "date" },
  source: ({ resources }) => Promise.resolve(resources.version),
  partitionsDef: {
    wanted: ({ resources }) => ({ names: resources.names, dates: resources.dates }),
    chunks: cutBy({ dates: 2 }),
    due: (date, version) => {
      const until = new Date(Date.parse(date) + 2 * 86_400_000).toISOString().slice(0, 10);
      return until < version ? until : version;
    },
  },
  async materialize(context) {
    await begin("quotes", context);
    const { partitions, resources } = context;
    return {
      rows: Array.from(partitions.partitions(), ([name, date]) => ({
        name,
        date,
        value: resources.values.get(`${name} ${date}`) ?? 1,
      })).filter(({ value }) => value !== 0),
    };
  },
});

/** The value of the same partition times a scale, divided by the ratios of later events. */
export const adjusted = asset({
  key: "adjusted",
  group: "t",
  layer: "silver",
  description: "Values adjusted for events.",
  deps: { quotes: reads(quotes, identity), events: reads(events, laterSessions()) },
  config: z.strictObject({ scale: z.number().default(1) }),
  row: series,
  primaryKey: ["name", "date"],
  partitionedBy: { name: "name", date: "date" },
  partitionsDef: {
    wanted: ({ upstream }) => ({ names: upstream.quotes.space.names, dates: upstream.quotes.space.dates }),
  },
  async materialize(context) {
    await begin("adjusted", context);
    const later = await context.inputs.events.rows();
    return {
      rows: (await context.inputs.quotes.rows()).map((row) => ({
        ...row,
        value: later.filter((e) => e.name === row.name && e.date > row.date)
          .reduce((value, e) => value / e.ratio, row.value * context.config.scale),
      })),
    };
  },
});

/** The sum of the last three dates of all names, by date; missing ones are made only on request. */
export const sums = asset({
  key: "sums",
  group: "t",
  layer: "gold",
  description: "Sums over the last three dates.",
  deps: { values: reads(adjusted, lastSessions(3)) },
  row: z.object({ as_of: z.iso.date(), sum: z.number(), last: z.iso.date() }),
  primaryKey: ["as_of"],
  partitionedBy: { date: "as_of" },
  partitionsDef: {
    wanted: ({ upstream }) => ({ dates: upstream.values.space.dates.slice(2) }),
    missing: "latest",
    gone: "keep",
    chunks: cutBy({ dates: 1 }),
  },
  async materialize(context) {
    await begin("sums", context);
    const rows = await context.inputs.values.rows();
    return {
      rows: context.partitions.dates.map((as_of) => ({
        as_of,
        sum: rows.reduce((sum, row) => sum + row.value, 0),
        last: rows.map((row) => row.date).sort().at(-1)!,
      })),
    };
  },
});

/** Without partitions; reads only the newest sum. */
export const headline = asset({
  key: "headline",
  group: "t",
  layer: "gold",
  description: "The newest sum.",
  deps: { sums: reads(sums, newest) },
  row: z.object({ of: z.string(), sum: z.number() }),
  primaryKey: ["of"],
  async materialize({ inputs, resources }) {
    resources.calls.push("headline");
    const rows = await inputs.sums.rows();
    return { rows: rows.map((row) => ({ of: row.as_of, sum: row.sum })) };
  },
});

/** `quotes` (name × date) and `events` → `adjusted` (the same partitions) → `sums` (by date) → `headline` (whole). */
export const partitionAssets = [events, quotes, adjusted, sums, headline];

/** An engine over {@link partitionAssets}, with their world. */
export interface PartitionTest {
  engine: Engine;
  world: PartitionWorld;
  /** Materializes a selection and waits for the end. */
  materialize(
    selection?: string,
    more?: { force?: boolean; range?: { from?: string; to?: string; names?: string[] } },
  ): Promise<Run>;
  /** Calls since the last query. */
  calls(): string[];
  rows(key: string): Promise<Record<string, unknown>[]>;
  /** Closes the engine and opens another one on the same database, as another process would; with other settings if given. */
  reopen(config?: Record<string, unknown>): Promise<Engine>;
}

/** Registers a test over {@link partitionAssets} on each database. */
export function testPartitions(
  subject: string,
  title: string,
  body: (partition: PartitionTest) => Promise<void>,
): void {
  for (const { name, ignore, open } of databases) {
    Deno.test({
      name: `${subject} on ${name}: ${title}`,
      ignore,
      async fn() {
        const database = await open();
        try {
          await withPartitionEngine(database, body);
        } finally {
          await database.close();
        }
      },
    });
  }
}

/** Runs `test` on an empty database with {@link partitionAssets} and further assets, and always closes the engine. */
export async function withPartitionEngine<T>(
  database: Database,
  test: (partition: PartitionTest) => Promise<T>,
  { assets = partitionAssets, further = [] }: { assets?: readonly AnyAsset[]; further?: readonly AnyAsset[] } = {},
): Promise<T> {
  const world: PartitionWorld = {
    names: ["A", "B"],
    dates: ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"],
    values: new Map(),
    events: [],
    trailing: 2,
    version: "2024-01-05",
    before() {},
    calls: [],
  };
  const open = (config: Record<string, unknown> = {}) =>
    Engine.open({
      config,
      assets: [...assets, ...further],
      database,
      resources: world,
      clock: fixedClock("2024-02-01T12:00:00Z"),
      logger: silentLogger,
    });
  const engines = [await open()];
  try {
    return await test({
      engine: engines[0]!,
      world,
      async materialize(selection = "*", more = {}) {
        const engine = engines.at(-1)!;
        return await engine.finished((await engine.submit({ selection, trigger: "test", ...more })).id);
      },
      calls: () => world.calls.splice(0),
      rows: async (key) => (await engines.at(-1)!.rows(key, { limit: 1_000 })).rows,
      async reopen(config) {
        await engines.at(-1)!.close();
        engines.push(await open(config));
        return engines.at(-1)!;
      },
    });
  } finally {
    await engines.at(-1)!.close();
  }
}
