/**
 * The settings of the environment. The file is long because each is stated once, here: its form, its default, its description and
 * what it requires of others.
 *
 * @module
 */
import { z } from "zod";
import { Preset } from "../assets/presets.ts";
import { ALLOW_LIST_FORMS, type AllowList, parseAllowList } from "../access/allow_list.ts";
import { secretsIn } from "../resources/redaction.ts";
import { isMarketData, MARKET_DATA_FORMS } from "../resources/market_data/market_setting.ts";
import { parseUniverse, UNIVERSE_FORMS } from "../resources/market_data/universe.ts";
import * as forms from "./value_forms.ts";

/** The configuration is invalid. The message names each variable, its value and the allowed ones. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

interface Expectation {
  allowed: string;
  secret: boolean;
}

/** Allowed values of each variable, for error messages. */
const expectations = new WeakMap<z.ZodType, Expectation>();

function variable<Schema extends z.ZodType>(
  schema: Schema,
  fallback: string,
  allowed: string,
  { secret = false } = {},
) {
  const full = z.string().default(fallback).pipe(schema as z.ZodType<z.output<Schema>, string>);
  expectations.set(full, { allowed, secret });
  return full;
}

function optional<Schema extends z.ZodType>(schema: Schema, allowed: string, { secret = false } = {}) {
  const full = schema.optional();
  expectations.set(full, { allowed, secret });
  return full;
}

const port = z.coerce.number().int().min(0).max(65535);
const callsPerMinute = z.coerce.number().int().min(1).max(60_000);
const count = z.coerce.number().int().min(1).max(64);

/** `vendor=1,disk=4` as sizes by pool; names must be unique. */
const Pools = z.string().regex(/^\s*[a-z][a-z0-9_]*=[1-9]\d{0,2}(\s*,\s*[a-z][a-z0-9_]*=[1-9]\d{0,2})*\s*$/)
  .transform((text) => text.trim().split(/\s*,\s*/).map((entry) => entry.split("=")))
  .refine((entries) => new Set(entries.map(([name]) => name)).size === entries.length)
  .transform((entries): Record<string, number> =>
    Object.fromEntries(entries.map(([name, size]) => [name, Number(size)]))
  );

/** `source,gpu` as labels. */
const StepLabels = z.string().regex(/^\s*[a-z][a-z0-9_-]{0,39}(\s*,\s*[a-z][a-z0-9_-]{0,39})*\s*$/)
  .transform((text) => text.trim().split(/\s*,\s*/));

/** Default fidelity of the old routes to the original services. */
const Compat = z.enum(["none", "strict"]);

/** All variables, each with its meaning and allowed values. */
const Variables = z.object({
  HOST: variable(z.string().min(1), "127.0.0.1", "an address to listen on, such as 127.0.0.1"),
  PORT: variable(port, "8000", "a whole number from 0 to 65535; 0 takes any free port"),
  /** Contains a password: never log it. */
  DATABASE_URL: optional(
    // Several hosts are no valid URL; opening the database reports faults in more detail.
    z.string().regex(/^postgres(ql)?:\/\//),
    "postgres://user@host:5432/database, with the password after the user and a colon, or nothing for the embedded database",
    { secret: true },
  ),
  /** Prefix of the names of all schemas. */
  SCHEMA_PREFIX: variable(
    z.string().regex(/^(?!pg_)[a-z_][a-z0-9_]{0,30}$|^$/),
    "",
    "up to 31 lower-case letters, digits and _ that begin with a letter, such as tandem_",
  ),
  DATA_DIR: variable(z.string().min(1), ".data", "a folder for the embedded database"),
  MARKET_DATA: variable(z.string().refine(isMarketData), "simulated", MARKET_DATA_FORMS),
  /** The calendar that dates of bars are checked against. */
  CALENDAR: variable(
    z.string().regex(/^(XNYS|weekdays|24\/7|none|sessions:.+)$/s),
    "XNYS",
    "XNYS, weekdays, 24/7, none or sessions:PATH, the path of a file with one session date a line",
  ),
  /** Never log it. Set if `marketData` is `polygon`. */
  POLYGON_API_KEY: optional(z.string().regex(/^[\x21-\x7e]+$/), "the vendor's key, in visible ASCII without blanks", {
    secret: true,
  }),
  POLYGON_URL: variable(
    z.string().refine(forms.isVendorAddress),
    "https://api.massive.com",
    "an https:// address without user, password or query; http:// on this machine only",
    { secret: true },
  ),
  /** Limit for all processes on one database together. */
  POLYGON_CALLS_PER_MINUTE: variable(
    callsPerMinute,
    "5",
    "a whole number from 1 to 60000: the limit of the vendor's plan",
  ),
  /** The instruments to follow; a vendor offers more. */
  UNIVERSE: variable(
    z.string().refine(forms.isUniverse).transform(parseUniverse),
    "type=ETF,exchange=XNAS",
    UNIVERSE_FORMS,
  ),
  /** First date of history; two years before the first start by default. */
  HISTORY_FROM: optional(z.iso.date(), "a date, YYYY-MM-DD, or nothing for two years before the first start"),
  /** First date of news; thirty days before each request by default. */
  NEWS_FROM: optional(z.iso.date(), "a date, YYYY-MM-DD, or nothing for thirty days back"),
  /** Minutes after the close at which a vendor has the bars of a session. */
  BARS_AFTER_CLOSE_MINUTES: variable(
    z.coerce.number().int().min(0).max(900),
    "120",
    "a whole number from 0 to 900: minutes after the close until the vendor has the session",
  ),
  PRESET: variable(Preset, "tandem", `one of ${Preset.options.join(", ")}`),
  ASSET_CONFIG: optional(z.string().min(1), "the path of a JSON file with settings by asset key"),
  DAILY_SCHEDULE: variable(
    z.string().refine(forms.isCron),
    "30 18 * * 1-5",
    'a cron expression of five fields, minute hour day month weekday, that matches some day, such as "30 18 * * 1-5"',
  ),
  SCHEDULE_TIME_ZONE: variable(
    z.string().refine(forms.isTimeZone),
    "America/New_York",
    "an IANA time zone such as America/New_York",
  ),
  /** Whether the automation conditions of assets are evaluated. */
  AUTOMATION: variable(z.enum(["on", "off"]), "on", "on or off"),
  AUTOMATION_SECONDS: variable(z.coerce.number().int().min(1).max(86_400), "30", "a whole number from 1 to 86400"),
  /** Where a server runs steps: in the thread that answers requests, in one beside it, or in workers. */
  EXECUTOR: variable(z.enum(["in_process", "thread", "queue"]), "thread", "in_process, thread or queue"),
  /** Labels of steps that this process runs; by default `source` for a server with workers, and none for a worker. */
  STEP_LABELS: optional(StepLabels, "labels of steps with commas between them, such as source,gpu"),
  MAX_CONCURRENT_STEPS: variable(count, "4", "a whole number from 1 to 64"),
  /** Megabytes of resident memory; once reached, steps run one after the other until half an hour later. */
  STEPS_TOGETHER_BELOW_MB: variable(
    z.coerce.number().int().min(0).max(10_000_000),
    "1000",
    "a whole number of megabytes from 0 to 10000000",
  ),
  MAX_CONCURRENT_RUNS: variable(z.coerce.number().int().min(1).max(1_000), "10", "a whole number from 1 to 1000"),
  /** Number of concurrent steps of each concurrency pool. */
  POOLS: variable(Pools, "vendor=1", "names of pools with their sizes, such as vendor=1 or vendor=2,disk=4"),
  EVENT_RETENTION_DAYS: variable(z.coerce.number().int().min(1).max(36_500), "30", "a whole number from 1 to 36500"),
  ROW_HISTORY_DAYS: variable(z.coerce.number().int().min(1).max(36_500), "30", "a whole number from 1 to 36500"),
  /** Place of the rows in files. */
  ROW_FILES: optional(
    z.string().min(1).refine(forms.isRowFilePlace),
    "a folder that exists, such as ./rows, or s3://bucket/prefix, for assets with rows in Parquet files",
  ),
  /** Keys of assets with rows in files, in addition to those that declare it. */
  PARQUET_ASSETS: optional(
    z.string().transform(forms.namesIn).refine((names) => names.length > 0),
    "keys of assets with commas between them, such as daily_bars,indicators",
  ),
  AWS_ACCESS_KEY_ID: optional(z.string(), "the id of an access key of the object store", { secret: true }),
  AWS_SECRET_ACCESS_KEY: optional(z.string(), "the secret of that key", { secret: true }),
  AWS_SESSION_TOKEN: optional(z.string(), "the session token of a temporary key", { secret: true }),
  AWS_REGION: variable(z.string().min(1), "us-east-1", "the region of the bucket, such as eu-central-1"),
  AWS_ENDPOINT_URL: optional(z.string(), "the address of an object store other than Amazon's"),
  /** May contain a token: never log it. `undefined` sends no alerts. */
  ALERT_WEBHOOK_URL: optional(z.url({ protocol: /^https?$/ }), "an http or https address", { secret: true }),
  /** Never log it. */
  ALERT_WEBHOOK_SECRET: optional(z.string().min(16), "at least 16 letters, shared with the receiver", {
    secret: true,
  }),
  ALERT_REPEAT_HOURS: variable(z.coerce.number().positive().max(8760), "24", "hours, above 0 and at most 8760"),
  ALERT_CHECKS: variable(z.enum(["error", "warn"]), "error", "error, or warn to include warnings"),
  /** Whether requests need credentials. */
  AUTHENTICATION: optional(
    z.enum(["off", "required"]),
    "off or required; unset, it is required unless only this machine can reach the service and sign-in is not set up",
  ),
  /** The URL for users; `undefined` for the address it listens on. */
  PUBLIC_URL: optional(
    z.string().refine(forms.isPublicAddress).transform((text) => new URL(text)),
    "the public https:// address of the service, without path; http:// on this machine only",
  ),
  GOOGLE_CLIENT_ID: optional(z.string().regex(/^[\x21-\x7e]+$/), "the id of an OAuth client of Google's"),
  GOOGLE_CLIENT_SECRET: optional(z.string().regex(/^[\x21-\x7e]+$/), "the secret of that client", { secret: true }),
  SIGN_IN_ALLOW: optional(z.string().refine(forms.isAllowList).transform(parseAllowList), ALLOW_LIST_FORMS),
  OIDC_ISSUER: variable(
    z.string().refine(forms.isIssuer),
    "https://accounts.google.com",
    "the https:// address of an OpenID provider; http:// on this machine only",
  ),
  /** Origins of other sites whose pages may use the API routes. */
  ALLOWED_ORIGINS: optional(
    z.string().refine(forms.isOriginList).transform(forms.namesIn),
    "origins separated by commas, each as browsers send it, such as https://pairs.example.com or http://localhost:3000: " +
      "no path and no trailing slash, http:// on this machine only, and no *",
  ),
  TOKEN_IN_URL: variable(z.enum(["off", "on"]), "off", "off or on"),
  /** Whether the routes of the original services reproduce their wrong numbers, unless a request overrides it. */
  COMPAT: variable(Compat, "none", "none or strict"),
  /** Limit for each token or session; `undefined` for none. */
  RATE_LIMIT_PER_MINUTE: variable(
    z.union([z.literal("off"), z.coerce.number().int().min(10).max(1_000_000)]),
    "600",
    "a whole number from 10 to 1000000, or off",
  ),
  /** Number of proxies in front whose client headers are trusted. */
  TRUSTED_PROXIES: variable(
    z.coerce.number().int().min(0).max(10),
    "0",
    "a whole number from 0 to 10: the number of proxies in front",
  ),
  /** Time for running work and open requests to finish after the signal to stop. */
  SHUTDOWN_SECONDS: variable(z.coerce.number().min(0).max(3_600), "8", "seconds, from 0 to 3600"),
  LOG_FORMAT: variable(z.enum(["text", "json"]), "text", "text or json"),
  LOG_LEVEL: variable(z.enum(["debug", "info", "warn", "error"]), "info", "debug, info, warn or error"),
});

/** Settings of sign-in by an OpenID provider. */
export interface SignInSettings {
  issuer: string;
  clientId: string;
  /** Never log it. */
  clientSecret: string;
  allowList: AllowList;
  /** Origins of pages that users may sign in for, besides this site's own. */
  allowedOrigins: readonly string[];
  /** Whether such a page receives its token in its URL. */
  tokenInUrl: boolean;
}

/** Where rows in files are: a folder, or a bucket of an object store. */
export type RowFilePlace = { folder: string } | {
  bucket: string;
  /** In front of each file, without `/` at its ends; may be empty. */
  prefix: string;
  region: string;
  /** `undefined` for Amazon's. */
  endpoint: string | undefined;
  accessKeyId: string;
  /** Never log it. */
  secretAccessKey: string;
  /** Never log it. */
  sessionToken: string | undefined;
};

/** `MAX_CONCURRENT_STEPS` as `maxConcurrentSteps`. */
type Camel<Name extends string> = Name extends `${infer Head}_${infer Rest}`
  ? `${Lowercase<Head>}${Capitalize<Camel<Rest>>}`
  : Lowercase<Name>;

type Values = z.output<typeof Variables>;

/** Variables of which several make one setting. */
type Part = `${"AWS" | "GOOGLE"}_${string}` | "OIDC_ISSUER" | "SIGN_IN_ALLOW" | "TOKEN_IN_URL";
const part = /^(AWS|GOOGLE)_|^(OIDC_ISSUER|SIGN_IN_ALLOW|TOKEN_IN_URL)$/;

/** Settings that are other than their variables. */
interface Derived {
  automation: boolean;
  rowFiles: RowFilePlace | undefined;
  parquetAssets: readonly string[];
  authentication: "off" | "required";
  /** Whether the service can be reached from this machine only. */
  loopbackOnly: boolean;
  /** Sign-in of users; `undefined` for none. */
  signIn: SignInSettings | undefined;
  allowedOrigins: readonly string[];
  rateLimitPerMinute: number | undefined;
}

/** The validated configuration of a process: each variable under its name in camel case, `logLevel` for `LOG_LEVEL`. */
export type Environment =
  & Omit<{ [Name in Exclude<keyof Values, Part> as Camel<Name>]: Values[Name] }, keyof Derived>
  & Derived;

/**
 * Reads and validates the configuration. Unknown variables are ignored; empty ones count as unset.
 *
 * @throws {ConfigurationError} Naming every invalid variable, not only the first.
 */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const given = Object.fromEntries(
    Object.keys(Variables.shape).map((name) => [name, variables[name] === "" ? undefined : variables[name]]),
  );
  const parsed = Variables.safeParse(given);
  const lines: string[] = [];
  if (!parsed.success) {
    const names = [
      ...new Set(parsed.error.issues.map((issue) => String(issue.path[0]))),
    ] as (keyof typeof Variables.shape)[];
    for (const name of names) {
      const { allowed, secret } = expectations.get(Variables.shape[name])!;
      const read = secret ? "the value (not shown: it may be a secret)" : `"${given[name]}"`;
      lines.push(`${name}: ${read} cannot be used. Allowed: ${allowed}.`);
    }
  }
  if (given.MARKET_DATA === "polygon" && given.POLYGON_API_KEY === undefined) {
    lines.push(
      "POLYGON_API_KEY: not set, but required by MARKET_DATA=polygon. Set it to the key of your account with the vendor, " +
        "or set MARKET_DATA to a source without a key.",
    );
  }
  if (given.PARQUET_ASSETS !== undefined && given.ROW_FILES === undefined) {
    lines.push(
      "ROW_FILES: not set, but required by PARQUET_ASSETS. Set it to a folder or to s3://bucket/prefix, or leave " +
        "PARQUET_ASSETS unset.",
    );
  }
  if (given.ROW_FILES?.startsWith("s3://")) {
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const) {
      if (given[name] !== undefined) continue;
      lines.push(`${name}: not set, but required by ROW_FILES=s3://…. Set it, or set ROW_FILES to a folder.`);
    }
    if (given.AWS_ENDPOINT_URL !== undefined && !forms.isStoreAddress(given.AWS_ENDPOINT_URL)) {
      lines.push(
        "AWS_ENDPOINT_URL: the value (not shown: it may be a secret) cannot be used. Allowed: an http or https address " +
          "without user, password and query.",
      );
    }
  }
  const isFile = /^(csv:|parquet:|imported$)/.test(given.MARKET_DATA ?? "");
  if (given.CALENDAR !== undefined && given.CALENDAR !== "XNYS" && !isFile) {
    lines.push(
      `CALENDAR: "${given.CALENDAR}" applies only to bars of a file, and MARKET_DATA=${
        given.MARKET_DATA ?? "simulated"
      } uses the sessions of XNYS. Leave CALENDAR unset, or set MARKET_DATA to csv:PATH, parquet:PATH or imported.`,
    );
  }
  const signInParts = ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "SIGN_IN_ALLOW"] as const;
  const absent = signInParts.filter((name) => given[name] === undefined);
  if (absent.length === 1 || absent.length === 2) {
    lines.push(
      `${absent.join(" and ")}: not set, although ${
        signInParts.filter((name) => !absent.includes(name)).join(" and ")
      } is. Sign-in needs all three: set them all, or none.`,
    );
  }
  if (
    given.GOOGLE_CLIENT_ID !== undefined && given.PUBLIC_URL === undefined &&
    !forms.isLoopback(given.HOST ?? "127.0.0.1")
  ) {
    lines.push(
      "PUBLIC_URL: not set, but sign-in needs the public address of the service for its redirect.",
    );
  }
  if (
    given.TOKEN_IN_URL === "on" && (given.ALLOWED_ORIGINS === undefined || given.GOOGLE_CLIENT_ID === undefined)
  ) {
    lines.push(
      "TOKEN_IN_URL: on requires ALLOWED_ORIGINS and sign-in, and ALLOWED_ORIGINS or GOOGLE_CLIENT_ID is not set. Leave it unset, or set both.",
    );
  }
  const loopbackOnly = forms.isLoopback(given.HOST ?? "127.0.0.1") &&
    (given.PUBLIC_URL === undefined || forms.isLoopback(URL.parse(given.PUBLIC_URL)?.hostname ?? ""));
  if (given.AUTHENTICATION === "off" && !loopbackOnly) {
    lines.push(
      "AUTHENTICATION: off is allowed only on this machine, and HOST or PUBLIC_URL is another address. Leave it unset, or set HOST to 127.0.0.1 and leave PUBLIC_URL out.",
    );
  }
  if (!parsed.success || lines.length > 0) throw new ConfigurationError(lines.join("\n"));
  const v = parsed.data;
  const signIn = v.GOOGLE_CLIENT_ID === undefined ? undefined : {
    issuer: v.OIDC_ISSUER,
    clientId: v.GOOGLE_CLIENT_ID,
    clientSecret: v.GOOGLE_CLIENT_SECRET!,
    allowList: v.SIGN_IN_ALLOW!,
    allowedOrigins: v.ALLOWED_ORIGINS ?? [],
    tokenInUrl: v.TOKEN_IN_URL === "on",
  };
  const named = Object.entries(v).filter(([name]) => !part.test(name)).map(([name, value]) => [
    name.toLowerCase().replace(/_(.)/g, (_, letter) => letter.toUpperCase()),
    value,
  ]);
  const derived: Derived = {
    automation: v.AUTOMATION === "on",
    rowFiles: placeOf(v),
    parquetAssets: v.PARQUET_ASSETS ?? [],
    authentication: v.AUTHENTICATION ?? (loopbackOnly && signIn === undefined ? "off" : "required"),
    loopbackOnly,
    signIn,
    allowedOrigins: v.ALLOWED_ORIGINS ?? [],
    rateLimitPerMinute: v.RATE_LIMIT_PER_MINUTE === "off" ? undefined : v.RATE_LIMIT_PER_MINUTE,
  };
  return { ...Object.fromEntries(named), ...derived };
}

function placeOf(v: Values): RowFilePlace | undefined {
  const { ROW_FILES: place } = v;
  if (place === undefined) return undefined;
  const [, bucket, path] = /^s3:\/\/([^/]+)(.*)$/.exec(place) ?? [];
  if (bucket === undefined) return { folder: place };
  return {
    bucket,
    prefix: path!.split("/").filter((part) => part !== "").join("/"),
    region: v.AWS_REGION,
    endpoint: v.AWS_ENDPOINT_URL,
    accessKeyId: v.AWS_ACCESS_KEY_ID!,
    secretAccessKey: v.AWS_SECRET_ACCESS_KEY!,
    sessionToken: v.AWS_SESSION_TOKEN,
  };
}

/** The values of secret variables, valid or not, which must never be shown. */
export function secretsOf(variables: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(Variables.shape).flatMap(([name, schema]) => {
    const value = variables[name];
    return value !== undefined && value !== "" && expectations.get(schema)?.secret ? secretsIn(value) : [];
  });
}
