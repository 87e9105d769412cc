import assert from "node:assert/strict";
import { backfillPriority, InvalidRequestError, silentLogger } from "../../../engine/mod.ts";
import { limited } from "../../../engine/run/executor.ts";
import type { RunDriver } from "../../../engine/run/run_driver.ts";
import { RunQueue } from "../../../engine/run/run_queue.ts";
import { InProcessExecutor } from "../../../engine/run/in_process_executor.ts";
import { force, holding, onEachDatabase, partition, until } from "../../support/partitions.ts";
import { databases } from "../../support/database.ts";
import { gate, withTinyEngine } from "../../support/tiny_engine.ts";

const test = onEachDatabase("Run queue");
const partitions = ["a", "b", "c", "d", "e"].map((key) => partition(key));

test(
  "takes what waits by priority, then the older first, and says where each stands",
  { assets: partitions, maxConcurrentRuns: 1 },
  async ({ engine, world }) => {
    const held = holding(world);
    for (const key of ["b", "c", "d", "e"]) held.release(key);
    const first = await force(engine, "a");
    assert.equal(first.waitingFor, null);
    await held.begun("a");
    const backfill = await force(engine, "b", backfillPriority);
    const [older, younger] = [await force(engine, "c"), await force(engine, "d")];
    const urgent = await force(engine, "e", 5);
    assert.deepEqual([backfill.waitingFor, urgent.waitingFor], [
      "its turn: position 1 of 1 in the queue (limit of 1 run)",
      "its turn: position 1 of 4 in the queue (limit of 1 run)",
    ]);
    assert.deepEqual((await engine.runs({ limit: 5 })).map((r) => [r.id, r.priority, r.status, r.waitingFor]), [
      [urgent.id, 5, "queued", "its turn: position 1 of 4 in the queue (limit of 1 run)"],
      [younger.id, 0, "queued", "its turn: position 3 of 4 in the queue (limit of 1 run)"],
      [older.id, 0, "queued", "its turn: position 2 of 4 in the queue (limit of 1 run)"],
      [backfill.id, -10, "queued", "its turn: position 4 of 4 in the queue (limit of 1 run)"],
      [first.id, 0, "running", null],
    ]);
    held.release("a");
    const last = await engine.finished(backfill.id);
    assert.deepEqual([last.status, last.waitingFor], ["succeeded", null]);
    assert.deepEqual(world.started, ["a", "e", "c", "d", "b"]);
  },
);

test("drives as many runs at once as it may, and no more", { assets: partitions, maxConcurrentRuns: 2 }, async ({
  engine,
  world,
}) => {
  const held = holding(world);
  const runs = [];
  for (const key of ["a", "b", "c", "d", "e"]) runs.push(await force(engine, key));
  await Promise.all([held.begun("a"), held.begun("b")]);
  assert.deepEqual((await engine.runs({ limit: 9, status: "running" })).map((r) => r.selection), ["b", "a"]);
  for (const key of ["a", "b", "c", "d", "e"]) held.release(key);
  for (const { id } of runs) assert.equal((await engine.finished(id)).status, "succeeded");
  assert.equal(held.most, 2);
});

test(
  "continues with its own runs in a process that takes none of others",
  { assets: partitions, maxConcurrentRuns: 1, takesOpenRuns: false },
  async ({ engine, world, database }) => {
    const held = holding(world);
    const first = await force(engine, "a");
    await held.begun("a");
    const second = await force(engine, "b", 5);
    assert.equal(second.waitingFor, "its turn: position 1 of 1 in the queue (limit of 1 run)");
    const plan = await engine.plan({ selection: "c", force: true });
    const foreign = await database.sql.begin((tx) => engine.queue(tx, plan, "test", { priority: 9 }));
    held.release("a");
    held.release("b");
    assert.equal((await engine.finished(second.id)).status, "succeeded");
    assert.equal((await engine.finished(first.id)).status, "succeeded");
    const left = await engine.run(foreign);
    assert.deepEqual([left.status, left.priority, left.waitingFor], [
      "queued",
      9,
      "a process that takes runs: none is running",
    ]);
    assert.deepEqual(world.started, ["a", "b"]);
    held.release("c");
    engine.begin(foreign);
    assert.equal((await engine.finished(foreign)).status, "succeeded");
  },
);

test("a run that is cancelled while it waits is never begun", { assets: partitions, maxConcurrentRuns: 1 }, async ({
  engine,
  world,
}) => {
  const held = holding(world);
  const first = await force(engine, "a");
  await held.begun("a");
  const second = await force(engine, "b");
  assert.equal((await engine.cancel(second.id)).status, "cancelled");
  held.release("a");
  assert.equal((await engine.finished(first.id)).status, "succeeded");
  assert.deepEqual(world.started, ["a"]);
});

const asked: string[] = [];
test(
  "steps of a run of higher priority get the next place in the process",
  {
    assets: partitions,
    maxConcurrentSteps: 1,
    executor(around) {
      asked.length = 0;
      const inner = new InProcessExecutor(around, { maxConcurrentSteps: 1 });
      return {
        execute(task, signal) {
          asked.push(task.key);
          return inner.execute(task, signal);
        },
      };
    },
  },
  async ({ engine, world }) => {
    const held = holding(world);
    for (const key of ["b", "c", "d"]) held.release(key);
    await force(engine, "a");
    await held.begun("a");
    const [many, urgent] = [await force(engine, "b c"), await force(engine, "d", 1)];
    await until(() => Promise.resolve(asked), (keys) => keys.includes("b") && keys.includes("d"));
    assert.equal((await engine.run(urgent.id)).waitingFor, "a place among the 1 step that its process runs at once");
    held.release("a");
    assert.equal((await engine.finished(many.id)).status, "succeeded");
    assert.deepEqual(world.started, ["a", "d", "b", "c"]);
  },
);

test(
  "steps run one after the other while memory is short, but for those that read from outside",
  {
    assets: [partition("a"), partition("b"), partition("outside", { source: () => Promise.resolve("1") })],
    stepsTogetherBelowMb: 0,
  },
  async ({ engine, world }) => {
    const held = holding(world);
    const first = await force(engine, "a");
    await held.begun("a");
    const second = await force(engine, "b");
    const third = await force(engine, "outside");
    await held.begun("outside");
    const { waitingFor } = await until(() => engine.run(second.id), (run) => run.waitingFor !== null);
    assert.match(
      waitingFor!,
      /^the steps before it: its process had 0 MB or more in memory within the last half hour, and then runs one/,
    );
    for (const key of ["outside", "b"]) held.release(key);
    assert.equal((await engine.finished(third.id)).status, "succeeded");
    assert.deepEqual(world.started, ["a", "outside"]);
    held.release("a");
    for (const { id } of [first, second]) assert.equal((await engine.finished(id)).status, "succeeded");
    assert.deepEqual(world.started, ["a", "outside", "b"]);
  },
);

test(
  "refuses a priority that is none, and gives another request for its key",
  { assets: partitions },
  async ({ engine }) => {
    for (const priority of [1.5, 1_001, NaN]) {
      await assert.rejects(
        engine.submit({ selection: "a", priority, trigger: "test" }),
        (error) => error instanceof InvalidRequestError && error.issues[0]!.path === "priority",
      );
    }
    const ask = (priority?: number) =>
      engine.submit({ selection: "a", priority, trigger: "test", idempotencyKey: "k" });
    const { id } = await ask();
    assert.equal((await ask(0)).id, id);
    await assert.rejects(ask(1), /different request/);
  },
);

const server = databases[1]!;

Deno.test({
  name: `Run queue on ${server.name}: another process sees whether any process takes runs`,
  ignore: server.ignore,
  async fn() {
    const database = await server.open();
    try {
      const options = { assets: partitions, database, takesOpenRuns: false };
      await withTinyEngine(async ({ engine, world }) => {
        const plan = await engine.plan({ selection: "a", force: true });
        const runId = await database.sql.begin((tx) => engine.queue(tx, plan, "test"));
        assert.equal((await engine.run(runId)).waitingFor, "a process that takes runs: none is running");
        await withTinyEngine(async (taking) => {
          const held = holding(taking.world);
          await held.begun("a");
          const next = await database.sql.begin((tx) => engine.queue(tx, plan, "test"));
          assert.equal(
            (await engine.run(next)).waitingFor,
            "its turn: position 1 of 1 in the queue (limit of 10 runs)",
          );
          held.release("a");
          assert.equal((await engine.finished(next)).status, "succeeded");
        }, { assets: partitions, database, maxConcurrentRuns: 1 });
        assert.equal((await engine.run(runId)).status, "succeeded");
        assert.deepEqual(world.started, []);
      }, options);
    } finally {
      await database.close();
    }
  },
});

/** A queue over runs that end when a test says so. */
function scriptedQueue(open: number[], maxConcurrentRuns: number) {
  const ends = new Map<number, ReturnType<typeof gate>>();
  const driven: number[] = [];
  const queue = new RunQueue({
    ledger: {
      runs: {
        open: ({ limit = Infinity, except = [], among } = {}) =>
          Promise.resolve(
            open.filter((id) => !driven.includes(id) && !except.includes(id) && (among?.includes(id) ?? true))
              .slice(0, limit),
          ),
      },
    },
    logger: silentLogger,
    maxConcurrentRuns,
    takesOpenRuns: true,
    driverOf(runId) {
      driven.push(runId);
      ends.set(runId, gate());
      return { drive: () => ends.get(runId)!.opened, cancel() {}, shutDown() {} } as unknown as RunDriver;
    },
  });
  return { queue, driven, end: (runId: number) => ends.get(runId)!.open() };
}

Deno.test("RunQueue does not let a new run slip in before one that waits", async () => {
  const open = [1];
  const { queue, driven, end } = scriptedQueue(open, 1);
  queue.begin(1);
  open.push(2);
  queue.begin(2);
  end(1);
  await queue.ended(1);
  // The room is free in this moment, and it is 2's.
  open.push(3);
  queue.begin(3);
  await until(() => Promise.resolve(driven), (runs) => runs.length > 1);
  assert.deepEqual(driven, [1, 2]);
  end(2);
  await until(() => Promise.resolve(driven), (runs) => runs.length > 2);
  assert.deepEqual(driven, [1, 2, 3]);
  end(3);
});

Deno.test("RunQueue forgets waiting runs when they end, and starts nothing when it is closed", async () => {
  const open = [1, 2];
  const { queue, driven, end } = scriptedQueue(open, 1);
  queue.begin(1);
  queue.begin(2);
  assert.deepEqual([queue.drives(2), queue.awaits(2)], [false, true]);
  // Cancelled, or taken elsewhere.
  open.length = 0;
  end(1);
  await until(() => Promise.resolve(queue.awaits(2)), (awaits) => !awaits);
  open.push(3);
  queue.begin(3);
  assert.deepEqual(driven, [1, 3]);
  end(3);
  await queue.close();
  queue.begin(4);
  await queue.take();
  assert.deepEqual(driven, [1, 3]);
});

Deno.test("limited() lets those of higher priority go first, and equals in the order in which they came", async () => {
  const run = limited(1);
  const hold = gate();
  const order: string[] = [];
  const first = run(() => hold.opened);
  const rest = [["a", 0], ["b", -10], ["c", 5], ["d", 0], ["e", 5]].map(([name, priority]) =>
    run(() => Promise.resolve(order.push(name as string)), priority as number)
  );
  hold.open();
  await Promise.all([first, ...rest]);
  assert.deepEqual(order, ["c", "e", "a", "d", "b"]);
});

Deno.test("limited() begins the first beside others only where it may join", async () => {
  let mayJoin = false;
  const run = limited(3, () => mayJoin);
  const gates = [gate(), gate(), gate(), gate()];
  const begun: number[] = [];
  const all = gates.map(({ opened }, i) => run(async () => (begun.push(i), await opened)));
  assert.deepEqual(begun, [0]);
  mayJoin = true;
  gates[0]!.open();
  await all[0];
  // The next three at once.
  await Promise.resolve();
  assert.deepEqual(begun, [0, 1, 2, 3]);
  for (const { open } of gates) open();
  await Promise.all(all);
});
