import assert from "node:assert/strict";
import { DefinitionError, type Schedule, Scheduler, silentLogger } from "../../../engine/mod.ts";
import { databases } from "../../support/database.ts";
import { type Tiny, withTinyEngine } from "../../support/tiny_engine.ts";

const daily: Schedule = {
  name: "daily",
  description: "After the close.",
  cron: "30 18 * * 1-5",
  timeZone: "America/New_York",
  selection: "*",
};

function scheduler({ engine, database, clock }: Tiny, schedules: Schedule[] = [daily]): Scheduler {
  return new Scheduler({ engine, database, clock, schedules, logger: silentLogger });
}

for (const { name, ignore, open } of databases) {
  const test = (title: string, body: (tiny: Tiny) => Promise<void>) =>
    Deno.test({
      name: `Scheduler on ${name}: ${title}`,
      ignore,
      async fn() {
        const database = await open();
        try {
          await withTinyEngine(body, { database });
        } finally {
          await database.close();
        }
      },
    });

  // Friday 2024-03-08 is in winter time, Monday 2024-03-11 in summer time: 18:30 in New York is 23:30 and 22:30 UTC.
  test("fires once when a tick is due, and not before", async (tiny) => {
    const { clock, engine } = tiny;
    const s = scheduler(tiny);
    clock.set("2024-03-08T12:00:00Z");
    assert.deepEqual(await s.tick(), []);
    assert.equal((await s.states())[0]!.nextAt, "2024-03-08T23:30:00.000Z");
    assert.equal((await s.states())[0]!.lastTick, null);
    clock.set("2024-03-08T23:29:59Z");
    assert.deepEqual(await s.tick(), []);
    clock.set("2024-03-08T23:30:00Z");
    const [runId] = await s.tick();
    const run = await engine.finished(runId!);
    assert.deepEqual([run.trigger, run.status], ["schedule:daily", "succeeded"]);
    assert.deepEqual(await s.tick(), []);
    const [state] = await s.states();
    assert.deepEqual([state!.lastTick!.runId, state!.lastTick!.madeUp], [runId, false]);
    assert.equal(state!.nextAt, "2024-03-11T22:30:00.000Z");
  });

  test("spends a tick without a run where nothing is stale", async (tiny) => {
    const { clock, engine } = tiny;
    const s = scheduler(tiny);
    clock.set("2024-03-08T12:00:00Z");
    await s.tick();
    await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
    clock.set("2024-03-08T23:31:00Z");
    assert.deepEqual(await s.tick(), []);
    assert.deepEqual((await s.states())[0]!.lastTick!.runId, null);
  });

  test("catches up once on ticks missed while no process ran", async (tiny) => {
    const { clock, engine } = tiny;
    clock.set("2024-03-08T12:00:00Z");
    await scheduler(tiny).tick();
    clock.set("2024-03-21T12:00:00Z");
    const s = scheduler(tiny);
    const runs = await s.tick({ makingUp: true });
    assert.equal(runs.length, 1);
    await engine.finished(runs[0]!);
    assert.deepEqual(await s.tick(), []);
    const tick = (await s.states())[0]!.lastTick!;
    assert.deepEqual([tick.madeUp, tick.scheduledAt], [true, "2024-03-20T22:30:00Z"]);
  });

  test("fires a tick once, however many processes see it", async (tiny) => {
    const { clock, engine } = tiny;
    clock.set("2024-03-08T12:00:00Z");
    await scheduler(tiny).tick();
    clock.set("2024-03-08T23:30:00Z");
    const fired = await Promise.all([1, 2, 3, 4].map(() => scheduler(tiny).tick()));
    assert.equal(fired.flat().length, 1);
    await engine.finished(fired.flat()[0]!);
    assert.equal((await engine.runs({ limit: 10 })).length, 1);
  });

  test("continues at once when a clock that was ahead is right again, and fires in its time what fired too early", async (tiny) => {
    const { clock, engine, world } = tiny;
    const s = scheduler(tiny);
    const fired = async (at: string) => {
      clock.set(at);
      world.numbers[0]!.value!++;
      for (const run of await s.tick()) await engine.finished(run);
      return (await s.states())[0]!.lastTick?.scheduledAt;
    };
    await fired("2024-03-08T12:00:00Z");
    assert.equal(await fired("2024-03-08T23:30:00Z"), "2024-03-08T23:30:00Z");
    // Forty days ahead, for a moment.
    assert.equal(await fired("2024-04-17T23:31:00Z"), "2024-04-17T22:30:00Z");
    assert.equal(await fired("2024-03-09T12:00:00Z"), "2024-03-08T23:30:00Z");
    assert.equal(await fired("2024-03-11T22:30:00Z"), "2024-03-11T22:30:00Z");
    assert.equal(await fired("2024-04-17T22:20:00Z"), "2024-04-16T22:30:00Z");
    assert.equal(await fired("2024-04-17T22:30:00Z"), "2024-04-17T22:30:00Z");
    const runs = await engine.runs({ limit: 10 });
    assert.equal(runs.length, 5, "each tick once, and the one that fired too early");
  });

  test("keeps what it has fired when a clock that was behind is right again", async (tiny) => {
    const { clock } = tiny;
    const s = scheduler(tiny);
    const at = async (time: string) => {
      clock.set(time);
      await s.tick();
      return (await s.states())[0]!.lastTicks.map(({ scheduledAt }) => scheduledAt);
    };
    await at("2024-03-08T12:00:00Z");
    const before = [await at("2024-03-08T23:30:00Z"), await at("2024-03-11T22:30:00Z")][1];
    assert.deepEqual(await at("2024-02-01T12:00:00Z"), []);
    assert.deepEqual(await at("2024-03-11T22:31:00Z"), before);
  });

  test("keeps a tick that could not fire for the next look", async (tiny) => {
    const { clock, world, engine } = tiny;
    const s = scheduler(tiny, [{ ...daily, selection: "total" }]);
    clock.set("2024-03-08T12:00:00Z");
    await s.tick();
    clock.set("2024-03-08T23:30:00Z");
    // Nothing upstream was ever made: the plan is refused.
    assert.deepEqual(await s.tick(), []);
    await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
    world.numbers[0]!.value = 5;
    await engine.finished((await engine.submit({ selection: "numbers multiples", trigger: "test" })).id);
    const [runId] = await s.tick();
    assert.equal((await engine.finished(runId!)).status, "succeeded");
  });
}

Deno.test("Scheduler refuses a schedule that cannot be", async () => {
  await withTinyEngine((tiny) => {
    const refused = (schedule: Partial<Schedule>, part: string) =>
      assert.throws(
        () => scheduler(tiny, [{ ...daily, ...schedule }]),
        (error) => error instanceof DefinitionError && error.message.includes(part),
      );
    refused({ cron: "61 * * * *" }, '"61 * * * *"');
    refused({ cron: "every day" }, '"every day"');
    for (const cron of ["0 0 30 2 *", "0 18 31 2,4,6,9,11 *", "0 0 12 31 4 *"]) refused({ cron }, "which never fires");
    refused({ timeZone: "New York" }, '"New York"');
    refused({ selection: "nothing_here" }, '"daily"');
    refused({ name: "Every Day" }, '"Every Day"');
    assert.throws(() => scheduler(tiny, [daily, daily]), DefinitionError);
    return Promise.resolve();
  });
});
