import assert from "node:assert/strict";
import { type Schedule, Scheduler, silentLogger, UnknownScheduleError } from "../../engine/mod.ts";
import { databases } from "../support/database.ts";
import { type Tiny, withTinyEngine } from "../support/tiny_engine.ts";

/** At noon in UTC, every day. */
const noon: Schedule = {
  name: "noon",
  description: "Everything, at noon.",
  cron: "0 12 * * *",
  timeZone: "UTC",
  selection: "*",
};

function schedulerOf(tiny: Tiny): Scheduler {
  return new Scheduler({ ...tiny, schedules: [noon], logger: silentLogger });
}

const stateOf = async (scheduler: Scheduler) => (await scheduler.states())[0]!;

for (const { name, ignore, open } of databases) {
  const test = (title: string, body: (tiny: Tiny) => Promise<void>) =>
    Deno.test({
      name: `${title} on ${name}`,
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

  test("a tick leaves out the assets whose automation is paused, unless a person asked for it", async (tiny) => {
    const { clock, engine, world } = tiny;
    const scheduler = schedulerOf(tiny);
    await scheduler.tick();
    // Never materialized, so that there is nothing to keep.
    await engine.automation.pause("multiples");
    clock.set("2026-11-24T12:00:00Z");
    const [first] = await scheduler.tick();
    await engine.finished(first!);
    assert.deepEqual(world.started, ["numbers", "multiples", "total"]);

    const config = { multiples: { factor: 3 } };
    await engine.finished((await engine.submit({ selection: "multiples", config, trigger: "test" })).id);
    world.numbers[0]!.value = 5;
    world.started.length = 0;
    clock.set("2026-11-25T12:00:00Z");
    const [second] = await scheduler.tick();
    assert.equal((await engine.finished(second!)).status, "succeeded");
    assert.deepEqual(
      world.started.toSorted(),
      ["numbers", "total"],
      "the result of the experiment is read and not replaced",
    );
    assert.deepEqual((await engine.read({ key: "total" }, {})).rows, [{ of: "multiples", sum: 9 }]);

    const asked = await scheduler.fireNow("noon");
    assert.equal((await engine.finished(asked!)).status, "succeeded");
    assert.deepEqual((await engine.read({ key: "total" }, {})).rows, [{ of: "multiples", sum: 14 }]);
    assert.deepEqual(await scheduler.tick(), []);

    await engine.automation.resume("multiples");
    world.numbers[0]!.value = 6;
    clock.set("2026-11-26T12:00:00Z");
    const [last] = await scheduler.tick();
    assert.equal((await engine.finished(last!)).status, "succeeded");
    assert.deepEqual((await engine.read({ key: "total" }, {})).rows, [{ of: "multiples", sum: 16 }]);
  });

  test("Scheduler.pause() keeps the schedule from firing in every process, and resume() makes nothing up", async (tiny) => {
    const { clock, engine } = tiny;
    const [one, other] = [schedulerOf(tiny), schedulerOf(tiny)];
    await one.tick();
    await one.pause("noon");
    await one.pause("noon");
    clock.set("2026-11-24T12:00:00Z");
    assert.deepEqual(await other.tick(), []);
    const paused = await stateOf(other);
    assert.ok(paused.pausedAt);
    assert.equal(paused.nextAt, null);
    assert.equal(paused.upcoming[0], "2026-11-25T12:00:00.000Z");
    clock.set("2026-11-24T15:00:00Z");
    await other.resume("noon");
    // Neither now nor at the next start.
    assert.deepEqual(await one.tick(), []);
    assert.deepEqual(await schedulerOf(tiny).tick({ makingUp: true }), []);
    clock.set("2026-11-25T12:00:01Z");
    const [runId] = await one.tick();
    assert.equal((await engine.finished(runId!)).status, "succeeded");
    const state = await stateOf(one);
    assert.equal(state.pausedAt, null);
    assert.deepEqual(state.lastTicks.map((tick) => [tick.scheduledAt, tick.runId]), [[
      "2026-11-25T12:00:00Z",
      runId,
    ]]);
  });

  test("Scheduler.fireNow() fires a paused schedule too, and takes none of its ticks away", async (tiny) => {
    const { clock, engine, world } = tiny;
    const scheduler = schedulerOf(tiny);
    await scheduler.tick();
    await scheduler.pause("noon");
    clock.set("2026-11-24T11:59:00Z");
    const asked = await scheduler.fireNow("noon");
    assert.equal((await engine.finished(asked!)).status, "succeeded");
    clock.set("2026-11-24T11:59:30Z");
    assert.equal(await scheduler.fireNow("noon"), null, "nothing is stale");
    await scheduler.resume("noon");
    world.numbers = [{ name: "four", value: 4 }];
    clock.set("2026-11-24T12:00:00Z");
    const [runId] = await scheduler.tick();
    await engine.finished(runId!);
    assert.deepEqual((await stateOf(scheduler)).lastTicks.map((tick) => [tick.asked, tick.runId]), [
      [false, runId],
      [true, null],
      [true, asked],
    ]);
  });
}

Deno.test("Scheduler refuses to pause, resume or fire unknown schedules, and suggests a name", async () => {
  await withTinyEngine(async (tiny) => {
    const scheduler = schedulerOf(tiny);
    for (const asked of [scheduler.pause("non"), scheduler.resume("non"), scheduler.fireNow("non")]) {
      await assert.rejects(asked, (error) => {
        assert.ok(error instanceof UnknownScheduleError);
        assert.equal(error.message, 'There is no schedule "non". Did you mean "noon"?');
        return true;
      });
    }
  });
});
