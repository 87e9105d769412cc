import type { Database } from "../database/mod.ts";
import type { TurnSource } from "./turns.ts";

/**
 * Turns that all processes on the database share, by the database's clock: one statement a lease.
 *
 * Source: the generic cell rate algorithm, ITU-T I.371. The arithmetic is that of `reserve()` in turns.ts.
 * Verified: tests/resources/rate_limit/leased_rates_test.ts.
 */
export function databaseTurns({ sql }: Pick<Database, "sql">): TurnSource {
  return {
    async lease(name, { intervalMs, roomMs }, { wanted, returned, returnedUntilMs }) {
      // clock_timestamp() is read once the row is locked, so that no turn is reserved in the past.
      const [row] = await sql<{ granted: number; full_in_ms: number; full_at_ms: number }[]>`
        INSERT INTO access.request_rate AS bucket (name, full_at, granted)
        VALUES (
          ${name}, clock_timestamp() + ${wanted}::integer * ${intervalMs}::float8 * interval '1 millisecond', ${wanted}::integer
        )
        ON CONFLICT (name) DO UPDATE SET (full_at, granted) = (
          SELECT base + turns * ${intervalMs}::float8 * interval '1 millisecond', turns
          FROM (
            SELECT base, greatest(0, least(
              ${wanted}::integer,
              floor((${roomMs}::float8 - 1000 * extract(epoch FROM base - now)::float8) / ${intervalMs}::float8 + 1e-9)
            ))::integer AS turns
            FROM (
              SELECT now, greatest(now, bucket.full_at - greatest(0, least(
                ${returned}::float8,
                floor((${returnedUntilMs}::float8 - 1000 * extract(epoch FROM now)::float8) / ${intervalMs}::float8)
              )) * ${intervalMs}::float8 * interval '1 millisecond') AS base
              FROM (SELECT clock_timestamp() AS now) AS clock
            ) AS returned
          ) AS reserved
        )
        RETURNING granted,
          (1000 * extract(epoch FROM full_at - clock_timestamp()))::float8 AS full_in_ms,
          (1000 * extract(epoch FROM full_at))::float8 AS full_at_ms`;
      return { granted: row!.granted, fullInMs: row!.full_in_ms, fullAtMs: row!.full_at_ms };
    },

    async sweep() {
      await sql`DELETE FROM access.request_rate WHERE full_at < clock_timestamp()`;
    },
  };
}
