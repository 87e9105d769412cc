/**
 * In 2026 New York changes its clocks on 8 March at 07:00 UTC (02:00 to 03:00) and on 1 November at 06:00 UTC (02:00 back to 01:00),
 * Berlin on 29 March and 25 October, both at 01:00 UTC.
 */
import assert from "node:assert/strict";
import { AutomationEvaluator, cronPassed, DefinitionError, onCron, silentLogger } from "../../../engine/mod.ts";
import { judge } from "../../../engine/declare/automation_condition.ts";
import { factsOf, named, partitions, withConditions } from "../../support/automation.ts";
import { databases } from "../../support/database.ts";
import { tinyAssets, withTinyEngine } from "../../support/tiny_engine.ts";

/** Whether a partition that was looked at at `attempt` is due at `now`. */
function isDue(cron: string, timeZone: string, { attempt, now }: { attempt: string; now: string }): boolean {
  const facts = factsOf({
    nowMs: Date.parse(now),
    attempts: [{ partitions: partitions("A2"), atMs: Date.parse(attempt) }],
  });
  return named(judge(cronPassed(cron, timeZone), facts).partitions).includes("A2");
}

const cases: [cron: string, timeZone: string, lastTick: string, title: string][] = [
  ["30 18 * * *", "America/New_York", "2026-03-07T23:30:00Z", "winter time"],
  ["30 18 * * *", "America/New_York", "2026-03-08T22:30:00Z", "the day New York goes forward"],
  ["30 2 * * *", "America/New_York", "2026-03-08T07:00:00Z", "a time that does not exist"],
  ["30 1 * * *", "America/New_York", "2026-11-01T05:30:00Z", "a time that comes twice"],
  ["30 18 * * *", "America/New_York", "2026-11-01T23:30:00Z", "the day New York goes back"],
  ["30 2 * * *", "Europe/Berlin", "2026-03-29T01:00:00Z", "the day Berlin goes forward"],
  ["30 18 * * 1-5", "America/New_York", "2026-11-20T23:30:00Z", "a Friday"],
  ["0 9 * * *", "Asia/Tokyo", "2026-03-08T00:00:00Z", "a zone that never changes"],
];

for (const [cron, timeZone, tick, title] of cases) {
  Deno.test(`cronPassed("${cron}", "${timeZone}") is due from its tick on: ${title}`, () => {
    const at = (seconds: number) => new Date(Date.parse(tick) + seconds * 1_000).toISOString();
    const before = at(-3_600);
    assert.equal(isDue(cron, timeZone, { attempt: before, now: at(-1) }), false, "before the tick");
    assert.equal(isDue(cron, timeZone, { attempt: before, now: at(0) }), true, "at the tick");
    assert.equal(isDue(cron, timeZone, { attempt: before, now: at(3_000) }), true, "after it");
    assert.equal(isDue(cron, timeZone, { attempt: at(0), now: at(1) }), false, "looked at at the tick");
    assert.equal(isDue(cron, timeZone, { attempt: at(10), now: at(3_000) }), false, "looked at after it");
  });
}

Deno.test("cronPassed() takes the second 01:30 of the day clocks go back for no tick", () => {
  const attempt = "2026-11-01T05:31:00Z";
  assert.equal(isDue("30 1 * * *", "America/New_York", { attempt, now: "2026-11-01T06:31:00Z" }), false);
  assert.equal(isDue("30 1 * * *", "America/New_York", { attempt, now: "2026-11-02T06:30:00Z" }), true);
});

Deno.test("cronPassed() counts ticks that passed unseen as one, and is due partition by partition", () => {
  const facts = factsOf({
    nowMs: Date.parse("2026-11-20T12:00:00Z"),
    attempts: [
      { partitions: partitions("A2 A3"), atMs: Date.parse("2026-11-01T12:00:00Z") },
      { partitions: partitions("A3"), atMs: Date.parse("2026-11-20T09:00:01Z") },
    ],
  });
  assert.equal(named(judge(cronPassed("0 9 * * *", "UTC"), facts).partitions), "A2 A4 A5 B2 B3 B4 B5");
});

Deno.test("onCron() does not make unexpected history", () => {
  const facts = factsOf({ missing: partitions("A2 B2 B5"), expected: partitions("B5") });
  assert.equal(named(judge(onCron("0 9 * * *", "UTC"), facts).partitions), "A3 A4 A5 B3 B4 B5");
});

Deno.test("cronPassed() refuses invalid cron expressions and time zones", () => {
  assert.throws(
    () => cronPassed("61 * * * *", "UTC"),
    (e) => e instanceof DefinitionError && e.message.includes('"61 * * * *"'),
  );
  assert.throws(
    () => onCron("0 9 * * *", "New York"),
    (e) => e instanceof DefinitionError && e.message.includes('"New York"'),
  );
});

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `onCron() on ${name}: has an asset looked at once a tick, whether it is stale or not, fails or not`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await withTinyEngine(async ({ engine, clock, world }) => {
          const evaluator = new AutomationEvaluator({ engine, database, clock, logger: silentLogger });
          // The database has a clock of its own: what it wrote down is moved to the time of the test.
          const ended = async (runId: number, at: string) => {
            const run = await engine.finished(runId);
            await database.sql`UPDATE engine.step SET started_at = ${at} WHERE run_id = ${runId}`;
            return run.steps.map(({ key, status }) => [key, status]);
          };
          const all = await engine.submit({ selection: "*", trigger: "test" });
          await ended(all.id, "2026-11-23T12:00:00Z");
          clock.set("2026-11-23T23:29:00Z");
          assert.equal((await evaluator.evaluate()).runId, null);

          clock.set("2026-11-23T23:30:00Z");
          const { runId: first } = await evaluator.evaluate();
          assert.equal((await evaluator.evaluate()).runId, null, "it is in progress");
          assert.deepEqual(await ended(first!, "2026-11-23T23:30:01Z"), [["numbers", "up_to_date"]]);
          assert.deepEqual((await engine.run(first!)).steps[0]!.reasons.map(({ kind }) => kind), ["automation"]);
          world.numbers[0]!.value = 5;
          clock.set("2026-11-24T12:00:00Z");
          assert.equal((await evaluator.evaluate()).runId, null, "it is stale, and no tick has passed");

          clock.set("2026-11-24T23:31:00Z");
          world.before = () => {
            throw new Error("no paper");
          };
          const { runId: second } = await evaluator.evaluate();
          assert.deepEqual(await ended(second!, "2026-11-24T23:31:01Z"), [["numbers", "failed"]]);
          assert.equal((await evaluator.evaluate()).runId, null, "it was tried");

          world.before = () => {};
          clock.set("2026-11-28T23:31:00Z");
          const { runId: third } = await evaluator.evaluate();
          assert.deepEqual(await ended(third!, "2026-11-28T23:31:01Z"), [["numbers", "succeeded"]]);
          assert.equal((await evaluator.evaluate()).runId, null);
        }, { database, assets: withConditions(tinyAssets, { numbers: onCron("30 18 * * *", "America/New_York") }) });
      } finally {
        await database.close();
      }
    },
  });
}
