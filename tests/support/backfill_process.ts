/**
 * A process with an engine over the assets of `partition_engine.ts`, for tests that kill it: starts a backfill of everything, or
 * continues an existing one, and ends with it. Reports its progress on standard output, line by line.
 *
 * `deno run -A backfill_process.ts '{"databaseUrl": "…", "dataDir": "…"}'`
 */
import { Engine, silentLogger } from "../../engine/mod.ts";
import { systemClock } from "../../resources/clock.ts";
import { migrate, openDatabase } from "../../resources/database/mod.ts";
import { partitionAssets, type PartitionWorld } from "./partition_engine.ts";

const database = await openDatabase(JSON.parse(Deno.args[0]!));
await migrate(database, new URL("../../sql/migrations/", import.meta.url));
const world: PartitionWorld = {
  names: ["A", "B"],
  dates: Array.from({ length: 48 }, (_, i) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10)),
  values: new Map(),
  events: [],
  trailing: 2,
  version: "2024-03-01",
  async before(key) {
    console.log(`part of ${key}`);
    // Long enough to be killed in the middle.
    await new Promise((resolve) => setTimeout(resolve, 20));
  },
  calls: [],
};
const engine = await Engine.open({
  assets: partitionAssets,
  database,
  resources: world,
  clock: systemClock,
  logger: silentLogger,
});
const [before] = await engine.backfills.list({ limit: 1 });
const { id } = before ?? await engine.backfills.submit({ selection: "*", trigger: "test", idempotencyKey: "one" });
const ended = await engine.backfills.finished(id);
console.log(`ended ${ended.status} ${ended.progress.done}/${ended.progress.partitions}`);
await engine.close();
await database.close();
