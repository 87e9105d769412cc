import type { Schedule } from "../engine/mod.ts";

/** All schedules. A tick materializes what is stale in its selection. */
export function schedules(settings: { dailySchedule: string; scheduleTimeZone: string }): Schedule[] {
  return [
    {
      name: "daily",
      description: "After the close of each trading day: new bars, and everything that follows from them.",
      cron: settings.dailySchedule,
      timeZone: settings.scheduleTimeZone,
      selection: "*",
    },
    {
      name: "service_health",
      description: "Every six hours: how the service itself is.",
      cron: "0 */6 * * *",
      timeZone: "UTC",
      selection: "service_health",
    },
  ];
}
