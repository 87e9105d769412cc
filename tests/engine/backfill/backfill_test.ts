import assert from "node:assert/strict";
import {
  type Backfill,
  BackfillStateError,
  IdempotencyConflictError,
  InvalidRequestError,
  UnknownBackfillError,
  UnmetUpstreamError,
} from "../../../engine/mod.ts";
import { type PartitionTest, withPartitionEngine } from "../../support/partition_engine.ts";
import { databases } from "../../support/database.ts";
import { eventually } from "../../support/service_process.ts";
import { gate } from "../../support/tiny_engine.ts";

/** Partitions of an asset within a backfill by state, without those states that no partition is in. */
function counts(backfill: Backfill, key: string): Record<string, number> {
  const { partitions } = backfill.assets.find((asset) => asset.key === key)!;
  return Object.fromEntries(
    Object.entries(partitions!).map(([state, { count }]) => [state, count] as const).filter(([, count]) => count > 0),
  );
}

const days = Array.from({ length: 20 }, (_, i) => `2024-01-${String(i + 1).padStart(2, "0")}`);

for (const { name, ignore, open } of databases) {
  const test = (title: string, body: (partition: PartitionTest) => Promise<void>) =>
    Deno.test({
      name: `Backfills on ${name}: ${title}`,
      ignore,
      async fn() {
        const database = await open();
        try {
          await withPartitionEngine(database, body);
        } finally {
          await database.close();
        }
      },
    });

  test("plans in order, says how much there is to do, and does nothing", async ({ engine, world, calls }) => {
    world.dates = [...days];
    const plan = await engine.backfills.plan({ selection: "*", from: "2024-01-03", to: "2024-01-10" });
    assert.deepEqual(
      plan.assets.map((
        { key, partitions, parts, seconds, certain },
      ) => [key, partitions?.count ?? null, parts, seconds, certain]),
      [
        ["events", null, 1, null, true],
        ["quotes", 16, 4, null, true],
        // Events may bring to light that more of it is stale than is known now.
        ["adjusted", 16, 1, null, false],
        ["sums", 6, 6, null, false],
        ["headline", null, 1, null, false],
      ],
    );
    assert.deepEqual([plan.partitions, plan.unknown.length], [38, 5]);
    // The first two sums of the range read dates that are not in it.
    assert.deepEqual(plan.skipped, [{
      key: "sums",
      upstream: "adjusted",
      selected: true,
      partitions: { count: 2, partitions: [{ names: null, dates: [["2024-01-03", "2024-01-04"]] }] },
    }]);
    assert.deepEqual(calls(), []);
    assert.deepEqual(await engine.runs({ limit: 10 }), []);
    assert.deepEqual(await engine.backfills.list({ limit: 10 }), []);
  });

  test("makes a range and its readers in pieces, one run after the other", async (partition) => {
    const { engine, world, calls, rows } = partition;
    world.dates = [...days];
    const begun = await engine.backfills.submit({ selection: "*", trigger: "test" });
    assert.deepEqual([begun.status, begun.progress.partitions, begun.progress.missing], ["running", 98, 98]);
    const ended = await engine.backfills.finished(begun.id);
    assert.equal(ended.status, "succeeded", JSON.stringify(ended));
    assert.deepEqual([ended.progress.done, ended.progress.partitions], [98, 98]);
    assert.deepEqual(counts(ended, "quotes"), { done: 40 });
    const made = calls();
    // Each part once: 10 of quotes, one of adjusted, 18 of sums, and the headline at the end.
    assert.deepEqual(
      Object.entries(Object.groupBy(made, (call) => call.split(":")[0]!)).map(([key, all]) => [key, all!.length]),
      [["quotes", 10], ["adjusted", 1], ["sums", 18], ["headline", 1]],
    );
    assert.deepEqual(made.at(-1), "headline");
    assert.ok(ended.runCount > 4, "it takes several runs");
    assert.equal((await rows("sums")).length, 18);
    const runs = await engine.runs({ limit: 100 });
    assert.deepEqual(new Set(runs.map((run) => run.trigger)), new Set([`backfill:${begun.id}`]));
    // Nothing is left, also for a run without a range.
    assert.deepEqual((await engine.plan({ selection: "*" })).steps, []);
    const again = await engine.backfills.submit({ selection: "*", trigger: "test" });
    assert.deepEqual((await engine.backfills.finished(again.id)).runCount, 0);
  });

  test("keeps to its dates and names", async ({ engine, world, materialize, calls }) => {
    await materialize("events quotes adjusted");
    calls();
    world.dates = [...days];
    const { id } = await engine.backfills.submit({
      selection: "quotes",
      from: "2024-01-08",
      to: "2024-01-09",
      names: ["B", "X"],
      trigger: "test",
    });
    const ended = await engine.backfills.finished(id);
    assert.deepEqual([ended.status, calls()], ["succeeded", ["quotes: B 2024-01-08, B 2024-01-09"]]);
    assert.deepEqual(ended.plan.unknownNames, ["X"]);
  });

  test("makes everything of its range again when forced, once", async ({ engine, materialize, calls }) => {
    await materialize();
    calls();
    const { id } = await engine.backfills.submit({
      selection: "quotes headline",
      from: "2024-01-03",
      force: true,
      trigger: "test",
    });
    assert.equal((await engine.backfills.finished(id)).status, "succeeded");
    assert.deepEqual(calls(), [
      "quotes: A 2024-01-03, A 2024-01-04, B 2024-01-03, B 2024-01-04",
      "quotes: A 2024-01-05, B 2024-01-05",
      "headline",
    ]);
  });

  test("reports failed and skipped partitions, and retries only these", async (partition) => {
    const { engine, world, calls } = partition;
    world.before = (key, partitions) => {
      if (key === "quotes" && partitions.includes("A 2024-01-02")) throw new Error("not to be had");
    };
    const { id } = await engine.backfills.submit({ selection: "*", trigger: "test" });
    const failed = await engine.backfills.finished(id);
    assert.equal(failed.status, "failed");
    assert.deepEqual(counts(failed, "quotes"), { done: 4, failed: 4 });
    assert.deepEqual(counts(failed, "adjusted"), { done: 4, skipped: 4 });
    assert.deepEqual(counts(failed, "sums"), { skipped: 2 });
    assert.match(failed.reason!, /^4 partitions of quotes could not be made: not to be had\. 4 partitions of adjusted/);
    assert.match(failed.reason!, /4 partitions of adjusted are skipped: their inputs from quotes are missing\./);
    // Not tried over and over.
    assert.equal(calls().filter((call) => call.includes("A 2024-01-02")).length, 1);

    world.before = () => {};
    assert.equal((await engine.backfills.act(id, "retry")).status, "running");
    const ended = await engine.backfills.finished(id);
    assert.deepEqual([ended.status, ended.reason], ["succeeded", null]);
    assert.deepEqual(calls(), [
      "quotes: A 2024-01-02, A 2024-01-03, B 2024-01-02, B 2024-01-03",
      "adjusted: A 2024-01-02, A 2024-01-03, B 2024-01-02, B 2024-01-03",
      "sums: 2024-01-04",
      "sums: 2024-01-05",
      "headline",
    ]);
    assert.deepEqual([ended.progress.done, ended.progress.failed, ended.progress.skipped], [18, 0, 0]);
  });

  test("skips partitions with missing inputs outside the backfill", async ({ engine, world, materialize, calls }) => {
    await materialize("events quotes adjusted");
    world.dates = [...days];
    calls();
    const plan = await engine.backfills.plan({ selection: "sums", from: "2024-01-06", to: "2024-01-08" });
    assert.deepEqual(
      [plan.assets, plan.skipped.map(({ key, upstream, selected }) => [key, upstream, selected])],
      [[], [["sums", "adjusted", false]]],
    );
    const { id } = await engine.backfills.submit({
      selection: "sums",
      from: "2024-01-06",
      to: "2024-01-08",
      trigger: "test",
    });
    const ended = await engine.backfills.finished(id);
    assert.deepEqual([ended.status, counts(ended, "sums"), calls()], ["failed", { skipped: 3 }, []]);
    assert.match(ended.reason!, /their inputs from adjusted are missing\. Select \+sums to make those as well\.$/);
    // What is missing of a selected asset lies outside the range.
    const early = await engine.backfills.plan({ selection: "adjusted sums", from: "2024-01-08", to: "2024-01-08" });
    assert.deepEqual(early.skipped.map(({ key, upstream, selected }) => [key, upstream, selected]), [
      ["adjusted", "quotes", false],
      ["sums", "adjusted", true],
    ]);
    await assert.rejects(
      engine.backfills.plan({ selection: "headline" }),
      (error) => error instanceof UnmetUpstreamError && /"sums" has never been/.test(error.message),
    );
  });

  test("pauses after the run that it is in, continues when resumed, and makes nothing twice", async (partition) => {
    const { engine, world, calls } = partition;
    world.dates = [...days];
    const [reached, go] = [gate(), gate()];
    world.before = async () => {
      reached.open();
      await go.opened;
    };
    const { id } = await engine.backfills.submit({ selection: "quotes", trigger: "test" });
    await reached.opened;
    const paused = await engine.backfills.act(id, "pause");
    assert.equal(paused.status, "paused");
    assert.deepEqual(counts(paused, "quotes"), { running: 16, missing: 24 });
    await assert.rejects(engine.backfills.act(id, "pause"), BackfillStateError);
    go.open();
    const [run] = await engine.runs({ limit: 1 });
    assert.equal((await engine.finished(run!.id)).status, "succeeded");
    assert.deepEqual(counts(await engine.backfills.get(id), "quotes"), { done: 16, missing: 24 });
    await eventually(
      async () => (await engine.backfills.list({ limit: 1 })).map(({ progress }) => progress.done),
      (all) => all[0] === 16,
    );
    // A second process does not take up what is paused.
    await partition.reopen();
    const { backfills } = await partition.reopen();
    assert.equal(calls().length, 4);
    await backfills.act(id, "resume");
    assert.equal((await backfills.finished(id)).status, "succeeded");
    assert.equal(calls().length, 6);
  });

  test("is cancelled with its current run, keeps published partitions, and can be resumed by a retry", async (partition) => {
    const { engine, world, calls } = partition;
    world.dates = [...days];
    const reached = gate();
    let parts = 0;
    world.before = () => {
      if (++parts < 3) return;
      reached.open();
      return new Promise(() => {});
    };
    const { id } = await engine.backfills.submit({ selection: "quotes", trigger: "test" });
    await reached.opened;
    const cancelled = await engine.backfills.act(id, "cancel");
    assert.deepEqual([cancelled.status, counts(cancelled, "quotes")], ["cancelled", { done: 8, missing: 32 }]);
    assert.deepEqual((await engine.runs({ limit: 10 })).map((run) => run.status), ["cancelled"]);
    await assert.rejects(
      engine.backfills.act(id, "cancel"),
      (error) =>
        error instanceof BackfillStateError &&
        error.message === `Backfill ${id} has been cancelled. Nothing is left to cancel.`,
    );
    world.before = () => {};
    calls();
    await engine.backfills.act(id, "retry");
    const ended = await engine.backfills.finished(id);
    assert.deepEqual([ended.status, counts(ended, "quotes"), calls().length], ["succeeded", { done: 40 }, 8]);
  });

  test("pauses with the reason where nothing more can succeed, and continues with the rest when resumed", async (partition) => {
    const { engine, world, calls } = partition;
    world.dates = [...days];
    world.before = () => {
      throw Object.assign(new Error("401: the key is not known."), { fatal: true });
    };
    const { id } = await engine.backfills.submit({ selection: "quotes", trigger: "test" });
    const paused = await engine.backfills.finished(id);
    assert.equal(paused.status, "paused");
    assert.match(paused.reason!, /^quotes failed in run \d+: .*401: the key is not known\. Nothing can be made/);
    assert.equal(calls().length, 1);
    world.before = () => {};
    await engine.backfills.act(id, "resume");
    const ended = await engine.backfills.finished(id);
    // What had failed waits for a retry.
    assert.deepEqual([ended.status, counts(ended, "quotes"), calls().length], ["failed", { done: 36, failed: 4 }, 9]);
    await engine.backfills.act(id, "retry");
    assert.equal((await engine.backfills.finished(id)).status, "succeeded");
    assert.equal(calls().length, 1);
  });

  test("is gone on with by the next process", async (partition) => {
    const { engine, world, calls } = partition;
    world.dates = [...days];
    const reached = gate();
    let parts = 0;
    world.before = (_, __) => {
      if (++parts !== 6) return;
      reached.open();
      return new Promise(() => {});
    };
    const { id } = await engine.backfills.submit({ selection: "quotes adjusted events", trigger: "test" });
    await reached.opened;
    const next = await partition.reopen();
    const ended = await next.backfills.finished(id);
    assert.deepEqual([ended.status, ended.progress.done], ["succeeded", 80], JSON.stringify(ended.reason));
    // The part that was interrupted is the only one that was made twice.
    assert.deepEqual(calls().filter((call) => call.startsWith("quotes")).length, 11);
  });

  test("includes partitions discovered on the way", async ({ engine, world, materialize, calls }) => {
    await materialize();
    calls();
    // The event makes older partitions stale, which is known only once it has been read.
    world.events.push({ name: "B", date: "2024-01-04", ratio: 4 });
    const { id } = await engine.backfills.submit({ selection: "events adjusted", trigger: "test" });
    const ended = await engine.backfills.finished(id);
    assert.deepEqual([ended.status, calls()], ["succeeded", ["adjusted: B 2024-01-02, B 2024-01-03"]]);
    assert.deepEqual([ended.plan.partitions, ended.progress.partitions], [0, 2]);
  });

  test("gives the same backfill for the same idempotency key, and refuses another request", async ({ engine }) => {
    const request = { selection: "quotes", from: "2024-01-03", trigger: "test", idempotencyKey: "k" };
    const [first, second] = [await engine.backfills.submit(request), await engine.backfills.submit(request)];
    assert.equal(second.id, first.id);
    await assert.rejects(engine.backfills.submit({ ...request, force: true }), IdempotencyConflictError);
    await engine.backfills.finished(first.id);
  });

  test("estimates from past durations, and refuses invalid ranges", async ({ engine, world, materialize }) => {
    await materialize("events quotes");
    world.dates = [...days];
    const plan = await engine.backfills.plan({ selection: "quotes" });
    const [quotes] = plan.assets;
    assert.equal(quotes!.boundBy, "history");
    assert.ok(quotes!.seconds! > 0 && plan.seconds === quotes!.seconds);
    assert.deepEqual(plan.unknown, []);
    const { steps } = await engine.plan({ selection: "quotes adjusted" });
    assert.deepEqual(steps.map(({ key, estimate }) => [key, estimate?.parts, estimate?.boundBy]), [
      ["quotes", 8, "history"],
      ["adjusted", 1, null],
    ]);
    assert.equal(steps[0]!.estimate!.seconds, quotes!.seconds);
    for (
      const [request, said] of [
        [{ from: "2024-02-30" }, /"2024-02-30" is not a date/],
        [{ from: "2024-03-01", to: "2024-02-01" }, /ends on 2024-02-01, which is earlier/],
        [{ names: [] }, /list of names is empty/],
      ] as const
    ) {
      await assert.rejects(
        engine.backfills.plan({ selection: "quotes", ...request }),
        (error) => error instanceof InvalidRequestError && said.test(error.message),
      );
    }
    await assert.rejects(
      engine.backfills.submit({ selection: "events headline", names: ["A"], trigger: "test" }),
      /The partitions of what is selected have no names: omit the names\./,
    );
    await assert.rejects(engine.backfills.get(99), UnknownBackfillError);
    await assert.rejects(engine.backfills.act(99, "pause"), UnknownBackfillError);
  });
}
