import assert from "node:assert/strict";
import fc from "fast-check";
import type { Database } from "../../../resources/database/mod.ts";
import {
  databaseTurns,
  type LeasedRates,
  leasedRates,
  paceOf,
  turnsAtOnce,
} from "../../../resources/rate_limit/mod.ts";
import { reserve, type TurnSource } from "../../../resources/rate_limit/turns.ts";
import { databases } from "../../support/database.ts";

const quiet = { warn() {} };
const perToken = { perMinute: 600, burst: 200 };

/** A source in memory whose clock is moved by the test. */
function fakeSource() {
  const clock = { ms: 1_000_000 };
  const fullAt = new Map<string, number>();
  const calls = { leases: 0, sweeps: 0 };
  const source: TurnSource = {
    lease(name, pace, request) {
      calls.leases++;
      const lease = reserve({ fullAtMs: fullAt.get(name) ?? 0, nowMs: clock.ms }, pace, request);
      fullAt.set(name, lease.fullAtMs);
      return Promise.resolve(lease);
    },
    sweep() {
      calls.sweeps++;
      for (const [name, ms] of fullAt) if (ms < clock.ms) fullAt.delete(name);
      return Promise.resolve();
    },
  };
  const process = (more: object = {}) => leasedRates({ source, logger: quiet, now: () => clock.ms, ...more });
  return { clock, source, process, fullAt, calls };
}

/** The turns that were had in each stretch of time from one of them to another, less what the rate gives in it. */
function mostAtOnce(hadMs: readonly number[], perMinute: number): number {
  let most = 0;
  for (let i = 0; i < hadMs.length; i++) {
    for (let j = i; j < hadMs.length; j++) {
      most = Math.max(most, j - i + 1 - (hadMs[j]! - hadMs[i]!) * perMinute / 60_000);
    }
  }
  return most;
}

Deno.test("leasedRates() gives all processes together no more than rate and burst in any stretch of time", async () => {
  const cases = fc.record({
    perMinute: fc.constantFrom(60, 300, 600, 6_000),
    burst: fc.constantFrom(1, 5, 20, 50, 200),
    steps: fc.array(
      fc.record({
        process: fc.nat(2),
        takes: fc.integer({ min: 1, max: 40 }),
        pauseMs: fc.constantFrom(0, 1, 90, 400, 1_100, 2_500, 9_000),
        // A process is killed and another takes its place.
        killed: fc.boolean(),
      }),
      { minLength: 5, maxLength: 60 },
    ),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ perMinute, burst, steps }) => {
      const { clock, process } = fakeSource();
      const processes: LeasedRates[] = [process(), process(), process()];
      const had: number[] = [];
      for (const { process: at, takes, pauseMs, killed } of steps) {
        clock.ms += pauseMs;
        if (killed && takes > 20) processes[at] = process();
        const turns = await Promise.all(
          Array.from({ length: takes }, () => processes[at]!.take("token:1", { perMinute, burst })),
        );
        for (const { allowed } of turns) if (allowed) had.push(clock.ms);
      }
      const most = mostAtOnce(had, perMinute);
      assert.ok(most <= burst + 1e-6, `${most} of ${burst}`);
    }),
    { numRuns: 150 },
  );
});

Deno.test("leasedRates() exceeds the burst no more where turns are spent long after they were leased", async () => {
  const { clock, process } = fakeSource();
  const [steady, idle] = [process(), process()];
  const take = async (rates: LeasedRates) => (await rates.take("token:1", perToken)).allowed;
  // Grows the leases of one process to their full size, at a pace that leaves the bucket full.
  for (let i = 0; i < 200; i++) {
    clock.ms += 110;
    await take(steady);
  }
  const heldMs = 1_890;
  let most = 0;
  // Wherever in a lease it is, there comes a moment at which it has held almost all of it for almost as long as it may.
  for (let i = 0; i < 40; i++) {
    clock.ms += 110;
    await take(steady);
    clock.ms += heldMs;
    let had = 0;
    while (await take(idle)) had++;
    while (await take(steady)) had++;
    most = Math.max(most, had);
    clock.ms += 25_000;
    for (let j = 0; j < 150 + i; j++) {
      clock.ms += 110;
      await take(steady);
    }
  }
  assert.ok(most <= 200, `${most}`);
  assert.ok(most > 180, `${most}`);
});

Deno.test("leasedRates() lets a steady client at nine tenths of the rate through, spread over processes or not", async () => {
  for (const count of [1, 4]) {
    const { clock, process } = fakeSource();
    const processes = Array.from({ length: count }, () => process());
    let refused = 0;
    for (let i = 0; i < 4_000; i++) {
      clock.ms += 60_000 / 600 / 0.9;
      const { allowed } = await processes[i % count]!.take("token:1", perToken);
      if (!allowed) refused++;
    }
    assert.equal(refused, 0, `${count} processes`);
  }
});

Deno.test("leasedRates() asks its source less often than once in five turns where many come", async () => {
  const { clock, process, calls } = fakeSource();
  const rates = process();
  for (let i = 0; i < 1_000; i++) {
    clock.ms += 110;
    assert.equal((await rates.take("token:1", perToken)).allowed, true);
  }
  assert.ok(calls.leases < 200, `${calls.leases}`);
});

Deno.test("leasedRates() refuses clients without turns without a query", async () => {
  const { process, calls } = fakeSource();
  const rates = process();
  const policy = { perMinute: 60, burst: 5 };
  for (let i = 0; i < 6; i++) await rates.take("a", policy);
  const { leases } = calls;
  for (let i = 0; i < 100; i++) assert.equal((await rates.take("a", policy)).allowed, false);
  assert.equal(calls.leases, leases);
});

Deno.test("leasedRates() says how many turns are left, when there is another, and when all are back", async () => {
  const { clock, process } = fakeSource();
  const rates = process();
  const policy = { perMinute: 60, burst: 3 };
  const turns = [];
  for (let i = 0; i < 4; i++) turns.push(await rates.take("a", policy));
  assert.deepEqual(turns.map(({ allowed, remaining }) => [allowed, remaining]), [
    [true, 2],
    [true, 1],
    [true, 0],
    [false, 0],
  ]);
  assert.equal(turns[3]!.retryAfterMs, 1_000);
  assert.equal(turns[3]!.resetMs, 3_000);
  clock.ms += 999;
  assert.equal((await rates.take("a", policy)).allowed, false);
  clock.ms += 1;
  assert.equal((await rates.take("a", policy)).allowed, true);
  assert.equal((await rates.take("b", policy)).allowed, true);
  assert.equal(turnsAtOnce(paceOf(perToken)), 180);
});

Deno.test("leasedRates() keeps to the rate by itself while its source is away, says so once, and goes back to it", async () => {
  const { clock, source, fullAt } = fakeSource();
  const warnings: string[] = [];
  let away = true;
  let asked = 0;
  const rates = leasedRates({
    source: {
      lease: (...args) => {
        asked++;
        return away ? Promise.reject(new Error("connection refused")) : source.lease(...args);
      },
      sweep: () => source.sweep(),
    },
    logger: { warn: (message) => warnings.push(message) },
    now: () => clock.ms,
  });
  const policy = { perMinute: 60, burst: 5 };
  const allowed = async () => (await rates.take("address:192.0.2.1", policy)).allowed;
  const first = [];
  for (let i = 0; i < 7; i++) first.push(await allowed());
  assert.deepEqual(first, [true, true, true, true, true, false, false]);
  assert.equal(asked, 1);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /connection refused/);
  clock.ms += 6_000;
  away = false;
  assert.equal(await allowed(), true);
  assert.equal(asked, 2);
  assert.equal(fullAt.size, 1);
});

Deno.test("leasedRates() does not wait for a source that does not answer, and does not spend late leases", async () => {
  const { clock } = fakeSource();
  const answers: PromiseWithResolvers<void>[] = [];
  const rates = leasedRates({
    source: {
      lease: async () => {
        const answer = Promise.withResolvers<void>();
        answers.push(answer);
        await answer.promise;
        return { granted: 1_000, fullInMs: 0, fullAtMs: 0 };
      },
      sweep: () => Promise.resolve(),
    },
    logger: quiet,
    now: () => clock.ms,
    patienceMs: 5,
  });
  const policy = { perMinute: 60, burst: 2 };
  assert.equal((await rates.take("a", policy)).allowed, true);
  answers[0]!.resolve();
  assert.equal((await rates.take("a", policy)).allowed, true);
  assert.equal((await rates.take("a", policy)).allowed, false);
});

Deno.test("leasedRates() has no more names than it may under a flood of them, and forgets those that are full", async () => {
  const { clock, process, fullAt, calls } = fakeSource();
  const rates = process({ maxNames: 100, others: "address:others" });
  const policy = { perMinute: 60, burst: 4 };
  await rates.take("address:early", policy);
  let refused = 0;
  for (let i = 0; i < 5_000; i++) {
    clock.ms += 1;
    if (!(await rates.take(`address:${i}`, policy)).allowed) refused++;
    assert.ok(fullAt.size <= 101, `${fullAt.size}`);
  }
  assert.ok(refused > 4_000, `${refused}`);
  assert.ok(calls.sweeps >= 3 && calls.sweeps <= 6, `${calls.sweeps}`);
  // Who was there before the flood is counted apart from it all the while.
  clock.ms += 30_000;
  await rates.take("address:after", policy);
  await Promise.resolve();
  clock.ms += 30_000;
  assert.equal((await rates.take("address:calm", policy)).allowed, true);
  assert.ok(fullAt.size <= 3, [...fullAt.keys()].join());
});

Deno.test("paceOf() refuses rates and bursts that mean nothing", () => {
  for (const perMinute of [0, -1, NaN, Infinity]) assert.throws(() => paceOf({ perMinute, burst: 1 }), RangeError);
  for (const burst of [0, 1.5, NaN]) assert.throws(() => paceOf({ perMinute: 1, burst }), RangeError);
});

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `databaseTurns() on ${name}`,
    ignore,
    async fn(t) {
      const database = await open();
      try {
        await t.step("gives two processes together no more than rate and burst, and no less at once", async () => {
          const second = database.session();
          try {
            await hammer([databaseTurns(database), databaseTurns({ sql: second })]);
          } finally {
            await second.end();
          }
        });
        await t.step(
          "gives what is there, and takes back what was not spent and is still ahead",
          () => giveAndTake(database),
        );
        await t.step("sweeps buckets that are full and no others", async () => {
          await database.sql`TRUNCATE access.request_rate`;
          await database.sql`
            INSERT INTO access.request_rate (name, full_at, granted)
            VALUES ('full', now() - interval '1 second', 1), ('used', now() + interval '1 hour', 1)`;
          await databaseTurns(database).sweep();
          const rows = await database.sql<{ name: string }[]>`SELECT name FROM access.request_rate`;
          assert.deepEqual(rows.map((row) => row.name), ["used"]);
        });
      } finally {
        await database.close();
      }
    },
  });
}

/** Takes as fast as can be for a second, from two processes. */
async function hammer(sources: readonly TurnSource[]): Promise<void> {
  const policy = { perMinute: 600, burst: 100 };
  let leases = 0;
  const processes = sources.map((source) =>
    leasedRates({
      source: { ...source, lease: (...args) => (leases++, source.lease(...args)) },
      logger: { warn: (message) => assert.fail(message) },
      patienceMs: 10_000,
    })
  );
  const startedAtMs = performance.now();
  let had = 0;
  await Promise.all(processes.map(async (process) => {
    while (performance.now() - startedAtMs < 1_000) {
      const turns = await Promise.all(Array.from({ length: 8 }, () => process.take("token:7", policy)));
      had += turns.filter(({ allowed }) => allowed).length;
      await new Promise((resolve) => setTimeout(resolve));
    }
  }));
  const elapsedMs = performance.now() - startedAtMs;
  assert.ok(had <= 100 + elapsedMs / 100, `${had} in ${elapsedMs} ms`);
  // Both together had at least what may be had at once, less a lease of each.
  assert.ok(had >= 90 - 20, `${had}`);
  assert.ok(leases <= had / 2, `${leases} leases for ${had} turns`);
}

async function giveAndTake(database: Database): Promise<void> {
  const turns = databaseTurns(database);
  // A turn an hour: nothing comes back while this runs.
  const pace = { intervalMs: 3_600_000, roomMs: 10 * 3_600_000, maxLease: 5, leaseMs: 0 };
  const nothing = { returned: 0, returnedUntilMs: 0 };
  const first = await turns.lease("a", pace, { wanted: 5, ...nothing });
  assert.equal(first.granted, 5);
  assert.ok(Math.abs(first.fullInMs - 5 * 3_600_000) < 60_000);
  assert.equal((await turns.lease("a", pace, { wanted: 9, ...nothing })).granted, 5);
  assert.equal((await turns.lease("a", pace, { wanted: 1, ...nothing })).granted, 0);
  const back = await turns.lease("a", pace, { wanted: 3, returned: 2, returnedUntilMs: first.fullAtMs });
  assert.equal(back.granted, 2);
  // What lies in the past is not given back a second time.
  const past = await turns.lease("a", pace, { wanted: 3, returned: 5, returnedUntilMs: Date.now() - 1_000 });
  assert.equal(past.granted, 0);
}
