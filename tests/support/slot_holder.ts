/**
 * A process that materializes one asset of a pool and never ends by itself, for tests that kill it: `deno run -A slot_holder.ts
 * DATABASE_URL KEY`. Prints a line when it holds the slot.
 */
import { Engine, silentLogger } from "../../engine/mod.ts";
import { systemClock } from "../../resources/clock.ts";
import { openPostgres } from "../../resources/database/mod.ts";
import { force, partition } from "./partitions.ts";
import { tinyWorld } from "./tiny_engine.ts";

const [databaseUrl, key] = Deno.args as [string, string];
const engine = await Engine.open({
  assets: ["a", "b"].map((key) => partition(key, { pool: "vendor" })),
  database: await openPostgres({ databaseUrl }),
  resources: {
    ...tinyWorld(),
    before() {
      console.log("holds");
      return new Promise(() => {});
    },
  },
  clock: systemClock,
  logger: silentLogger,
  takesOpenRuns: false,
});
await force(engine, key);
