/** Backfills and schedules, as they are answered. */
import { z } from "zod";
import type { Backfill, BackfillPlan, BackfillSummary, ScheduleState } from "../../../engine/mod.ts";
import { named } from "../components.ts";
import { runStatus, SomePartitions } from "./runs.ts";

const instant = z.iso.datetime({ offset: true });
const date = z.iso.date();

const BackfillRange = z.strictObject({
  from: date.optional(),
  to: date.optional(),
  names: z.array(z.string()).optional(),
});

export const BackfillPlanSchema = named(
  "BackfillPlan",
  z.strictObject({
    selection: z.string(),
    range: BackfillRange,
    force: z.boolean(),
    assets: z.array(z.strictObject({
      key: z.string(),
      produces: z.array(z.string()),
      partitions: SomePartitions.nullable(),
      parts: z.int(),
      vendorCalls: z.number().nullable(),
      seconds: z.number().nullable(),
      boundBy: z.enum(["calls", "history"]).nullable(),
      certain: z.boolean(),
    })),
    skipped: z.array(z.strictObject({ key: z.string(), upstream: z.string(), partitions: SomePartitions })),
    fresh: z.array(z.string()),
    unknownNames: z.array(z.string()),
    partitions: z.int(),
    vendorCalls: z.number(),
    seconds: z.number(),
    unknown: z.array(z.string()),
  }),
);
BackfillPlanSchema satisfies z.ZodType<BackfillPlan>;

const partitionState = z.enum(["done", "running", "missing", "failed", "skipped"]);
const progress = z.strictObject({
  done: z.int(),
  running: z.int(),
  missing: z.int(),
  failed: z.int(),
  skipped: z.int(),
  partitions: z.int(),
});

const backfillFields = {
  id: z.int(),
  trigger: z.string(),
  selection: z.string(),
  range: BackfillRange,
  force: z.boolean(),
  status: z.enum(["running", "paused", "succeeded", "failed", "cancelled"]),
  reason: z.string().nullable(),
  progress,
  createdAt: instant,
  finishedAt: instant.nullable(),
};
const BackfillSummarySchema = named("BackfillSummary", z.strictObject(backfillFields));
BackfillSummarySchema satisfies z.ZodType<BackfillSummary>;

export const BackfillList = named("BackfillList", z.strictObject({ backfills: z.array(BackfillSummarySchema) }));

export const BackfillSchema = named(
  "Backfill",
  z.strictObject({
    ...backfillFields,
    plan: BackfillPlanSchema,
    assets: z.array(z.strictObject({
      key: z.string(),
      state: partitionState,
      partitions: z.strictObject({
        done: SomePartitions,
        running: SomePartitions,
        missing: SomePartitions,
        failed: SomePartitions,
        skipped: SomePartitions,
      }).nullable(),
      message: z.string().nullable(),
      remainingSeconds: z.number().nullable(),
    })),
    runs: z.array(z.strictObject({
      id: z.int(),
      status: runStatus,
      selection: z.string(),
      partitions: z.int().nullable(),
      done: z.int().nullable(),
      failed: z.int().nullable(),
      error: z.string().nullable(),
      startedAt: instant.nullable(),
      finishedAt: instant.nullable(),
    })),
    runCount: z.int(),
    remainingSeconds: z.number().nullable(),
    expectedAt: instant.nullable(),
  }),
);
BackfillSchema satisfies z.ZodType<Backfill>;

const Tick = named(
  "ScheduleTick",
  z.strictObject({
    scheduledAt: instant,
    firedAt: instant,
    madeUp: z.boolean().describe("Whether it was missed while no process was there, and made up later"),
    asked: z.boolean().describe("Whether somebody asked for it, and no clock"),
    runId: z.int().nullable().describe("null where nothing was stale"),
  }),
);
export const ScheduleSchema = named(
  "Schedule",
  z.strictObject({
    name: z.string(),
    description: z.string(),
    cron: z.string(),
    timeZone: z.string(),
    selection: z.string(),
    nextAt: instant.nullable(),
    upcoming: z.array(instant),
    pausedAt: instant.nullable(),
    lastTick: Tick.nullable(),
    lastTicks: z.array(Tick),
  }),
);
export const ScheduleFired = named(
  "ScheduleFired",
  z.strictObject({ schedule: z.string(), runId: z.int().nullable() }),
);
ScheduleSchema satisfies z.ZodType<ScheduleState>;
export const ScheduleList = named("ScheduleList", z.strictObject({ schedules: z.array(ScheduleSchema) }));
