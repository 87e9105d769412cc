import { z } from "zod";
import type { ServiceState } from "../../resources/service_probe.ts";
import { asset } from "../resources.ts";

const ServiceHealth = z.object({
  name: z.string().describe("Name of the check"),
  status: z.enum(["good", "warning", "bad"]).describe("bad: action is required"),
  sentence: z.string().describe("Result in words"),
  value: z.number().nullable().describe("Measured value, in `unit`; null if unknown"),
  unit: z.string().describe("Of the value"),
  checked_at: z.iso.datetime().describe("Time of the check"),
});
type Finding = Omit<z.output<typeof ServiceHealth>, "checked_at">;

/** Settings of `service_health`. */
const ServiceHealthConfig = z.strictObject({
  failedWithinHours: z.number().positive().default(24).describe("Hours for which failed runs count"),
  maxRunHours: z.number().positive().default(6).describe("Hours after which an open run is overlong"),
  maxQueued: z.int().min(0).default(20).describe("More waiting runs than this are a warning"),
  minFreeDiskMb: z.number().min(0).default(1_024).describe("Less free space than this is bad"),
});

/** Interval of observations, in hours. */
const EVERY_HOURS = 6;
const MB = 1024 * 1024;
/** Number of entries listed before the rest is counted. */
const NAMED = 5;

/** Health of the service: database, runs, freshness, queue and disk, a row for each. It has no downstream assets. */
export const serviceHealth = asset({
  key: "service_health",
  module: import.meta,
  group: "ops",
  layer: "gold",
  description: "Health of the service: database, failed and overlong runs, freshness, queue and disk.",
  config: ServiceHealthConfig,
  row: ServiceHealth,
  primaryKey: ["name"],
  // Limits observations in runs of other assets to the interval of its own schedule.
  source({ clock }) {
    const now = clock.now().toZonedDateTimeISO("UTC");
    return Promise.resolve(`${now.toPlainDate()}T${String(now.hour - now.hour % EVERY_HOURS).padStart(2, "0")}`);
  },

  async materialize({ resources: { serviceProbe }, config, clock }) {
    const now = clock.now();
    const state = await serviceProbe?.look({
      failedSince: now.subtract({ minutes: Math.round(config.failedWithinHours * 60) }),
    });
    const findings = state ? findingsOf(state, { ...config, now }) : [];
    const checked_at = now.toString({ smallestUnit: "millisecond" });
    return {
      rows: findings.map((finding) => ({ ...finding, checked_at })),
      metadata: { not_good: findings.filter(({ status }) => status !== "good").length },
    };
  },
});

function findingsOf(
  state: ServiceState,
  limits: z.output<typeof ServiceHealthConfig> & { now: Temporal.Instant },
): Finding[] {
  const { databaseBytes, failedRuns, openRuns, notFresh, freeDiskBytes } = state;
  const { failedWithinHours, maxRunHours, maxQueued, minFreeDiskMb, now } = limits;
  const overlong = openRuns.filter(({ createdAt }) =>
    now.epochMilliseconds - Date.parse(createdAt) > maxRunHours * 3_600_000
  );
  const queued = openRuns.filter((run) => run.queued);
  const others = notFresh.filter(({ key }) => key !== "service_health");
  const freeMb = freeDiskBytes === null ? null : freeDiskBytes / MB;
  const databaseMb = databaseBytes / MB;
  return [
    finding({ name: "database", value: databaseMb, unit: "MB" }, {
      status: "good",
      sentence: `The database answers and has ${databaseMb.toFixed(0)} MB.`,
    }),
    finding({ name: "failed_runs", value: failedRuns.length, unit: "runs" }, {
      status: failedRuns.length === 0 ? "good" : "bad",
      sentence: failedRuns.length === 0
        ? `No run failed in the last ${failedWithinHours} hours.`
        : `${failedRuns.length} of the last ${failedWithinHours} hours' runs failed: ${runs(failedRuns)}.`,
    }),
    finding({ name: "overlong_runs", value: overlong.length, unit: "runs" }, {
      status: overlong.length === 0 ? "good" : "bad",
      sentence: overlong.length === 0
        ? `No run is older than ${maxRunHours} hours.`
        : `${overlong.length} runs have not ended after ${maxRunHours} hours: ${runs(overlong)}.`,
    }),
    finding({ name: "freshness", value: others.length, unit: "assets" }, {
      status: others.length === 0 ? "good" : "warning",
      sentence: others.length === 0
        ? "Every asset is fresh."
        : `${others.length} assets are not fresh: ${
          named(others.map(({ key, reason }) => `${key} (${reason})`), "; ")
        }.`,
    }),
    finding({ name: "queue", value: queued.length, unit: "runs" }, {
      status: queued.length <= maxQueued ? "good" : "warning",
      sentence: `${queued.length} runs wait for their turn; up to ${maxQueued} are usual.`,
    }),
    finding({ name: "disk", value: freeMb, unit: "MB" }, {
      status: freeMb === null || freeMb >= minFreeDiskMb ? "good" : "bad",
      sentence: freeMb === null
        ? "The files of the database are on another machine: the free space there is unknown."
        : `${freeMb.toFixed(0)} MB are free where the database keeps its files; ${minFreeDiskMb} should be.`,
    }),
  ];
}

function finding(
  measured: Pick<Finding, "name" | "value" | "unit">,
  said: Pick<Finding, "status" | "sentence">,
): Finding {
  return { ...measured, ...said };
}

function runs(list: readonly { id: number; selection: string }[]): string {
  return named(list.map(({ id, selection }) => `${id} (${selection})`), ", ");
}

function named(list: readonly string[], separator: string): string {
  const more = list.length - NAMED;
  return list.slice(0, NAMED).join(separator) + (more > 0 ? ` and ${more} more` : "");
}
