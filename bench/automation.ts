/**
 * Cost of an evaluation of all automation conditions without any work to start, and its number of queries: 200 assets of 5,000
 * partitions, on both databases. `deno task bench:automation`.
 */
import { z } from "zod";
import {
  type AnyAsset,
  assetsWith,
  AutomationEvaluator,
  eager,
  Engine,
  identity,
  reads,
  silentLogger,
} from "../engine/mod.ts";
import { systemClock } from "../resources/clock.ts";
import { type Database, migrate } from "../resources/database/mod.ts";
import { databases } from "../tests/support/database.ts";

const { asset } = assetsWith<Record<never, never>>();
const assetCount = 200;
const evaluations = 30;

/** Dimensions of 5,000 partitions. */
const shapes = [
  { names: 1, dates: 5_000 },
  { names: 50, dates: 100 },
  { names: 500, dates: 10 },
];

const row = z.object({ name: z.string(), date: z.iso.date() });

/** A tree of assets in which each reads the same partitions of its parent, ten to a branch, all eager. */
function tree(names: readonly string[], dates: readonly string[]): AnyAsset[] {
  const assets: AnyAsset[] = [];
  for (let i = 0; i < assetCount; i++) {
    const upstream = i === 0 ? undefined : assets[Math.floor((i - 1) / 10)]!;
    assets.push(asset({
      key: `a${i}`,
      group: "bench",
      layer: "raw",
      description: "Has many partitions.",
      ...(upstream && { deps: { upstream: reads(upstream, identity) } }),
      row,
      primaryKey: ["name", "date"],
      partitionedBy: { name: "name", date: "date" },
      automation: eager(),
      partitionsDef: { wanted: () => ({ names, dates }) },
      materialize: () => ({ rows: [] }),
    }));
  }
  return assets;
}

/** Counts the queries of a database. */
function counting(database: Database): { counted: Database; queries(): number } {
  let count = 0;
  const counted = new Proxy(database.sql, {
    apply(target, self, args) {
      // A list or a fragment is not a query; neither is used in what is counted.
      count++;
      return Reflect.apply(target, self, args);
    },
  });
  return { counted: { ...database, sql: counted }, queries: () => count };
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

for (const { name, ignore, openBare } of databases) {
  if (ignore) continue;
  for (const shape of shapes) {
    const names = Array.from({ length: shape.names }, (_, i) => `T${String(i).padStart(4, "0")}`);
    const first = Date.UTC(2005, 0, 3);
    const dates = Array.from(
      { length: shape.dates },
      (_, i) => new Date(first + i * 86_400_000).toISOString().slice(0, 10),
    );
    const database = await openBare();
    await migrate(database, new URL("../sql/migrations/", import.meta.url));
    const { counted, queries } = counting(database);
    const engine = await Engine.open({
      assets: tree(names, dates),
      database: counted,
      resources: {},
      clock: systemClock,
      logger: silentLogger,
      takesOpenRuns: false,
    });
    try {
      const { id } = await engine.submit({ selection: "*", trigger: "bench" });
      const { status } = await engine.finished(id);
      if (status !== "succeeded") throw new Error(`The run ended as ${status}.`);
      const evaluator = new AutomationEvaluator({
        engine,
        database: counted,
        clock: systemClock,
        logger: silentLogger,
      });
      // The first evaluation stores the results; later ones change nothing.
      await evaluator.evaluate();
      const times: number[] = [];
      const before = queries();
      for (let i = 0; i < evaluations; i++) {
        const started = performance.now();
        const { runId } = await evaluator.evaluate();
        times.push(performance.now() - started);
        if (runId !== null) throw new Error("Something was to be done.");
      }
      const asked = (queries() - before) / evaluations;
      console.log(
        `${name}: ${assetCount} assets × ${shape.names} names × ${shape.dates} dates: fastest ${
          Math.min(...times).toFixed(1)
        } ms, median ${median(times).toFixed(1)} ms, longest ${Math.max(...times).toFixed(1)} ms, ${
          asked.toFixed(1)
        } queries an evaluation`,
      );
    } finally {
      await engine.close();
      await database.close();
    }
  }
}
Deno.exit(0);
