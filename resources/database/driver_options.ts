import postgres from "postgres";
import { arrayTypes } from "./array_types.ts";
import type { Logger } from "./logger.ts";

/** Object identifiers of types whose TypeScript form differs from the driver's. */
const OID = { int8: 20, numeric: 1700, date: 1082, timestamp: 1114, timestamptz: 1184 } as const;

/** Formats of single values that differ from the driver's. */
const types = {
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
};

/**
 * Options of both databases, overriding defaults of the driver and of the environment: one client is one connection ({@link
 * Connection}), which is opened once and discarded when it is lost.
 *
 * `date` → `YYYY-MM-DD`; `timestamptz` → ISO 8601 in UTC, to microseconds if present; `bigint` → number if exact, else its digits;
 * `numeric` → number; arrays of these and of other plain types → arrays. Parameters of these types take strings, and `Date` for
 * times.
 */
export function driverOptions({ logger, ...given }: DriverOptions): postgres.ParsedOptions {
  const options = {
    host: "database",
    ...given,
    connection: { application_name: "tandem", TimeZone: "UTC", DateStyle: "ISO, YMD", ...given.connection },
    max: 1,
    ssl: false,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 0,
    keep_alive: null,
    fetch_types: false,
    onnotice: (notice) => logger?.debug?.(`PostgreSQL: ${notice.message}`, { notice }),
  } satisfies postgres.Options<Record<string, postgres.PostgresType>>;
  const { serializers, parsers } = postgres({ ...options, types }).options;
  const arrays = arrayTypes({ serializers, parsers });
  const parsed = postgres({ ...options, types: { ...types, ...arrays } }).options;
  return { ...parsed, target_session_attrs: undefined as never };
}

/** Options that differ between databases. */
export interface DriverOptions {
  logger?: Logger;
  username?: string;
  password?: string;
  database?: string;
  prepare?: boolean;
  /** Parameters of the session, sent at its start. */
  connection?: Record<string, string>;
}

/** `2026-11-23 15:00:00.5+00` → `2026-11-23T15:00:00.5Z`; `infinity` is unchanged. */
export function isoInstant(text: string): string {
  return text.replace(" ", "T").replace(/\+00$/, "Z");
}
