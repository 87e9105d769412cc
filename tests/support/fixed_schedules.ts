import type { ScheduleState } from "../../engine/mod.ts";
import type { ScheduleControl } from "../../routes/schedules.ts";

/** Schedules with fixed states. */
export function fixedSchedules(states: ScheduleState[] = []): ScheduleControl {
  const unasked = () => Promise.reject(new Error("These schedules are read-only."));
  return { states: () => Promise.resolve(states), pause: unasked, resume: unasked, fireNow: unasked };
}
