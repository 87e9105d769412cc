import { and, not, or } from "./algebra.ts";
import type { Condition } from "../declare/automation_condition.ts";
import {
  anyUpstreamInProgress,
  anyUpstreamMissing,
  anyUpstreamUpdated,
  expected,
  inProgress,
  missing,
  stale,
  triedInVain,
} from "./conditions.ts";
import { cronPassed } from "./cron_conditions.ts";

/**
 * Makes what is stale or expected as soon as what it reads is there and at rest. Missing partitions that the asset does not expect by
 * itself (`missing: "latest"`) are made by request; what was made stays under watch on any date. What failed or was
 * cancelled waits until something that it is made of changes.
 */
export function eager(): Condition {
  return {
    ...and(
      or(expected(), stale(), anyUpstreamUpdated()),
      not(anyUpstreamMissing()),
      not(anyUpstreamInProgress()),
      not(inProgress()),
      not(triedInVain()),
    ),
    text: "eager()",
    meaning: "are stale or expected, and can be made",
  };
}

/**
 * Has every partition that is made or expected looked at once a tick, and made where it is stale or missing. The daily rhythm of an asset
 * that should not follow each change at once. What failed is tried again at the next tick.
 *
 * @throws {DefinitionError} If the expression or the time zone cannot be read.
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

/** Makes what was never made, on any date, and leaves alone what is stale. */
export function onMissing(): Condition {
  return {
    ...and(
      missing(),
      not(anyUpstreamMissing()),
      not(anyUpstreamInProgress()),
      not(inProgress()),
      not(triedInVain()),
    ),
    text: "onMissing()",
    meaning: "were never made, and can be",
  };
}
