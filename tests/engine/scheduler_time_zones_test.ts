/**
 * Schedules in several time zones across both changes of the clocks. In 2026 New York changes on 8 March at 07:00 UTC (02:00 to
 * 03:00) and on 1 November at 06:00 UTC (02:00 back to 01:00), Berlin on 29 March and 25 October, both at 01:00 UTC (02:00 to
 * 03:00, 03:00 back to 02:00). UTC and Tokyo never do.
 */
import assert from "node:assert/strict";
import { type Schedule, Scheduler, silentLogger } from "../../engine/mod.ts";
import { databases } from "../support/database.ts";
import { type Tiny, withTinyEngine } from "../support/tiny_engine.ts";

/** Instants at which `cron` must fire between `from` and `to`, all in UTC: month, day and time of 2026. */
interface Case {
  timeZone: string;
  cron: string;
  ticks: string;
}

const spans: { title: string; from: string; to: string; cases: Case[] }[] = [
  {
    title: "New York goes forward",
    from: "2026-03-07T00:00:00Z",
    to: "2026-03-10T00:00:00Z",
    cases: [
      { timeZone: "America/New_York", cron: "30 18 * * *", ticks: "03-07T23:30 03-08T22:30 03-09T22:30" },
      { timeZone: "America/New_York", cron: "30 18 * * 1-5", ticks: "03-09T22:30" },
      { timeZone: "America/New_York", cron: "0 0 * * *", ticks: "03-07T05:00 03-08T05:00 03-09T04:00" },
      { timeZone: "America/New_York", cron: "30 1 * * *", ticks: "03-07T06:30 03-08T06:30 03-09T05:30" },
      // 02:00 and 02:30 of 8 March do not exist: the first moment after them is 03:00.
      { timeZone: "America/New_York", cron: "0 2 * * *", ticks: "03-07T07:00 03-08T07:00 03-09T06:00" },
      { timeZone: "America/New_York", cron: "30 2 * * *", ticks: "03-07T07:30 03-08T07:00 03-09T06:30" },
      { timeZone: "America/New_York", cron: "30 2 * * 0", ticks: "03-08T07:00" },
      {
        timeZone: "America/New_York",
        cron: "30 2,14 * * *",
        ticks: "03-07T07:30 03-07T19:30 03-08T07:00 03-08T18:30 03-09T06:30 03-09T18:30",
      },
      // Two times that meet at the end of the gap are one.
      {
        timeZone: "America/New_York",
        cron: "0 2-3 * * *",
        ticks: "03-07T07:00 03-07T08:00 03-08T07:00 03-09T06:00 03-09T07:00",
      },
      { timeZone: "America/New_York", cron: "0 3 * * *", ticks: "03-07T08:00 03-08T07:00 03-09T07:00" },
      { timeZone: "UTC", cron: "30 2 * * *", ticks: "03-07T02:30 03-08T02:30 03-09T02:30" },
      { timeZone: "UTC", cron: "0 7 * * *", ticks: "03-07T07:00 03-08T07:00 03-09T07:00" },
      { timeZone: "Asia/Tokyo", cron: "30 2 * * *", ticks: "03-07T17:30 03-08T17:30 03-09T17:30" },
      { timeZone: "Europe/Berlin", cron: "30 2 * * *", ticks: "03-07T01:30 03-08T01:30 03-09T01:30" },
    ],
  },
  {
    title: "New York goes back",
    from: "2026-10-31T00:00:00Z",
    to: "2026-11-03T00:00:00Z",
    cases: [
      { timeZone: "America/New_York", cron: "30 18 * * *", ticks: "10-31T22:30 11-01T23:30 11-02T23:30" },
      { timeZone: "America/New_York", cron: "30 18 * * 1-5", ticks: "11-02T23:30" },
      { timeZone: "America/New_York", cron: "0 0 * * *", ticks: "10-31T04:00 11-01T04:00 11-02T05:00" },
      // 01:00 and 01:30 of 1 November come twice: at 05:00 and 05:30 UTC, and an hour later.
      { timeZone: "America/New_York", cron: "0 1 * * *", ticks: "10-31T05:00 11-01T05:00 11-02T06:00" },
      { timeZone: "America/New_York", cron: "30 1 * * *", ticks: "10-31T05:30 11-01T05:30 11-02T06:30" },
      {
        timeZone: "America/New_York",
        cron: "30 1,13 * * *",
        ticks: "10-31T05:30 10-31T17:30 11-01T05:30 11-01T18:30 11-02T06:30 11-02T18:30",
      },
      { timeZone: "America/New_York", cron: "0 2 * * *", ticks: "10-31T06:00 11-01T07:00 11-02T07:00" },
      { timeZone: "UTC", cron: "30 1 * * *", ticks: "10-31T01:30 11-01T01:30 11-02T01:30" },
      { timeZone: "UTC", cron: "0 6 * * *", ticks: "10-31T06:00 11-01T06:00 11-02T06:00" },
      { timeZone: "Asia/Tokyo", cron: "30 1 * * *", ticks: "10-31T16:30 11-01T16:30 11-02T16:30" },
      { timeZone: "Europe/Berlin", cron: "30 2 * * *", ticks: "10-31T01:30 11-01T01:30 11-02T01:30" },
    ],
  },
  {
    title: "Berlin goes forward",
    from: "2026-03-28T00:00:00Z",
    to: "2026-03-31T00:00:00Z",
    cases: [
      { timeZone: "Europe/Berlin", cron: "30 1 * * *", ticks: "03-28T00:30 03-29T00:30 03-29T23:30 03-30T23:30" },
      { timeZone: "Europe/Berlin", cron: "30 2 * * *", ticks: "03-28T01:30 03-29T01:00 03-30T00:30" },
      { timeZone: "Europe/Berlin", cron: "30 22 * * *", ticks: "03-28T21:30 03-29T20:30 03-30T20:30" },
      { timeZone: "America/New_York", cron: "30 2 * * *", ticks: "03-28T06:30 03-29T06:30 03-30T06:30" },
    ],
  },
  {
    title: "Berlin goes back",
    from: "2026-10-24T00:00:00Z",
    to: "2026-10-27T00:00:00Z",
    cases: [
      { timeZone: "Europe/Berlin", cron: "30 2 * * *", ticks: "10-24T00:30 10-25T00:30 10-26T01:30" },
      { timeZone: "Europe/Berlin", cron: "0 3 * * *", ticks: "10-24T01:00 10-25T02:00 10-26T02:00" },
      { timeZone: "Europe/Berlin", cron: "30 22 * * *", ticks: "10-24T20:30 10-25T21:30 10-26T21:30" },
      { timeZone: "America/New_York", cron: "30 1 * * *", ticks: "10-24T05:30 10-25T05:30 10-26T05:30" },
    ],
  },
];

const halfHourMs = 1_800_000;

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

  for (const machineZone of ["America/New_York", "UTC", "Asia/Tokyo"]) {
    test(`fires each day once, at its own zone's time, on a machine in ${machineZone}`, async (tiny) => {
      await onMachineIn(machineZone, async () => {
        await materializeAll(tiny);
        for (const [i, { title, from, to, cases }] of spans.entries()) {
          const schedules = cases.map(({ timeZone, cron }, j) => scheduleOf(`span_${i}_case_${j}`, { timeZone, cron }));
          const fired = await watch(tiny, schedules, { from, to });
          for (const [j, { timeZone, cron, ticks }] of cases.entries()) {
            const expected = ticks.split(" ").map((tick) => `2026-${tick}:00Z`);
            assert.deepEqual(fired.get(`span_${i}_case_${j}`), expected, `${title}: ${cron} in ${timeZone}`);
          }
        }
      });
    });
  }

  test("fires every half hour of real time, through the hour that is left out and the hour that comes twice", async (tiny) => {
    await materializeAll(tiny);
    const hours = [["2026-03-08T03:00:00Z", "2026-03-08T12:00:00Z"], ["2026-11-01T03:00:00Z", "2026-11-01T12:00:00Z"]];
    for (const [i, [from, to]] of hours.entries()) {
      const schedule = scheduleOf(`steps_${i}`, { timeZone: "America/New_York", cron: "*/30 * * * *" });
      const fired = await watch(tiny, [schedule], { from: from!, to: to! });
      // The first look is where the schedule begins to count.
      assert.deepEqual(fired.get(schedule.name), looks(from!, to!).slice(1));
    }
  });

  test("catches up ticks missed across a clock change in one run, at local time", async (tiny) => {
    const { clock, engine, world } = tiny;
    await materializeAll(tiny);
    // [cron, last look, start after the downtime, the tick that is made up]
    const downtimes = [
      // Over ten days with the hour that does not exist among them.
      ["30 18 * * *", "2026-03-01T12:00:00Z", "2026-03-11T12:00:00Z", "2026-03-10T22:30:00Z"],
      // Back ten minutes after the moment to which 02:30 was put off.
      ["30 2 * * *", "2026-03-05T12:00:00Z", "2026-03-08T07:10:00Z", "2026-03-08T07:00:00Z"],
      // Back a minute before it: the tick of the day before is the last.
      ["30 2 * * *", "2026-03-05T12:00:00Z", "2026-03-08T06:59:00Z", "2026-03-07T07:30:00Z"],
      ["30 18 * * *", "2026-10-26T12:00:00Z", "2026-11-03T12:00:00Z", "2026-11-02T23:30:00Z"],
      // Back in the hour that comes twice, before and after its second 01:30.
      ["30 1 * * *", "2026-10-29T12:00:00Z", "2026-11-01T06:10:00Z", "2026-11-01T05:30:00Z"],
      ["30 1 * * *", "2026-10-29T12:00:00Z", "2026-11-01T06:40:00Z", "2026-11-01T05:30:00Z"],
    ] as const;
    for (const [i, [cron, lastLook, start, madeUp]] of downtimes.entries()) {
      const schedule = scheduleOf(`downtime_${i}`, { timeZone: "America/New_York", cron });
      clock.set(lastLook);
      await schedulerOf(tiny, [schedule]).tick();
      world.numbers[0]!.value = 10 + i;
      clock.set(start);
      const scheduler = schedulerOf(tiny, [schedule]);
      const runs = await scheduler.tick({ makingUp: true });
      assert.equal(runs.length, 1, `${cron} at ${start}`);
      assert.equal((await engine.finished(runs[0]!)).status, "succeeded");
      // Stale again: a second tick would begin a run.
      world.numbers[0]!.value = 100 + i;
      const { lastTick } = (await scheduler.states())[0]!;
      assert.deepEqual([lastTick!.scheduledAt, lastTick!.madeUp, lastTick!.runId], [madeUp, true, runs[0]]);
      assert.deepEqual(await scheduler.tick(), []);
      assert.deepEqual(await schedulerOf(tiny, [schedule]).tick({ makingUp: true }), []);
    }
  });

  test("does not fire a time that comes twice again after a restart in between", async (tiny) => {
    const { clock, engine, world } = tiny;
    await materializeAll(tiny);
    const schedule = scheduleOf("twice", { timeZone: "America/New_York", cron: "30 1,13 * * *" });
    clock.set("2026-10-31T23:00:00Z");
    await schedulerOf(tiny, [schedule]).tick();
    world.numbers[0]!.value = 7;
    clock.set("2026-11-01T05:30:00Z");
    const [runId] = await schedulerOf(tiny, [schedule]).tick();
    await engine.finished(runId!);
    world.numbers[0]!.value = 8;
    for (const second of ["2026-11-01T06:29:59Z", "2026-11-01T06:30:00Z", "2026-11-01T07:00:00Z"]) {
      clock.set(second);
      assert.deepEqual(await schedulerOf(tiny, [schedule]).tick({ makingUp: true }), []);
    }
    clock.set("2026-11-01T18:30:00Z");
    assert.equal((await schedulerOf(tiny, [schedule]).tick()).length, 1);
  });
}

/**
 * Looks at the clock every half hour. Returns the ticks by schedule, and holds each to being fired by the look of its own moment
 * and to having been announced by the look before.
 */
async function watch(tiny: Tiny, schedules: Schedule[], span: { from: string; to: string }) {
  const scheduler = schedulerOf(tiny, schedules);
  const fired = new Map<string, string[]>(schedules.map(({ name }) => [name, []]));
  const announced = new Map<string, string | null>();
  for (const look of looks(span.from, span.to)) {
    tiny.clock.set(look);
    await scheduler.tick();
    for (const { name, lastTick, nextAt } of await scheduler.states()) {
      const ticks = fired.get(name)!;
      if (lastTick && lastTick.scheduledAt !== ticks.at(-1)) {
        assert.equal(lastTick.scheduledAt, look, `${name} fired late or early`);
        assert.equal(Temporal.Instant.from(announced.get(name)!).toString(), look, `${name} was announced for then`);
        ticks.push(lastTick.scheduledAt);
      }
      announced.set(name, nextAt);
    }
  }
  return fired;
}

/** Every half hour from `from` to `to`, both included, in UTC. */
function looks(from: string, to: string): string[] {
  const count = (Date.parse(to) - Date.parse(from)) / halfHourMs + 1;
  return Array.from(
    { length: count },
    (_, i) => Temporal.Instant.from(from).add({ milliseconds: i * halfHourMs }).toString(),
  );
}

/** Runs `body` as on a machine whose own time zone is `zone`. */
async function onMachineIn(zone: string, body: () => Promise<void>): Promise<void> {
  const before = Deno.env.get("TZ");
  Deno.env.set("TZ", zone);
  try {
    assert.equal(Temporal.Now.timeZoneId(), zone, "the zone of the process follows TZ");
    await body();
  } finally {
    if (before === undefined) Deno.env.delete("TZ");
    else Deno.env.set("TZ", before);
  }
}

function scheduleOf(name: string, { timeZone, cron }: { timeZone: string; cron: string }): Schedule {
  return { name, description: "For the test.", cron, timeZone, selection: "*" };
}

function schedulerOf({ engine, database, clock }: Tiny, schedules: Schedule[]): Scheduler {
  return new Scheduler({ engine, database, clock, schedules, logger: silentLogger });
}

/** Leaves nothing stale, so that ticks are spent without runs. */
async function materializeAll({ engine }: Tiny): Promise<void> {
  await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
}
