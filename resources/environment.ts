import { Cron } from "croner";
import { z } from "zod";

/** The configuration cannot be used. The message names each variable, what was read and what is allowed. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** Which rules prices are cleaned, clustered and judged by, as a whole. */
export const Preset = z.enum(["tandem", "service", "research"]);
export type Preset = z.output<typeof Preset>;

function isCron(text: string): boolean {
  try {
    new Cron(text, { paused: true });
    return true;
  } catch {
    return false;
  }
}

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

interface Expectation {
  allowed: string;
  secret: boolean;
}

/** What each variable may be, in words for people. */
const expectations = new WeakMap<z.ZodType, Expectation>();

function variable<Schema extends z.ZodType>(schema: Schema, fallback: string, allowed: string) {
  const full = z.string().default(fallback).pipe(schema as z.ZodType<z.output<Schema>, string>);
  expectations.set(full, { allowed, secret: false });
  return full;
}

function optional<Schema extends z.ZodType>(schema: Schema, allowed: string, { secret = false } = {}) {
  const full = schema.optional();
  expectations.set(full, { allowed, secret });
  return full;
}

const port = z.coerce.number().int().min(0).max(65535);
const count = z.coerce.number().int().min(1).max(64);

/** All variables, with what each means and may be. */
const Variables = z.object({
  HOST: variable(z.string().min(1), "127.0.0.1", "an address to listen on, such as 127.0.0.1"),
  PORT: variable(port, "8000", "a whole number from 0 to 65535; 0 takes any free port"),
  DATABASE_URL: optional(
    z.url({ protocol: /^postgres(ql)?$/ }),
    "postgres://user:password@host:5432/database, or nothing for the embedded database",
    { secret: true },
  ),
  DATA_DIR: variable(z.string().min(1), ".data", "a folder for the embedded database"),
  MARKET_DATA: variable(z.string().min(1), "simulated", "simulated, simulated:SEED, csv:PATH or parquet:PATH"),
  PRESET: variable(Preset, "tandem", `one of ${Preset.options.join(", ")}`),
  ASSET_CONFIG: optional(z.string().min(1), "the path of a JSON file with settings by asset key"),
  DAILY_SCHEDULE: variable(
    z.string().refine(isCron),
    "30 18 * * 1-5",
    'a cron expression of five fields, minute hour day month weekday, such as "30 18 * * 1-5"',
  ),
  SCHEDULE_TIME_ZONE: variable(
    z.string().refine(isTimeZone),
    "America/New_York",
    "an IANA time zone such as America/New_York",
  ),
  MAX_CONCURRENT_STEPS: variable(count, "4", "a whole number from 1 to 64"),
  ALERT_WEBHOOK_URL: optional(z.url({ protocol: /^https?$/ }), "an http or https address", { secret: true }),
  ALERT_WEBHOOK_SECRET: optional(z.string().min(16), "at least 16 letters that the receiver knows too", {
    secret: true,
  }),
  ALERT_REPEAT_HOURS: variable(z.coerce.number().positive().max(8760), "24", "hours, above 0 and at most 8760"),
  ALERT_CHECKS: variable(z.enum(["error", "warn"]), "error", "error, or warn for checks that only warn too"),
  LOG_FORMAT: variable(z.enum(["text", "json"]), "text", "text or json"),
  LOG_LEVEL: variable(z.enum(["debug", "info", "warn", "error"]), "info", "debug, info, warn or error"),
});

/** The validated configuration of a process. */
export interface Environment {
  host: string;
  port: number;
  /** Holds a password: never log it. */
  databaseUrl: string | undefined;
  dataDir: string;
  marketData: string;
  preset: Preset;
  assetConfig: string | undefined;
  dailySchedule: string;
  scheduleTimeZone: string;
  maxConcurrentSteps: number;
  /** May hold a token: never log it. `undefined` sends no alerts. */
  alertWebhookUrl: string | undefined;
  /** Never log it. */
  alertWebhookSecret: string | undefined;
  alertRepeatHours: number;
  alertChecks: "error" | "warn";
  logFormat: "text" | "json";
  logLevel: "debug" | "info" | "warn" | "error";
}

/**
 * Reads and checks the configuration. Variables that Tandem does not know are none of its business; empty ones count as unset.
 *
 * @throws {ConfigurationError} Naming every variable at fault, not only the first.
 */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const given = Object.fromEntries(
    Object.keys(Variables.shape).map((name) => [name, variables[name] === "" ? undefined : variables[name]]),
  );
  const parsed = Variables.safeParse(given);
  if (!parsed.success) {
    const names = [
      ...new Set(parsed.error.issues.map((issue) => String(issue.path[0]))),
    ] as (keyof typeof Variables.shape)[];
    const lines = names.map((name) => {
      const { allowed, secret } = expectations.get(Variables.shape[name])!;
      const read = secret ? "what was read (not shown: it may hold a secret)" : `"${given[name]}"`;
      return `${name}: ${read} cannot be used. Allowed: ${allowed}.`;
    });
    throw new ConfigurationError(lines.join("\n"));
  }
  const v = parsed.data;
  return {
    host: v.HOST,
    port: v.PORT,
    databaseUrl: v.DATABASE_URL,
    dataDir: v.DATA_DIR,
    marketData: v.MARKET_DATA,
    preset: v.PRESET,
    assetConfig: v.ASSET_CONFIG,
    dailySchedule: v.DAILY_SCHEDULE,
    scheduleTimeZone: v.SCHEDULE_TIME_ZONE,
    maxConcurrentSteps: v.MAX_CONCURRENT_STEPS,
    alertWebhookUrl: v.ALERT_WEBHOOK_URL,
    alertWebhookSecret: v.ALERT_WEBHOOK_SECRET,
    alertRepeatHours: v.ALERT_REPEAT_HOURS,
    alertChecks: v.ALERT_CHECKS,
    logFormat: v.LOG_FORMAT,
    logLevel: v.LOG_LEVEL,
  };
}
