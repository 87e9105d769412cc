import type { Cron } from "croner";
import { parseCron } from "../declare/cron.ts";
import { since } from "./algebra.ts";
import type { Condition } from "../declare/automation_condition.ts";
import { attempted, happening } from "./conditions.ts";

/**
 * All partitions, at the instant of the last tick of a cron expression.
 *
 * @param cron Parsed as in a `Schedule`, including the rules for daylight-saving time.
 * @param timeZone IANA name, e.g. `America/New_York`.
 * @throws {DefinitionError} If either is invalid.
 */
export function cronTicked(cron: string, timeZone: string): Condition {
  const ticks = parseCron(cron, timeZone, "An automation");
  return happening(
    `cronTicked("${cron}", "${timeZone}")`,
    `had a tick of "${cron}" in ${timeZone}`,
    ({ universe, nowMs }) => {
      const atMs = lastTick(ticks, nowMs);
      return atMs === undefined ? [] : [{ partitions: universe, atMs }];
    },
  );
}

/**
 * Partitions that no step has attempted since the last tick of a cron expression: each is due once a tick, for any outcome. Ticks
 * missed while no process ran count as one.
 *
 * @throws {DefinitionError} If the expression or the time zone is invalid.
 */
export function cronPassed(cron: string, timeZone: string): Condition {
  const ticks = parseCron(cron, timeZone, "An automation");
  return {
    ...since(cronTicked(cron, timeZone), attempted()),
    text: `cronPassed("${cron}", "${timeZone}")`,
    meaning: `were not processed since the last tick of "${cron}" in ${timeZone}`,
    // Attempts before the last tick are ignored.
    historySinceMs: (nowMs) => lastTick(ticks, nowMs) ?? nowMs,
  };
}

function lastTick(ticks: Cron, nowMs: number): number | undefined {
  return ticks.previousRuns(1, new Date(nowMs + 1))[0]?.getTime();
}
