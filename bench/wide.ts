/**
 * A graph of many assets on both databases: opening it, making everything, determining the state of all assets and of one, an
 * idle evaluation of its automation conditions, and the responses of its pages. PostgreSQL runs with the locks of a stock
 * installation, and does not flush its files. `deno task bench:wide`.
 */
import { parseArgs } from "node:util";
import { AutomationEvaluator, eager, Engine, type EngineOptions, silentLogger } from "../engine/mod.ts";
import { fixedClock } from "../resources/clock.ts";
import { databases, type TestDatabase } from "../tests/support/database.ts";
import { pageAndApi } from "../tests/support/page_server.ts";
import { syntheticAssets } from "../tests/support/synthetic_graph.ts";
import { tinyWorld } from "../tests/support/tiny_engine.ts";
import { cpuSeconds } from "./measured.ts";

const { values } = parseArgs({
  options: { assets: { type: "string", default: "5000" }, database: { type: "string" } },
});
const assets = syntheticAssets(Number(values.assets), { automation: eager() });
const one = assets[assets.length >> 1]!.key;

console.log(
  `${assets.length.toLocaleString("en")} assets; CPU seconds are those of this process, without the database's.`,
);
for (const database of databases) {
  if (database.ignore || (values.database && !database.name.toLowerCase().startsWith(values.database))) continue;
  console.log(`\n${database.name}`);
  await measure(database);
}
Deno.exit();

async function measure({ open }: TestDatabase): Promise<void> {
  const database = await open();
  const options: EngineOptions = {
    assets,
    database,
    resources: tinyWorld(),
    clock: fixedClock("2026-11-23T12:00:00Z"),
    logger: silentLogger,
    maxConcurrentSteps: 4,
  };
  await (await timed("open, with an empty database", () => Engine.open(options))).close();
  const engine = await timed("open again", () => Engine.open(options));
  await timed("a run of all assets", async () => {
    await engine.finished((await engine.submit({ selection: "*", trigger: "bench" })).id);
  });
  await timed("states of all assets", () => engine.states());
  await timed("state of one asset", () => engine.states([one]));
  const evaluator = new AutomationEvaluator({ engine, database, clock: options.clock, logger: silentLogger });
  await timed("first evaluation of the automations", () => evaluator.evaluate());
  await timed("second evaluation, with nothing to do", () => evaluator.evaluate());
  const ticks = 10;
  await timed(`${ticks} more of these`, async () => {
    for (let i = 0; i < ticks; i++) await evaluator.evaluate();
  });
  const app = pageAndApi(engine);
  for (const path of ["/", `/v1/assets/${one}`, `/assets/${one}`, "/assets?view=table", "/v1/assets"]) {
    const get = async () => (await (await app.request(path)).text()).length;
    await get();
    const length = await timed(`GET ${path}`, get);
    console.log(`    ${Math.round(length / 1000).toLocaleString("en")} kB`);
  }
  await engine.close();
  await timed("open again, with rows", async () => await (await Engine.open(options)).close());
  await database.close();
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const [from, before] = [performance.now(), cpuSeconds()];
  const result = await work();
  const seconds = (performance.now() - from) / 1_000;
  console.log(`  ${what}: ${seconds.toFixed(2)} s, ${(cpuSeconds() - before).toFixed(2)} CPU s`);
  return result;
}
