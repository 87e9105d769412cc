import type { Schedule } from "../engine/mod.ts";

/** What is read from outside, and everything that follows from it. */
export function daily(settings: { dailySchedule: string; scheduleTimeZone: string }): Schedule {
  return {
    name: "daily",
    description: "After the close of each trading day: new bars and everything downstream.",
    cron: settings.dailySchedule,
    timeZone: settings.scheduleTimeZone,
    selection: "*",
  };
}
