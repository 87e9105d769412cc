/** Partitions, runs and plans, as they are answered. */
import { z } from "zod";
import {
  eventKinds,
  type Plan,
  type Reason,
  type Run,
  type RunEvent,
  runStatuses,
  type RunSummary,
  stepStatuses,
} from "../../../engine/mod.ts";
import { named } from "../components.ts";

const instant = z.iso.datetime({ offset: true });
const date = z.iso.date();
const anything = z.unknown();

export const Rectangle = named(
  "Rectangle",
  z.strictObject({
    names: z.array(z.string()).nullable(),
    dates: z.array(z.tuple([date, date])).nullable(),
  }).describe("Partitions: names × ranges of dates, both ends included; null for a dimension is all of it"),
);

export const SomePartitions = named(
  "SomePartitions",
  z.strictObject({ count: z.int(), partitions: z.array(Rectangle) }),
);

export const PartitionRange = named(
  "PartitionRange",
  z.strictObject({
    from: date.optional(),
    to: date.optional(),
    names: z.array(z.string()).optional(),
    partitions: z.record(z.string(), z.array(Rectangle)).optional(),
  }),
);

const reasonFields = { message: z.string(), partitions: SomePartitions.optional() };
const reason = <K extends Reason["kind"], S extends z.ZodRawShape>(kind: K, shape: S) =>
  z.strictObject({ kind: z.literal(kind), ...shape, ...reasonFields });
const version = z.string().nullable();

export const ReasonSchema = named(
  "Reason",
  z.discriminatedUnion("kind", [
    reason("never_materialized", {}),
    reason("table_replaced", {}),
    reason("definition_changed", {}),
    reason("partitions_missing", {}),
    reason("partitions_gone", {}),
    reason("partitions_due", { from: date.nullable(), to: date.nullable() }),
    reason("upstream_changed", { upstream: z.string(), materialization: z.int().optional() }),
    reason("upstream_stale", { upstream: z.string() }),
    reason("source_changed", { from: version, to: version }),
    reason("source_unreadable", {}),
    reason("code_changed", { from: z.string(), to: z.string() }),
    reason("config_changed", {}),
    reason("check_failed", { check: z.string() }),
    reason("blocked", { upstream: z.string(), run: z.int() }),
    reason("forced", {}),
    reason("retried", { run: z.int() }),
    reason("automation", {}),
  ]).describe("Why an asset is not what it would be if it were made now"),
);
ReasonSchema satisfies z.ZodType<Reason>;

export const runStatus = z.enum(runStatuses);
const stepStatus = z.enum(stepStatuses);

export const StepError = named(
  "StepError",
  z.strictObject({
    name: z.string(),
    message: z.string(),
    partial: z.boolean().optional(),
    fatal: z.boolean().optional(),
  }),
);

const RunStep = named(
  "RunStep",
  z.strictObject({
    key: z.string(),
    status: stepStatus,
    after: z.array(z.string()),
    reasons: z.array(ReasonSchema),
    attempt: z.int(),
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    skippedBecause: z.string().nullable(),
    error: StepError.nullable(),
    partitions: SomePartitions.nullable(),
    done: SomePartitions.nullable(),
    failed: SomePartitions.nullable(),
  }),
);

const runFields = {
  id: z.int(),
  trigger: z.string().describe("Who asked: http, cli, startup, schedule:NAME"),
  selection: z.string(),
  force: z.boolean(),
  range: PartitionRange.nullable(),
  priority: z.int(),
  retryOf: z.int().nullable(),
  status: runStatus,
  waitingFor: z.string().nullable(),
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  cancelRequestedAt: instant.nullable(),
};

export const RunSchema = named("Run", z.strictObject({ ...runFields, steps: z.array(RunStep) }));
RunSchema satisfies z.ZodType<Run>;

const RunSummarySchema = named(
  "RunSummary",
  z.strictObject({ ...runFields, stepCounts: z.partialRecord(stepStatus, z.int()) }),
);
RunSummarySchema satisfies z.ZodType<RunSummary>;

export const RunList = named("RunList", z.strictObject({ runs: z.array(RunSummarySchema) }));

const RunEventSchema = named(
  "RunEvent",
  z.strictObject({
    runId: z.int(),
    seq: z.int().describe("From 1 without gaps"),
    at: instant,
    kind: z.enum(eventKinds),
    key: z.string().nullable(),
    data: z.record(z.string(), anything),
  }),
);
RunEventSchema satisfies z.ZodType<RunEvent>;

export const RunEventList = named("RunEventList", z.strictObject({ run: z.int(), events: z.array(RunEventSchema) }));

const Estimate = z.strictObject({
  parts: z.int(),
  vendorCalls: z.number().nullable(),
  seconds: z.number().nullable(),
  boundBy: z.enum(["calls", "history"]).nullable(),
});

export const PlanSchema = named(
  "Plan",
  z.strictObject({
    selection: z.string(),
    force: z.boolean(),
    range: PartitionRange.nullable(),
    steps: z.array(z.strictObject({
      key: z.string(),
      produces: z.array(z.string()),
      after: z.array(z.string()),
      reasons: z.array(ReasonSchema),
      certain: z.boolean(),
      partitions: SomePartitions.optional(),
      estimate: Estimate.optional(),
    })),
    fresh: z.array(z.string()),
    waiting: z.array(z.strictObject({ key: z.string(), upstream: z.string(), partitions: SomePartitions })),
    blocked: z.array(
      z.strictObject({ key: z.string(), because: z.string(), blockedBy: z.string(), run: z.int() }),
    ),
  }).describe("What would run, in order, and why"),
);
PlanSchema satisfies z.ZodType<Plan>;
