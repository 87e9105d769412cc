import { DefinitionError } from "../errors.ts";
import type { RowSchema } from "./row_schema.ts";

/** `unknown` if there is nothing to judge yet, or the calendar does not reach far enough. */
export const freshnessStateNames = ["met", "late", "unknown"] as const;
export type FreshnessStateName = typeof freshnessStateNames[number];

/** Inputs of a policy. */
export interface FreshnessFacts {
  key: string;
  /** Newest date in the policy's column; `null` for no date or no column. */
  newest: string | null;
  /** Commit time of the latest materialization; `null` for none. */
  materializedAt: Temporal.Instant | null;
}

/** Freshness of an asset at one time. */
export interface FreshnessVerdict {
  state: FreshnessStateName;
  /** The next deadline; for a late asset, the first one missed. */
  deadline: Temporal.Instant | null;
  /** A sentence for users. */
  message: string;
}

/** Deadline for the content of an asset. */
export interface FreshnessPolicy {
  /** A sentence for users. */
  readonly description: string;
  /** The date column whose newest value is judged; `null` if the time of the materialization is judged. */
  readonly column: string | null;
  /** A boolean column: only rows in which it is true count. `null` if all do. */
  readonly where: string | null;
  /** @param resources Resources of the asset functions. */
  judge(facts: FreshnessFacts, now: Temporal.Instant, resources: unknown): FreshnessVerdict;
}

/** Calendar of a deadline: the session after a date, `null` if unknown. */
export interface SessionDays {
  nextSession(date: string): string | null;
}

/** Settings of {@link sessionDeadline}. */
export interface SessionDeadlineOptions<Resources = unknown> {
  /** The calendar, or a function that gets it from the resources of assets. */
  calendar: SessionDays | ((resources: Resources) => SessionDays);
  /** Time of day on the session's own date, `HH:MM`. An early close does not bring it forward. */
  by: string;
  /** IANA time zone of `by`. */
  timeZone: string;
  /** The column with the session, as a date. */
  column: string;
  /** A boolean column: only sessions of rows in which it is true count as present. Without it, those of all rows do. */
  where?: string;
}

/**
 * The rows of a session are present by a time of its day: late from the deadline of the first missing session.
 *
 * A time skipped at the start of summer time counts as that much later; one repeated at its end counts the first time.
 *
 * @throws {DefinitionError} If `by` is no time of day or `timeZone` is unknown.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { nyse } from "../../resources/exchange_calendar/mod.ts";
 * import { sessionDeadline } from "./freshness_policy.ts";
 *
 * const policy = sessionDeadline({ calendar: nyse, by: "18:30", timeZone: "America/New_York", column: "session" });
 * const facts = { key: "bars", newest: "2024-03-08", materializedAt: null };
 * // 2024-03-08 was a Friday, and summer time began on the Sunday after it.
 * assert.equal(policy.judge(facts, Temporal.Instant.from("2024-03-11T22:29:59Z"), {}).state, "met");
 * assert.equal(policy.judge(facts, Temporal.Instant.from("2024-03-11T22:30:00Z"), {}).state, "late");
 * ```
 */
export function sessionDeadline<Resources = unknown>(
  { calendar, by, timeZone, column, where }: SessionDeadlineOptions<Resources>,
): FreshnessPolicy {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(by)) {
    throw new DefinitionError(`The deadline "${by}" is no time of day: write it as HH:MM, such as 18:30.`);
  }
  try {
    new Intl.DateTimeFormat("en", { timeZone });
  } catch {
    throw new DefinitionError(
      `The deadline ${by} has the time zone "${timeZone}", which is not an IANA name such as America/New_York.`,
    );
  }
  const deadlineOf = (session: string) =>
    Temporal.PlainDateTime.from(`${session}T${by}`).toZonedDateTime(timeZone).toInstant();
  return {
    description: `The rows of a session are there by ${by} ${timeZone} on its day.`,
    column,
    where: where ?? null,
    judge({ key, newest }, now, resources) {
      if (newest === null) {
        return { state: "unknown", deadline: null, message: `${key} has no rows, so no session can be missed.` };
      }
      let next: string | null;
      try {
        next = (typeof calendar === "function" ? calendar(resources as Resources) : calendar).nextSession(newest);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        return {
          state: "unknown",
          deadline: null,
          message: `The newest session of ${key} cannot be determined: ${error.message}`,
        };
      }
      if (next === null) {
        return {
          state: "unknown",
          deadline: null,
          message: `${key} has session ${newest}; its calendar does not contain the next due session.`,
        };
      }
      const deadline = deadlineOf(next);
      const due = `by ${by} ${timeZone}`;
      return Temporal.Instant.compare(now, deadline) < 0
        ? { state: "met", deadline, message: `${key} has session ${newest}; ${next} is due ${due}.` }
        : {
          state: "late",
          deadline,
          message: `${key} should have had session ${next} ${due} of its day; the newest is ${newest}.`,
        };
    },
  };
}

/**
 * The latest materialization is at most `hours` old, whether it changed anything or not.
 *
 * @throws {DefinitionError} If `hours` is not above 0.
 */
export function maxAge({ hours }: { hours: number }): FreshnessPolicy {
  if (!(hours > 0 && Number.isFinite(hours))) {
    throw new DefinitionError(`The greatest age is ${hours} hours; it must be above 0.`);
  }
  const said = `${hours} ${hours === 1 ? "hour" : "hours"}`;
  return {
    description: `Materialized within the last ${said}.`,
    column: null,
    where: null,
    judge({ key, materializedAt }, now) {
      if (materializedAt === null) {
        return { state: "unknown", deadline: null, message: `${key} has never been materialized.` };
      }
      const deadline = materializedAt.add({ milliseconds: Math.round(hours * 3_600_000) });
      const at = materializedAt.toString({ smallestUnit: "second" });
      return Temporal.Instant.compare(now, deadline) < 0
        ? { state: "met", deadline, message: `${key} was materialized at ${at}, not more than ${said} ago.` }
        : { state: "late", deadline, message: `${key} was last materialized at ${at}, more than ${said} ago.` };
    },
  };
}

/** @throws {DefinitionError} If the policy's column is not a date column of the rows, or its `where` not a boolean one. */
export function requireDateColumn(key: string, policy: FreshnessPolicy | undefined, schema: RowSchema): void {
  if (!policy || policy.column === null) return;
  const demands = [[policy.column, "date"], [policy.where, "boolean"]] as const;
  for (const [name, type] of demands) {
    const column = schema.columns.find((each) => each.name === name);
    if (name === null || column?.type === type) continue;
    throw new DefinitionError(
      `The freshness of "${key}" is judged by its column "${name}", which ${
        column ? `is ${column.type} and must be a ${type}` : "its rows do not have"
      }.`,
    );
  }
}
