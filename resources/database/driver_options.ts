import type postgres from "postgres";
import type { Logger } from "./logger.ts";

/** Object identifiers of the types whose form in TypeScript differs from the driver's own. */
const OID = { int8: 20, numeric: 1700, date: 1082, timestamp: 1114, timestamptz: 1184 } as const;

/**
 * What both databases have in common, whatever the driver would do by itself.
 *
 * `date` → `YYYY-MM-DD`; `timestamptz` → ISO 8601 in UTC with the microseconds there are; `bigint` → number where that
 * is exact, else its digits; `numeric` → number. Parameters of these types take strings, and `Date` for the clocks.
 */
export function driverOptions(logger?: Logger) {
  return {
    // Never: the driver opens a closed connection again by a timer with a negative delay, of which the runtime warns on
    // the terminal every time. A handful of idle connections costs less.
    idle_timeout: 0,
    // Never: a reserved connection that holds a session-level lock must not be ended under its owner.
    max_lifetime: null,
    onnotice: (notice) => logger?.debug?.(`PostgreSQL: ${notice.message}`, { notice }),
    connection: { application_name: "tandem", TimeZone: "UTC", DateStyle: "ISO, YMD" },
    types: {
      bigint: {
        to: OID.int8,
        from: [OID.int8],
        serialize: (value: unknown) => String(value),
        parse: (text: string) => Number.isSafeInteger(Number(text)) ? Number(text) : text,
      },
      numeric: {
        to: OID.numeric,
        from: [OID.numeric],
        serialize: (value: unknown) => String(value),
        parse: Number,
      },
      date: {
        to: OID.date,
        from: [OID.date],
        serialize: (value: unknown) => value instanceof Date ? value.toISOString().slice(0, 10) : String(value),
        parse: (text: string) => text,
      },
      timestamptz: {
        to: OID.timestamptz,
        from: [OID.timestamptz, OID.timestamp],
        serialize: (value: unknown) => value instanceof Date ? value.toISOString() : String(value),
        parse: isoInstant,
      },
    },
  } satisfies postgres.Options<Record<string, postgres.PostgresType>>;
}

/** `2026-11-23 15:00:00.5+00` → `2026-11-23T15:00:00.5Z`; `infinity` stays. */
export function isoInstant(text: string): string {
  return text.replace(" ", "T").replace(/\+00$/, "Z");
}
