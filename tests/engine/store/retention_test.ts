import assert from "node:assert/strict";
import { silentLogger } from "../../../engine/mod.ts";
import { EventRetention, Retention } from "../../../engine/store/retention.ts";
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
  const events = (runId: number) => engine.ledger.events.after(runId, 0).then(({ events }) => events.length);
  const recentEvents = await events(recent);
  const all = await events(old);

  const retention = new Retention([new EventRetention(database, 30)], silentLogger);
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
  const events = async () =>
    (await database.sql<{ count: number }[]>`
    SELECT count(*) AS count FROM engine.event WHERE run_id = ${id}`)[0]!.count;
  const all = await events();
  const stop = new AbortController();
  const { sql } = database;
  const stopping = Object.assign(Object.create(database) as Database, {
    sql: Object.assign((...args: Parameters<typeof sql>) => sql(...args), {
      // Stops after the first batch.
      begin: (work: Parameters<typeof sql.begin>[1]) => sql.begin(work).finally(() => stop.abort()),
    }),
  });
  assert.equal(await new EventRetention(stopping, 30).sweep(stop.signal), 5_000);
  assert.equal(await events(), all - 5_000);
  assert.equal(await new EventRetention(database, 30).sweep(), all - 5_000 - 1);
  assert.deepEqual((await Array.fromAsync(engine.events(id))).map((e) => e.kind), ["run_finished"]);
});

test("is applied by an engine that takes runs as soon as it starts, and by no command", {}, async (tiny) => {
  const { engine, database } = tiny;
  const { id } = await engine.finished((await engine.submit({ selection: "numbers", trigger: "test" })).id);
  await age(database, id, 8);
  await engine.close();
  const events = async () => (await engine.ledger.events.after(id, 0)).events.length;
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

Deno.test("Retention.begin() sweeps at first and then every hour, and one sweep at a time", async () => {
  let sweeps = 0;
  let hold = Promise.resolve();
  const sweeper = {
    name: "things",
    async sweep() {
      sweeps++;
      await hold;
      return 0;
    },
  };
  const retention = new Retention([sweeper], silentLogger);
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
