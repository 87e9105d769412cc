import assert from "node:assert/strict";
import { silentLogger } from "../../../engine/mod.ts";
import { eventRetention, Retention } from "../../../engine/store/retention.ts";
import type { Database } from "../../../resources/database/database.ts";
import { onEachDatabase, until } from "../../support/partitions.ts";
import { gate, withTinyEngine } from "../../support/tiny_engine.ts";

const test = onEachDatabase("Retention");

/** Lets a run have ended so many days ago. */
async function age(database: Database, runId: number, days: number): Promise<void> {
  await database.sql`
    UPDATE engine.run SET finished_at = now() - make_interval(days => ${days}) WHERE id = ${runId}`;
}

/** Rows of what is never deleted. */
async function kept({ sql }: Database): Promise<Record<string, number>> {
  const [counts] = await sql<Record<string, number>[]>`
    SELECT (SELECT count(*) FROM engine.run) AS runs, (SELECT count(*) FROM engine.step) AS steps,
           (SELECT count(*) FROM engine.materialization) AS materializations,
           (SELECT count(*) FROM engine.check_result) AS checks`;
  return { ...counts };
}

test("deletes events of runs that ended long ago and keeps their end, and everything that was made", {}, async ({
  engine,
  database,
  world,
}) => {
  const made = async () =>
    (await engine.finished((await engine.submit({ selection: "*", force: true, trigger: "test" })).id)).id;
  const [old, recent] = [await made(), await made()];
  const [begun, free] = [gate(), gate()];
  world.before = () => {
    begun.open();
    return free.opened;
  };
  const open = await engine.submit({ selection: "*", force: true, trigger: "test" });
  await begun.opened;
  await age(database, old, 31);
  await age(database, recent, 29);
  await database.sql`UPDATE engine.run SET created_at = now() - interval '90 days' WHERE id = ${open.id}`;
  const before = await kept(database);
  const events = (runId: number) => engine.ledger.eventsAfter(runId, 0).then(({ events }) => events.length);
  const recentEvents = await events(recent);
  const all = await events(old);

  const retention = new Retention(database, [eventRetention(30)], silentLogger);
  assert.deepEqual(await retention.sweep(), { events: all - 1 });
  const left = await Array.fromAsync(engine.events(old));
  assert.deepEqual(left.map((e) => [e.seq, e.kind, e.data]), [[all, "run_finished", { status: "succeeded" }]]);
  assert.deepEqual(await Array.fromAsync(engine.events(old, { after: all })), []);
  assert.equal(await events(recent), recentEvents);
  assert.ok(await events(open.id) > 2);
  assert.deepEqual(await kept(database), before);
  assert.deepEqual(await retention.sweep(), { events: 0 });
  free.open();
  assert.equal((await engine.finished(open.id)).status, "succeeded");
});

test("deletes thousands of events in batches, and can be stopped between them", {}, async ({ engine, database }) => {
  const { id } = await engine.finished((await engine.submit({ selection: "numbers", trigger: "test" })).id);
  await database.sql`
    INSERT INTO engine.event (run_id, seq, kind, data) SELECT ${id}, n, 'log', '{}' FROM generate_series(1000, 12000) AS n`;
  await age(database, id, 31);
  const stop = new AbortController();
  const sizes: number[] = [];
  const rule = eventRetention(30);
  const counting = {
    ...rule,
    async deleteSome(...args: Parameters<typeof rule.deleteSome>) {
      const some = await rule.deleteSome(...args);
      sizes.push(some.rows);
      if (sizes.length === 1) stop.abort();
      return some;
    },
  };
  const retention = new Retention(database, [counting], silentLogger);
  assert.deepEqual(await retention.sweep(stop.signal), { events: 5_000 });
  const { events } = await retention.sweep();
  assert.deepEqual(sizes.slice(0, 2), [5_000, 5_000]);
  assert.equal(sizes.length, 3);
  assert.equal(events, sizes[1]! + sizes[2]!);
  assert.deepEqual((await Array.fromAsync(engine.events(id))).map((e) => e.kind), ["run_finished"]);
});

test("is applied by an engine that takes runs as soon as it starts, and by no command", {}, async (tiny) => {
  const { engine, database } = tiny;
  const { id } = await engine.finished((await engine.submit({ selection: "numbers", trigger: "test" })).id);
  await age(database, id, 8);
  await engine.close();
  const events = async () => (await engine.ledger.eventsAfter(id, 0)).events.length;
  const all = await events();
  assert.ok(all > 1);
  const closeAfterRun = (options: { takesOpenRuns: boolean; eventRetentionDays: number }) =>
    withTinyEngine(async (next) => {
      await next.engine.finished((await next.engine.submit({ selection: "numbers", trigger: "test" })).id);
      if (options.takesOpenRuns && options.eventRetentionDays < 8) await until(events, (left) => left === 1);
    }, { ...options, database });
  await closeAfterRun({ takesOpenRuns: false, eventRetentionDays: 7 });
  await closeAfterRun({ takesOpenRuns: true, eventRetentionDays: 9 });
  assert.equal(await events(), all);
  await closeAfterRun({ takesOpenRuns: true, eventRetentionDays: 7 });
  assert.equal(await events(), 1);
});

Deno.test("Retention.begin() applies the rules at first and then every hour, and one sweep at a time", async () => {
  let sweeps = 0;
  let hold = Promise.resolve();
  const rule = {
    name: "things",
    keepDays: 1,
    async deleteSome() {
      sweeps++;
      await hold;
      return { rows: 0, more: false };
    },
  };
  const database = { sql: { begin: (work: (tx: unknown) => unknown) => work(undefined) } } as unknown as Database;
  const retention = new Retention(database, [rule], silentLogger);
  const { signal } = new AbortController();
  const hourMs = 3_600_000;
  for (const now of [0, 500, hourMs - 1]) {
    retention.begin(signal, now);
    await retention.settled();
  }
  assert.equal(sweeps, 1);
  const free = gate();
  hold = free.opened;
  retention.begin(signal, hourMs);
  retention.begin(signal, 2 * hourMs);
  free.open();
  await retention.settled();
  assert.equal(sweeps, 2);
  retention.begin(signal, 2 * hourMs + 1);
  await retention.settled();
  assert.equal(sweeps, 3);
});
