import { serviceHealth as asset } from "../assets/views.ts";
import type { Schedule } from "../engine/mod.ts";

/** How the service itself is, on days without new bars too. */
export const serviceHealth: Schedule = {
  name: "service_health",
  description: "Every six hours: health of the service.",
  cron: "0 */6 * * *",
  timeZone: "UTC",
  selection: asset.key,
};
