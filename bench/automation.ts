/**
 * Cost of an evaluation of all automation conditions without any work to start, and its number of queries: 200 assets of 5,000
 * partitions, on both databases. `deno task bench:automation`.
 */
import { z } from "zod";
import { type AnyAsset, assetsWith, AutomationEvaluator, eager, identity, reads, silentLogger } from "../engine/mod.ts";
import { systemClock } from "../resources/clock.ts";
import { databases } from "../tests/support/database.ts";
import { counting, materialize, openEngine } from "./bench_engine.ts";
import { median, msOfEach } from "./measured.ts";

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
    const { database: counted, queries } = counting(database);
    const engine = await openEngine({ assets: tree(names, dates), database: counted });
    try {
      await materialize(engine);
      const evaluator = new AutomationEvaluator({
        engine,
        database: counted,
        clock: systemClock,
        logger: silentLogger,
      });
      // The first evaluation stores the results; later ones change nothing.
      await evaluator.evaluate();
      const before = queries();
      const times = await msOfEach(evaluations, async () => {
        const { runId } = await evaluator.evaluate();
        if (runId !== null) throw new Error("Something was to be done.");
      });
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
