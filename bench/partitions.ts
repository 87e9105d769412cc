/**
 * Cost of partitions on both databases: planning and queueing a backfill of 10,000, serving the state of 100,000, and determining
 * the staleness of 200 assets × 5,000 partitions, with the number of queries. `deno task bench:partitions`.
 */
import { z } from "zod";
import {
  type AnyAsset,
  assetsWith,
  cutBy,
  Engine,
  identity,
  lastSessions,
  type PartitionMapping,
  reads,
  Scheduler,
  silentLogger,
} from "../engine/mod.ts";
import { takeSnapshot } from "../engine/judge/snapshot.ts";
import type { EngineContext } from "../engine/store/context.ts";
import { InProcessExecutor } from "../engine/run/in_process_executor.ts";
import { systemClock } from "../resources/clock.ts";
import type { Database } from "../resources/database/mod.ts";
import { type Api, api } from "../routes/mod.ts";
import { databases } from "../tests/support/database.ts";
import { counting, materialize, openEngine } from "./bench_engine.ts";
import { median, msOfEach, printTable } from "./measured.ts";

/** Outside data of the assets. */
interface World {
  names: string[];
  dates: string[];
  version: string;
  fails(name: string, date: string): boolean;
}

const { asset } = assetsWith<World>();
const row = z.object({ name: z.string(), date: z.iso.date(), value: z.number() });

/** The given number of weekdays up to the end of 2025. */
function weekdays(count: number): string[] {
  const dates: string[] = [];
  for (let day = Temporal.PlainDate.from("2025-12-31"); dates.length < count; day = day.subtract({ days: 1 })) {
    if (day.dayOfWeek <= 5) dates.push(day.toString());
  }
  return dates.reverse();
}

const tickers = (count: number) => Array.from({ length: count }, (_, i) => `T${String(i).padStart(3, "0")}`);

/** A partition for each ticker and session, one session per call. */
const bars = asset({
  key: "bars",
  group: "bench",
  layer: "raw",
  description: "Bars.",
  row,
  primaryKey: ["name", "date"],
  partitionedBy: { name: "name", date: "date" },
  source: ({ resources }) => Promise.resolve(resources.version),
  partitionsDef: {
    wanted: ({ resources }) => ({
      names: resources.names,
      dates: resources.dates,
      // Every second ticker was listed on a different day, which gives many rectangles.
      spans: new Map(
        resources.names.flatMap((name, i) => i % 2 ? [[name, { first: resources.dates[i % 100]! }] as const] : []),
      ),
    }),
    chunks: cutBy({ dates: 1 }),
    calls: (partitions) => partitions.dates.length,
    callsPerMinute: () => 5,
    due: (date, version) => date < version ? date : version,
  },
  materialize({ partitions, resources }) {
    const made = [...partitions.partitions()];
    if (made.some(([name, date]) => resources.fails(name, date))) throw new Error("not to be had");
    return { rows: made.map(([name, date]) => ({ name, date, value: 1 })) };
  },
});

/** 200 assets by session: roots that read outside data, and assets that depend on them by various mappings. */
function manyAssets(count: number): AnyAsset[] {
  const mappings: PartitionMapping[] = [identity, lastSessions(252), lastSessions(2)];
  const made: AnyAsset[] = [];
  for (let i = 0; i < count; i++) {
    const upstream = i < 20 ? undefined : made[i - 20]!;
    made.push(asset({
      key: `a${i}`,
      group: "bench",
      layer: i < 20 ? "raw" : "silver",
      description: "By session.",
      row: z.object({ date: z.iso.date(), value: z.string() }),
      primaryKey: ["date"],
      partitionedBy: { date: "date" },
      ...(upstream ? { deps: { of: reads(upstream, mappings[i % mappings.length]!) } } : {
        source: ({ resources }: { resources: World }) => Promise.resolve(resources.version),
      }),
      partitionsDef: {
        wanted: ({ resources }) => ({ dates: resources.dates }),
        ...(upstream ? {} : { due: (date: string, version: string) => date < version ? date : version }),
      },
      materialize: ({ partitions, resources }) => ({
        // Only the roots have rows: staleness does not depend on them.
        rows: upstream ? [] : partitions.dates.map((date) => ({ date, value: `${date} ${resources.version}` })),
      }),
    }) as AnyAsset);
  }
  return made;
}

async function withEngine<T>(
  database: Database,
  { assets, world }: { assets: AnyAsset[]; world: World },
  work: (engine: Engine, app: Api, around: EngineContext) => Promise<T>,
): Promise<T> {
  let around: EngineContext;
  const engine = await openEngine({
    assets,
    database,
    resources: world,
    executor(given) {
      around = given;
      return new InProcessExecutor(given, { maxConcurrentSteps: 4 });
    },
  });
  const scheduler = new Scheduler({ engine, database, schedules: [], clock: systemClock, logger: silentLogger });
  const app = api({ engine, scheduler, logger: silentLogger, ready: () => Promise.resolve([]) });
  try {
    return await work(engine, app, around!);
  } finally {
    await engine.close();
  }
}

/** The median duration of some calls, in milliseconds. */
async function medianMs(times: number, work: () => Promise<unknown>): Promise<number> {
  return median(await msOfEach(times, work));
}

async function post(
  app: Api,
  body: object,
): Promise<{ partitions: number; id: number; progress: { partitions: number } }> {
  const response = await app.request("http://127.0.0.1/v1/backfills", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return await response.json();
}

/** Milliseconds to plan and to queue a backfill of 10,000 partitions over HTTP. */
async function backfill(database: Database): Promise<string[]> {
  const world: World = { names: tickers(40), dates: weekdays(300), version: "2025-12-31", fails: () => false };
  return await withEngine(database, { assets: [bars as AnyAsset], world }, async (engine, app) => {
    const from = world.dates[50]!;
    let partitions = 0;
    const plan = await medianMs(
      5,
      async () => partitions = (await post(app, { selection: "bars", from, dryRun: true })).partitions,
    );
    let id = 0;
    const queued = await medianMs(1, async () => id = (await post(app, { selection: "bars", from })).id);
    await engine.backfills.act(id, "cancel");
    return [partitions.toLocaleString("en"), plan.toFixed(1), queued.toFixed(1)];
  });
}

/** Milliseconds to serve the state of 100,000 partitions over HTTP, and its size in bytes. */
async function partitions(database: Database): Promise<string[]> {
  const dates = weekdays(230);
  const world: World = {
    names: tickers(500),
    dates: dates.slice(0, 220),
    version: "2025-12-31",
    fails: (name, date) => name === "T000" && date.endsWith("1"),
  };
  return await withEngine(database, { assets: [bars as AnyAsset], world }, async (engine, app) => {
    await engine.finished((await engine.submit({ selection: "*", trigger: "bench" })).id);
    world.dates = dates;
    let text = "";
    const ms = await medianMs(21, async () => {
      text = await (await app.request("http://127.0.0.1/v1/assets/bars/partitions")).text();
    });
    const { count, states } = JSON.parse(text);
    const sorts = Object.entries<{ count: number }>(states).filter(([, { count }]) => count > 0)
      .map(([state, { count }]) => `${count.toLocaleString("en")} ${state}`).join(", ");
    return [count.toLocaleString("en"), sorts, (text.length / 1024).toFixed(0), ms.toFixed(1)];
  });
}

/**
 * Milliseconds and queries to determine the staleness of 200 assets: with everything fresh, and after a new session and a changed
 * version.
 */
async function staleness(database: Database, perAsset: number): Promise<string[]> {
  const dates = weekdays(perAsset + 1);
  const world: World = { names: [], dates: dates.slice(0, -1), version: dates.at(-2)!, fails: () => false };
  const counted = counting(database);
  return await withEngine(counted.database, { assets: manyAssets(200), world }, async (engine, _, around) => {
    await materialize(engine);
    const judge = async () => {
      let stale = 0;
      const before = counted.queries();
      const ms = await medianMs(11, async () => {
        const { partitions } = await takeSnapshot(around, { config: {} });
        stale = [...partitions.values()].reduce((sum, state) => sum + state.stale.count + state.missing.count, 0);
      });
      return { ms, stale, queries: (counted.queries() - before) / 11 };
    };
    const fresh = await judge();
    if (fresh.stale !== 0) throw new Error(`${fresh.stale} partitions are not fresh.`);
    // A day later: a further session, and the last ones due again; the roots have been made, their dependents have not.
    world.dates = dates;
    world.version = dates.at(-1)!;
    await materialize(engine, "a0 a1 a2 a3 a4 a5 a6 a7 a8 a9");
    const changed = await judge();
    return [
      `200 × ${perAsset.toLocaleString("en")}`,
      fresh.ms.toFixed(1),
      String(fresh.queries),
      changed.ms.toFixed(1),
      String(changed.queries),
      changed.stale.toLocaleString("en"),
    ];
  });
}

async function on(open: () => Promise<Database>, work: (database: Database) => Promise<string[]>): Promise<string[]> {
  const database = await open();
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

async function table(head: string[], work: (open: () => Promise<Database>) => Promise<string[][]>): Promise<void> {
  const rows: string[][] = [];
  for (const { name, ignore, openBare } of databases) {
    if (!ignore) rows.push(...(await work(openBare)).map((row) => [name, ...row]));
  }
  printTable(["database", ...head], rows);
  console.log();
}

await table(["partitions of the backfill", "planned, ms", "queued, ms"], async (open) => [await on(open, backfill)]);
await table(["partitions served", "of them", "KiB", "ms, median of 21"], async (open) => [await on(open, partitions)]);
await table(
  ["assets × partitions", "judged fresh, ms", "queries", "after a session, ms", "queries", "partitions to make"],
  async (open) => [
    await on(open, (database) => staleness(database, 500)),
    await on(open, (database) => staleness(database, 5_000)),
  ],
);
Deno.exit(0);
