/** Answers about backfills and schedules. */
import { z } from "zod";
import { BackfillSummary, named, ScheduleState } from "../../../engine/mod.ts";

export { Backfill, BackfillPlan, ScheduleState } from "../../../engine/mod.ts";

export const BackfillList = named("BackfillList", z.strictObject({ backfills: z.array(BackfillSummary) }));
export const ScheduleFired = named(
  "ScheduleFired",
  z.strictObject({ schedule: z.string(), runId: z.int().nullable() }),
);
export const ScheduleList = named("ScheduleList", z.strictObject({ schedules: z.array(ScheduleState) }));
