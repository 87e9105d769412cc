import assert from "node:assert/strict";
import { openPostgres } from "../../resources/database/mod.ts";
import { force, holding, outcomes, partition, until } from "../support/partitions.ts";
import { createTestDatabase, postgresAvailable } from "../support/database.ts";
import { withTinyEngine } from "../support/tiny_engine.ts";

const holder = new URL("../support/slot_holder.ts", import.meta.url);

/** A process of its own that holds a slot of the pool `vendor` for the asset `key`. */
async function holdSlot(databaseUrl: string, key: string): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", holder.pathname, databaseUrl, key],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (text.includes("holds")) return child;
  }
  throw new Error("The process ended without holding the slot.");
}

Deno.test({
  name: `a process that is killed in a slot of a pool keeps neither the slot nor its run${
    postgresAvailable ? "" : " (PostgreSQL not installed, TEST_DATABASE_URL not set)"
  }`,
  ignore: !postgresAvailable,
  async fn() {
    const { url, drop } = await createTestDatabase();
    const database = await openPostgres({ databaseUrl: url });
    try {
      const child = await holdSlot(url, "a");
      try {
        const assets = ["a", "b"].map((key) => partition(key, { pool: "vendor" }));
        await withTinyEngine(async ({ engine, world }) => {
          const held = holding(world);
          const { id } = await force(engine, "b", 3);
          const waiting = await until(() => engine.run(id), (run) => run.waitingFor !== null);
          assert.equal(waiting.waitingFor, "a slot of pool vendor (1 of 1 held by run 1, a)");
          child.kill("SIGKILL");
          await child.status;
          // The heartbeat finds the dead process: its slot goes to the run that waits, and its run is taken up after that.
          await held.begun("b");
          assert.deepEqual(world.started, ["b"]);
          const orphan = await until(() => engine.run(1), (run) => run.status === "running");
          assert.equal(orphan.waitingFor, `a slot of pool vendor (1 of 1 held by run ${id}, b)`);
          held.release("a");
          held.release("b");
          for (const runId of [1, id]) assert.equal((await engine.finished(runId)).status, "succeeded");
          assert.deepEqual(outcomes(await engine.run(1)), { a: "succeeded" });
          assert.equal(held.most, 1);
        }, { database, assets });
      } finally {
        await child.stdout.cancel();
      }
    } finally {
      await database.close();
      await drop();
    }
  },
});
