import assert from "node:assert/strict";
import { databases } from "../../support/database.ts";
import { withTinyEngine } from "../../support/tiny_engine.ts";

for (const { name, ignore, open } of databases) {
  Deno.test({
    name:
      `Heartbeat.processes() on ${name} has the steps that a process runs and those of which it makes parts, once each`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await withTinyEngine(async ({ engine, world }) => {
          const begun = Promise.withResolvers<void>();
          const held = Promise.withResolvers<void>();
          world.before = (key) => {
            if (key !== "numbers") return;
            begun.resolve();
            return held.promise;
          };
          const { id: run } = await engine.submit({ selection: "*", trigger: "test" });
          await begun.promise;
          const steps = async () => (await engine.processes()).map(({ id, steps }) => [id, steps]);
          const runs = { run, key: "numbers" };
          assert.deepEqual(await steps(), [[engine.processId, [runs]]]);

          const part = (key: string, state: string) =>
            database.sql`
              INSERT INTO engine.step_part (run_id, key, attempt, part, partitions, settled, state, taken_by)
              VALUES (${run}, ${key}, 1, 0, '[]', '[]', ${state}, ${engine.processId})`;
          await part("numbers", "taken");
          await part("multiples", "taken");
          await part("total", "made");
          assert.deepEqual(await steps(), [[engine.processId, [{ run, key: "multiples" }, runs]]]);

          await database.sql`DELETE FROM engine.step_part`;
          held.resolve();
          assert.equal((await engine.finished(run)).status, "succeeded");
          assert.deepEqual(await steps(), [[engine.processId, []]]);
        }, { database });
      } finally {
        await database.close();
      }
    },
  });
}
