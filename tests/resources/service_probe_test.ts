import assert from "node:assert/strict";
import { serviceProbe } from "../../resources/service_probe.ts";
import { databases } from "../support/database.ts";
import { withTinyEngine } from "../support/tiny_engine.ts";

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `serviceProbe() reports failed and open runs, what is not fresh and how large the database is, on ${name}`,
    ignore,
    async fn() {
      const folder = await Deno.makeTempDir();
      const database = await open();
      try {
        await withTinyEngine(async ({ engine, world }) => {
          const probe = serviceProbe({ database, dataDir: folder, states: () => engine.states() });
          const since = Temporal.Now.instant().subtract({ hours: 1 });
          const empty = await probe.look({ failedSince: since });
          assert.deepEqual([empty.failedRuns, empty.openRuns], [[], []]);
          assert.ok(empty.databaseBytes > 1_000_000, `${empty.databaseBytes} bytes`);
          assert.equal(empty.freeDiskBytes === null, database.kind !== "embedded");
          assert.ok(empty.freeDiskBytes === null || empty.freeDiskBytes > 0);
          assert.ok(empty.notFresh.some(({ key, reason }) => key === "numbers" && /never/.test(reason)));

          world.before = () => Promise.reject(new Error("No."));
          const failed = await engine.finished((await engine.submit({ selection: "numbers", trigger: "test" })).id);
          assert.equal(failed.status, "failed");
          let release = () => {};
          const started = new Promise<void>((resolve) => {
            world.before = () => {
              resolve();
              return new Promise<void>((go) => release = go);
            };
          });
          const running = await engine.submit({ selection: "numbers", trigger: "test" });
          await started;
          const busy = await probe.look({ failedSince: since });
          assert.deepEqual(busy.failedRuns, [{ id: failed.id, selection: "numbers" }]);
          assert.deepEqual(busy.openRuns.map(({ id, queued }) => [id, queued]), [[running.id, false]]);
          assert.ok(Date.parse(busy.openRuns[0]!.createdAt) >= since.epochMilliseconds);
          const later = Temporal.Now.instant().add({ hours: 1 });
          assert.deepEqual((await probe.look({ failedSince: later })).failedRuns, []);
          release();
          await engine.finished(running.id);
          const well = await probe.look({ failedSince: since });
          assert.deepEqual(well.openRuns, []);
          assert.ok(well.notFresh.every(({ key }) => key !== "numbers"));
        }, { database });
      } finally {
        await database.close();
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

Deno.test("serviceProbe() does not know the free space of a database without a folder", async () => {
  const { open } = databases[0]!;
  const database = await open();
  try {
    const probe = serviceProbe({ database, dataDir: "/nowhere/at/all", states: () => Promise.resolve([]) });
    assert.equal((await probe.look({ failedSince: Temporal.Now.instant() })).freeDiskBytes, null);
  } finally {
    await database.close();
  }
});
