/**
 * Cost of the engine itself: a thousand assets that do nothing, in a chain and in a fan, and the time from a POST to the start of a
 * function, on both databases. `deno task bench:engine`.
 */
import { z } from "zod";
import { type AnyAsset, assetsWith, Engine, Scheduler, silentLogger } from "../engine/mod.ts";
import { systemClock } from "../resources/clock.ts";
import type { Database } from "../resources/database/mod.ts";
import { api } from "../routes/mod.ts";
import { databases } from "../tests/support/database.ts";
import { median, msOf, printTable } from "./measured.ts";
import { materialize, openEngine } from "./bench_engine.ts";
import { postJson } from "./load/process.ts";

const { asset } = assetsWith<Record<never, never>>();
const count = Number(Deno.args[0] ?? 1_000);

/** Called when a function starts. */
let onStart = () => {};

function noop(key: string, after: string[]): AnyAsset {
  return asset({
    key,
    group: "bench",
    layer: "raw",
    description: "Does nothing.",
    after,
    row: z.object({ id: z.int() }),
    primaryKey: ["id"],
    materialize() {
      onStart();
      return { rows: [] };
    },
  });
}

const keys = Array.from({ length: count }, (_, i) => `a${i}`);
const chain = keys.map((key, i) => noop(key, i === 0 ? [] : [keys[i - 1]!]));
const fan = keys.map((key, i) => noop(key, i === 0 ? [] : [keys[0]!]));

async function withEngine<T>(database: Database, assets: AnyAsset[], work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await openEngine({ assets, database });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** Milliseconds per step. */
async function msPerStep(engine: Engine): Promise<number> {
  return await msOf(() => materialize(engine, "*", { force: true })) / count;
}

/** Milliseconds from a POST over HTTP to the start of the function, the median of 50. */
async function postToStart(database: Database): Promise<number> {
  return await withEngine(database, [noop("posted", [])], async (engine) => {
    const scheduler = new Scheduler({ engine, database, schedules: [], clock: systemClock, logger: silentLogger });
    const app = api({ engine, scheduler, logger: silentLogger, ready: () => Promise.resolve([]) });
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
    const times: number[] = [];
    for (let i = 0; i < 50; i++) {
      let start = 0;
      onStart = () => start = performance.now();
      const posted = performance.now();
      await postJson(`http://127.0.0.1:${server.addr.port}/v1/assets/posted/materialize`, { force: true, wait: true });
      times.push(start - posted);
    }
    await server.shutdown();
    return median(times);
  });
}

const rows: string[][] = [];
for (const { name, ignore, openBare } of databases) {
  if (ignore) continue;
  const figures: number[] = [];
  for (
    const work of [
      (database: Database) => withEngine(database, chain, msPerStep),
      (database: Database) => withEngine(database, fan, msPerStep),
      postToStart,
    ]
  ) {
    const database = await openBare();
    figures.push(await work(database));
    await database.close();
  }
  rows.push([name, ...figures.map((ms) => ms.toFixed(2))]);
}
printTable(
  ["database", `chain of ${count}, ms a step`, `fan of ${count}, ms a step`, "POST to start, ms (median of 50)"],
  rows,
);
Deno.exit(0);
