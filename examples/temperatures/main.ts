import { tandem } from "@tandem/tandem";
import { readings, type Resources, today, warmest } from "./assets.ts";

const resources: Resources = {
  temperatures: (day) => Promise.resolve({ Bergen: 8 + Math.sin(Date.parse(day) / 9e8), Oslo: 6, Tromsø: 3 }),
};
const daily = { name: "daily", description: "New days.", cron: "5 0 * * *", timeZone: "UTC", selection: "*" };
const project = { assets: [readings, warmest, today], schedules: [daily], resources: () => resources };

Deno.exit(await tandem(project, Deno.args));
