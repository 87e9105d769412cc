import assert from "node:assert/strict";
import fc from "fast-check";
import { pause } from "../../../resources/backoff.ts";
import type { Database } from "../../../resources/database/mod.ts";
import { tokenBucket, type TokenBucketOptions, unlimitedRate } from "../../../resources/rate_limit/mod.ts";
import { databases } from "../../support/database.ts";

const MINUTE_MS = 60_000;
/** What a statement and a timer may take on a busy machine. Turns are compared with it, which are seconds apart. */
const TOLERANCE_MS = 2_000;

/**
 * A bucket whose waits take no time: they are noted as the moment of their end. What is shown about minutes needs none to pass.
 */
function virtual(options: Omit<TokenBucketOptions, "pause">) {
  const turns: number[] = [];
  let waited = 0;
  const bucket = tokenBucket({
    ...options,
    pause(ms, signal) {
      waited = ms;
      return signal?.aborted ? Promise.reject(signal.reason) : Promise.resolve();
    },
  });
  const take = async () => {
    waited = 0;
    await bucket.take();
    turns.push(performance.now() + waited);
  };
  return { bucket, take, turns };
}

/** The largest number of turns in any stretch of a minute, less what measuring may be wrong by. */
function mostInAMinute(turns: readonly number[]): number {
  const ordered = turns.toSorted((a, b) => a - b);
  return Math.max(
    ...ordered.map((from) => ordered.filter((at) => at >= from && at < from + MINUTE_MS - TOLERANCE_MS).length),
  );
}

/** A client of its own on the same database. */
function secondClient(database: Database): Database & AsyncDisposable {
  const sql = database.session();
  return { ...database, sql, [Symbol.asyncDispose]: () => sql.end() };
}

/** What holds on each database; a bucket's name is the title, so that none meets another. */
const behaviours: [title: string, body: (database: Database, name: string) => Promise<void>][] = [];
function test(title: string, body: (database: Database, name: string) => Promise<void>): void {
  behaviours.push([title, body]);
}

test("gives two clients together no more turns in a minute than the rate, and no fewer", async (database, name) => {
  await using other = secondClient(database);
  const one = virtual({ database, name, perMinute: 5 });
  const two = virtual({ database: other, name, perMinute: 5 });
  await Promise.all([...Array(15)].flatMap(() => [one.take(), two.take()]));
  const turns = [...one.turns, ...two.turns].toSorted((a, b) => a - b);
  assert.equal(turns.length, 30);
  assert.equal(mostInAMinute(turns), 5);
  turns.slice(1).forEach((at, i) => assert.ok(Math.abs(at - turns[i]! - 12_000) < TOLERANCE_MS, `turn ${i + 1}`));
});

test("never exceeds rate and burst, whatever they are and however many ask", async (database, name) => {
  await using other = secondClient(database);
  const cases = fc.record({
    perMinute: fc.integer({ min: 1, max: 12 }),
    burst: fc.integer({ min: 1, max: 6 }),
    takers: fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 25 }),
  });
  let round = 0;
  await fc.assert(
    fc.asyncProperty(cases, async ({ perMinute, burst, takers }) => {
      const shared = { name: `${name} ${round++}`, perMinute, burst };
      const clients = [virtual({ database, ...shared }), virtual({ database: other, ...shared })];
      await Promise.all(takers.map((who) => clients[who]!.take()));
      const turns = clients.flatMap((client) => client.turns);
      assert.ok(mostInAMinute(turns) <= perMinute + burst - 1, `${mostInAMinute(turns)}`);
      const last = Math.max(...turns) - Math.min(...turns);
      const expected = Math.max(0, takers.length - burst) * MINUTE_MS / perMinute;
      assert.ok(Math.abs(last - expected) < TOLERANCE_MS, `${last} ms rather than ${expected}`);
    }),
    { numRuns: 25, seed: 7 },
  );
});

test("keeps buckets of different names apart", async (database, name) => {
  const one = virtual({ database, name: `${name} one`, perMinute: 1 });
  const two = virtual({ database, name: `${name} two`, perMinute: 1 });
  await one.take();
  await two.take();
  assert.ok(Math.abs(one.turns[0]! - two.turns[0]!) < TOLERANCE_MS);
});

test("reports the wait before a turn is taken, and takes none by telling", async (database, name) => {
  const { bucket, take } = virtual({ database, name, perMinute: 5, burst: 2 });
  assert.equal(await bucket.delayNowMs(), 0);
  await take();
  assert.equal(await bucket.delayNowMs(), 0);
  await take();
  for (let i = 0; i < 3; i++) {
    const delay = await bucket.delayNowMs();
    assert.ok(delay > 12_000 - TOLERANCE_MS && delay <= 12_000, `${delay}`);
  }
});

test("gives no turn before a penalty is over, and then one after the other", async (database, name) => {
  await using other = secondClient(database);
  const options = { name, perMinute: 600, burst: 3 };
  const [one, two] = [tokenBucket({ database, ...options }), tokenBucket({ database: other, ...options })];
  const started = performance.now();
  await one.penalize(400);
  // A shorter one does not shorten it.
  await two.penalize(1);
  const delay = await two.delayNowMs();
  assert.ok(delay > 0 && delay <= 400, `${delay}`);
  const turns: number[] = [];
  await Promise.all([one, two, one, two].map(async (bucket) => {
    await bucket.take();
    turns.push(performance.now() - started);
  }));
  turns.sort((a, b) => a - b).forEach((at, i) => assert.ok(at >= 400 + 100 * i - 5, `turn ${i} after ${at} ms`));
});

test("requeues waiting callers when a penalty starts", async (database, name) => {
  const waits: number[] = [];
  const bucket = tokenBucket({
    database,
    name,
    perMinute: 600,
    async pause(ms) {
      waits.push(ms);
      if (waits.length === 1) await bucket.penalize(300);
      else await pause(ms);
    },
  });
  await bucket.take();
  const started = performance.now();
  await bucket.take();
  assert.ok(waits.length >= 2, "the turn was taken in the middle of the penalty");
  assert.ok(performance.now() - started >= 290);
});

test("leaves nothing behind of a client that is gone but a single turn", async (database, name) => {
  await using other = secondClient(database);
  const gone = tokenBucket({ database: other, name, perMinute: 5, pause: () => new Promise(() => {}) });
  await gone.take();
  for (let i = 0; i < 20; i++) gone.take();
  await pause(100);
  const { take, turns } = virtual({ database, name, perMinute: 5 });
  const started = performance.now();
  await take();
  assert.ok(turns[0]! - started < 24_000 + TOLERANCE_MS, `${turns[0]! - started}`);
});

test(
  "ends a wait at once when its signal aborts, for its turn and in the queue, and lets others pass",
  async (database, name) => {
    const bucket = tokenBucket({ database, name, perMinute: 600 });
    await bucket.penalize(60_000);
    const [first, second] = [new AbortController(), new AbortController()];
    const enough = new Error("enough");
    const waiting = assert.rejects(bucket.take({ signal: first.signal }), (error) => error === enough);
    const queued = assert.rejects(bucket.take({ signal: second.signal }), (error) => error === enough);
    second.abort(enough);
    await queued;
    await pause(50);
    first.abort(enough);
    await waiting;
    await assert.rejects(bucket.take({ signal: first.signal }), (error) => error === enough);
    await database
      .sql`UPDATE engine.rate_limit SET full_at = clock_timestamp(), closed_until = NULL WHERE name = ${name}`;
    await bucket.take();
  },
);

test("waits in real time", async (database, name) => {
  const bucket = tokenBucket({ database, name, perMinute: 3_000 });
  const started = performance.now();
  for (let i = 0; i < 11; i++) await bucket.take();
  const tookMs = performance.now() - started;
  assert.ok(tookMs >= 195 && tookMs < 10_000, `${tookMs}`);
});

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `tokenBucket() on ${name}`,
    ignore,
    async fn(t) {
      const database = await open();
      try {
        for (const [title, body] of behaviours) await t.step(title, () => body(database, title));
      } finally {
        await database.close();
      }
    },
  });
}

Deno.test("tokenBucket() refuses rates and bursts that mean nothing", () => {
  const database = {} as Database;
  for (const perMinute of [0, -1, NaN, Infinity]) {
    assert.throws(() => tokenBucket({ database, name: "vendor", perMinute }), RangeError);
  }
  for (const burst of [0, 1.5]) {
    assert.throws(() => tokenBucket({ database, name: "vendor", perMinute: 5, burst }), RangeError);
  }
});

Deno.test("unlimitedRate never waits, and heeds its signal", async () => {
  await unlimitedRate.take();
  assert.equal(await unlimitedRate.delayNowMs(), 0);
  await assert.rejects(unlimitedRate.take({ signal: AbortSignal.abort(new Error("enough")) }), /enough/);
});
