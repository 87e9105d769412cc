import { pause } from "../backoff.ts";
import type { Database } from "../database/mod.ts";
import type { RateLimit } from "./rate_limit.ts";

export interface TokenBucketOptions {
  database: Database;
  /** Buckets of the same name are one, across processes. */
  name: string;
  perMinute: number;
  /** Turns that an idle bucket gives at once. */
  burst?: number;
  pause?: typeof pause;
}

/**
 * A token bucket that all processes on the database share, by the database's clock.
 *
 * Each turn is a moment that one statement reserves, the next one free; its holder waits for it without asking again. In any
 * stretch of `m` minutes no more than `perMinute · m + burst` turns begin. Processes that want turns at the same time get them one
 * after the other, since none reserves a second before its first has come: one that is killed leaves nothing behind but, at most,
 * a single unused turn.
 *
 * @throws {RangeError} If `perMinute` is not positive or `burst` is not a whole number of at least 1.
 *
 * Source: the generic cell rate algorithm, ITU-T I.371, with the reservation of virtual scheduling.
 * Verified: tests/resources/rate_limit/token_bucket_test.ts.
 */
export function tokenBucket(options: TokenBucketOptions): RateLimit {
  const { database: { sql }, name, perMinute, burst = 1 } = options;
  if (!(perMinute > 0 && perMinute < Infinity)) {
    throw new RangeError(`perMinute of ${name} is ${perMinute}: it must be a positive number.`);
  }
  if (!Number.isInteger(burst) || burst < 1) {
    throw new RangeError(`burst of ${name} is ${burst}: it must be a whole number of at least 1.`);
  }
  const wait = options.pause ?? pause;
  const intervalMs = 60_000 / perMinute;
  /** Ends when the caller before has had its turn. */
  let queue: Promise<void> = Promise.resolve();

  async function reserve(): Promise<number> {
    // A bucket is full again at full_at; a turn takes it an interval further, and may begin when it is no more than burst
    // intervals away. clock_timestamp() is read once the row is locked, so that no turn is reserved in the past.
    const [row] = await sql<{ wait_ms: number }[]>`
      INSERT INTO engine.rate_limit AS bucket (name, full_at)
      VALUES (${name}, clock_timestamp() + ${intervalMs}::float8 * interval '1 millisecond')
      ON CONFLICT (name) DO UPDATE SET
        full_at = greatest(bucket.full_at, clock_timestamp()) + ${intervalMs}::float8 * interval '1 millisecond'
      RETURNING (1000 * extract(epoch FROM full_at - clock_timestamp()))::float8 - ${
      burst * intervalMs
    }::float8 AS wait_ms`;
    return row!.wait_ms;
  }

  async function isClosed(): Promise<boolean> {
    const rows = await sql`
      SELECT FROM engine.rate_limit WHERE name = ${name} AND closed_until > clock_timestamp()`;
    return rows.length > 0;
  }

  async function turn(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const waitMs = await reserve();
      if (waitMs <= 0) return;
      await wait(Math.ceil(waitMs), signal);
      // Closed while it waited: the turn is lost, and the next one is after the opening.
      if (!await isClosed()) return;
    }
  }

  return {
    perMinute,

    async take({ signal } = {}) {
      signal?.throwIfAborted();
      const before = queue;
      const had = Promise.withResolvers<void>();
      queue = before.then(() => had.promise);
      try {
        await unlessAborted(before, signal);
        await unlessAborted(turn(signal), signal);
      } finally {
        had.resolve();
      }
    },

    async delayNowMs() {
      const [row] = await sql<{ wait_ms: number }[]>`
        SELECT (1000 * extract(epoch FROM full_at - clock_timestamp()))::float8
          - ${(burst - 1) * intervalMs}::float8 AS wait_ms
        FROM engine.rate_limit WHERE name = ${name}`;
      return Math.max(0, Math.ceil(row?.wait_ms ?? 0));
    },

    async penalize(ms) {
      const closedMs = Math.max(0, ms);
      // The first turn after the opening begins with it, and those behind it keep their distance.
      const fullMs = closedMs + (burst - 1) * intervalMs;
      await sql`
        INSERT INTO engine.rate_limit AS bucket (name, full_at, closed_until)
        VALUES (
          ${name},
          clock_timestamp() + ${fullMs}::float8 * interval '1 millisecond',
          clock_timestamp() + ${closedMs}::float8 * interval '1 millisecond'
        )
        ON CONFLICT (name) DO UPDATE SET
          full_at = greatest(bucket.full_at, excluded.full_at),
          closed_until = greatest(bucket.closed_until, excluded.closed_until)`;
    },
  };
}

/** The promise, or a rejection with the signal's reason as soon as it aborts. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
