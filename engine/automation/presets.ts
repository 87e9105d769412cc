import { and, not, or } from "./algebra.ts";
import type { Condition } from "../declare/automation_condition.ts";
import {
  anyUpstreamInProgress,
  anyUpstreamMissing,
  anyUpstreamUpdated,
  expected,
  failedOnSameInputs,
  inProgress,
  missing,
  stale,
} from "./conditions.ts";
import { cronPassed } from "./cron_conditions.ts";

/**
 * Makes stale and expected partitions as soon as their upstream is complete and idle. Missing partitions that the asset does not
 * expect (`missing: "latest"`) are made on request; materialized ones are kept fresh on every date. Failed and cancelled partitions
 * wait until one of their inputs changes.
 */
export function eager(): Condition {
  return {
    ...and(
      or(expected(), stale(), anyUpstreamUpdated()),
      not(anyUpstreamMissing()),
      not(anyUpstreamInProgress()),
      not(inProgress()),
      not(failedOnSameInputs()),
    ),
    text: "eager()",
    meaning: "are stale or expected, and can be made",
  };
}

/**
 * Attempts every materialized or expected partition once a tick, and makes it if it is stale or missing: for assets that need not
 * follow each change at once. Failed partitions are tried again at the next tick.
 *
 * @throws {DefinitionError} If the expression or the time zone is invalid.
 */
export function onCron(cron: string, timeZone: string): Condition {
  return {
    ...and(
      cronPassed(cron, timeZone),
      or(expected(), not(missing())),
      not(anyUpstreamMissing()),
      not(anyUpstreamInProgress()),
      not(inProgress()),
    ),
    text: `onCron("${cron}", "${timeZone}")`,
    meaning: `are due since the last tick of "${cron}" in ${timeZone}, and can be made`,
  };
}

/** Makes missing partitions on any date, and leaves stale ones alone. */
export function onMissing(): Condition {
  return {
    ...and(
      missing(),
      not(anyUpstreamMissing()),
      not(anyUpstreamInProgress()),
      not(inProgress()),
      not(failedOnSameInputs()),
    ),
    text: "onMissing()",
    meaning: "were never made, and can be",
  };
}
