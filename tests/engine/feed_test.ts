import assert from "node:assert/strict";
import { type FeedEvent, loggerTo } from "../../engine/mod.ts";
import { Feed } from "../../engine/feed/feed.ts";
import { databases } from "../support/database.ts";
import { eventually } from "../support/service_process.ts";
import { type Tiny, withTinyEngine } from "../support/tiny_engine.ts";

function feedOf(tiny: Tiny, more: { kept?: number; idleMs?: number } = {}) {
  const closing = new AbortController();
  const logged: string[] = [];
  const logger = loggerTo((_, message) => logged.push(message));
  const feed = new Feed({ ...tiny, logger, closing: closing.signal, pollMs: 5, ...more });
  return { feed, closing, logged };
}

/** Listens until an event fits; gives all up to it. */
async function until(
  events: AsyncGenerator<FeedEvent>,
  fits: (event: FeedEvent) => boolean,
): Promise<FeedEvent[]> {
  const heard: FeedEvent[] = [];
  for (;;) {
    const { value, done } = await events.next();
    if (done) throw new Error(`The feed ended after ${JSON.stringify(heard)}.`);
    heard.push(value);
    if (fits(value)) return heard;
  }
}

const ended = (event: FeedEvent) => event.type === "run" && event.status === "succeeded";
const brief = (event: FeedEvent) =>
  event.type === "step"
    ? `${event.kind} ${event.asset}`
    : event.type === "run"
    ? `run ${event.status}`
    : event.type === "asset"
    ? `asset ${event.asset}`
    : event.type;

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `Feed sends a run, its steps and their outputs to all listeners, on ${name}`,
    ignore,
    async fn() {
      const database = await open();
      try {
        await withTinyEngine(async (tiny) => {
          const { feed, closing } = feedOf(tiny);
          const one = feed.listen();
          const other = feed.listen();
          // A new listener reloads everything once.
          assert.equal((await one.next()).value!.type, "reset");
          assert.equal((await other.next()).value!.type, "reset");
          const run = await tiny.engine.submit({ selection: "*", trigger: "http" });
          await tiny.engine.finished(run.id);
          const heard = await until(one, ended);
          const too = await until(other, ended);
          assert.deepEqual(heard.map(({ id }) => id), too.map(({ id }) => id));
          const said = heard.map(brief);
          for (const key of ["numbers", "multiples", "total"]) {
            assert.ok(said.includes(`step_succeeded ${key}`), said.join(", "));
            assert.ok(said.includes(`asset ${key}`) || key !== "numbers", said.join(", "));
          }
          assert.ok(said.indexOf("step_succeeded numbers") < said.indexOf("step_succeeded total"), said.join(", "));
          // A returning listener resumes where it was.
          const again = feed.listen({ after: heard[0]!.id });
          assert.equal((await again.next()).value!.id, heard[1]!.id);
          closing.abort();
          assert.equal((await again.next()).done, true);
          assert.equal(feed.listeners, 2, "who does not listen on has not left");
          await Promise.all([one.return(undefined), other.return(undefined)]);
          assert.equal(feed.listeners, 0);
        }, { database });
      } finally {
        await database.close();
      }
    },
  });
}

Deno.test("Feed sends reset to a listener from another process or after a long absence", async () => {
  await withTinyEngine(async (tiny) => {
    let queries = 0;
    const sql = new Proxy(tiny.database.sql, {
      apply(target, self, parameters) {
        queries++;
        return Reflect.apply(target as unknown as () => unknown, self, parameters);
      },
    });
    const { feed, closing } = feedOf({ ...tiny, database: { ...tiny.database, sql } }, { kept: 3 });
    const listener = feed.listen({ after: "elsewhere.12" });
    assert.equal((await listener.next()).value!.type, "reset");
    await tiny.engine.finished((await tiny.engine.submit({ selection: "*", trigger: "http" })).id);
    // More than one poll takes: the feed has seen all events, and kept the last three.
    const before = queries;
    while (queries < before + 30) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal((await listener.next()).value!.type, "reset");
    closing.abort();
    await listener.return(undefined);
  });
});

Deno.test("Feed tells its position, after which a reader of the present state misses nothing", async () => {
  await withTinyEngine(async (tiny) => {
    const { feed, closing } = feedOf(tiny);
    assert.equal(feed.position, undefined, "nothing is polled");
    const listener = feed.listen();
    const { id } = (await listener.next()).value!;
    assert.equal(feed.position, id);
    await listener.return(undefined);
    // The next page of a reader, some time after the one before was left.
    const position = feed.position!;
    const run = await tiny.engine.submit({ selection: "numbers", trigger: "http" });
    await tiny.engine.finished(run.id);
    const heard = await until(feed.listen({ after: position }), ended);
    assert.ok(heard.every(({ type }) => type !== "reset"), JSON.stringify(heard));
    assert.equal(feed.position!.split(".")[0], position.split(".")[0]);
    closing.abort();
  });
});

Deno.test("Feed does not poll without listeners, and resumes after the database was away", async () => {
  await withTinyEngine(async (tiny) => {
    let looks = 0;
    let away = true;
    const sql = new Proxy(tiny.database.sql, {
      apply(target, self, parameters) {
        looks++;
        return away
          ? { then: (_: unknown, reject: (error: Error) => void) => reject(new Error("away")) }
          : Reflect.apply(target as unknown as () => unknown, self, parameters);
      },
    });
    const { feed, logged, closing } = feedOf({ ...tiny, database: { ...tiny.database, sql } }, { idleMs: 200 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(looks, 0);
    const events = feed.listen();
    const first = events.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(logged.length, 1, logged.join("\n"));
    away = false;
    assert.equal((await first).value!.type, "reset");
    await tiny.engine.submit({ selection: "numbers", trigger: "http" });
    // A run that has ended by the next poll comes after its steps.
    await until(events, ({ type }) => type === "run");
    await events.return(undefined);
    assert.notEqual(feed.position, undefined, "the next listener is expected soon");
    await eventually(() => Promise.resolve(feed.position), (position) => position === undefined);
    const before = looks;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(looks, before);
    closing.abort();
  });
});
