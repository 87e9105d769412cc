import assert from "node:assert/strict";
import { fixedClock, systemClock } from "../../../resources/clock.ts";
import { DatabaseClock } from "../../../resources/database/mod.ts";
import { databases } from "../../support/database.ts";

const server = databases[1]!;
const instant = Temporal.Instant.from("2026-11-23T12:00:00Z");

/** A database that says what time it is, as often as it is asked. */
function saying(...times: string[]) {
  let asked = 0;
  const sql = () => Promise.resolve([{ now: times[Math.min(asked++, times.length - 1)] }]);
  return { database: { sql: sql as never }, asked: () => asked };
}

Deno.test("DatabaseClock uses its own machine's clock until the database was read, and the database's from then on", async () => {
  const own = fixedClock(instant.add({ hours: 24 * 40 }));
  const { database } = saying(instant.toString());
  const said: string[] = [];
  const clock = new DatabaseClock({ database, own, logger: { warn: (message) => said.push(message) } });
  assert.equal(clock.skewMs, null);
  assert.ok(clock.now().equals(own.now()));
  await clock.sync();
  assert.ok(Math.abs(clock.now().epochMilliseconds - instant.epochMilliseconds) < 5_000);
  assert.ok(Math.abs(clock.skewMs! - 40 * 86_400_000) < 5_000);
  assert.deepEqual(said, [
    "The clock of this machine is 3456000 s ahead of the database's. Schedules go by the database's.",
  ]);
  // A machine whose clock is set moves nothing, and its being right again is told.
  own.set(instant);
  assert.ok(Math.abs(clock.now().epochMilliseconds - instant.epochMilliseconds) < 5_000);
  await clock.sync();
  assert.ok(Math.abs(clock.skewMs!) < 5_000);
});

Deno.test("DatabaseClock asks once for all who ask at the same time, and not again while that holds", async () => {
  const { database, asked } = saying(instant.toString());
  const clock = new DatabaseClock({ database, own: systemClock });
  await Promise.all([clock.sync(), clock.sync()]);
  clock.now();
  assert.equal(asked(), 1);
});

Deno.test("DatabaseClock continues where the database does not answer", async () => {
  let away = false;
  const sql = () => away ? Promise.reject(new Error("away")) : Promise.resolve([{ now: instant.toString() }]);
  const clock = new DatabaseClock({ database: { sql: sql as never }, own: systemClock });
  await clock.sync();
  away = true;
  await assert.rejects(clock.sync(), /away/);
  assert.ok(Math.abs(clock.now().epochMilliseconds - instant.epochMilliseconds) < 5_000);
});

Deno.test({
  name: `DatabaseClock reads the clock of ${server.name}`,
  ignore: server.ignore,
  async fn() {
    const database = await server.open();
    try {
      const clock = new DatabaseClock({ database, own: systemClock });
      await clock.sync();
      // It is this machine's.
      assert.ok(Math.abs(clock.skewMs!) < 1_000);
      const [row] = await database.sql<{ now: string }[]>`SELECT clock_timestamp() AS now`;
      assert.ok(Math.abs(clock.now().epochMilliseconds - Date.parse(row!.now)) < 5_000);
    } finally {
      await database.close();
    }
  },
});
