import type { Schedule } from "../engine/mod.ts";
import { daily } from "./daily.ts";
import { serviceHealth } from "./service_health.ts";

/** All schedules. A tick materializes what is stale in its selection. A new one is a file of its own and an entry here. */
export function schedules(settings: { dailySchedule: string; scheduleTimeZone: string }): Schedule[] {
  return [daily(settings), serviceHealth];
}
