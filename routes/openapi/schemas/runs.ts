/** Cells, runs and plans, as they are answered. */
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
  }).describe("Cells: names × ranges of dates, both ends included; null for a dimension is all of it"),
);

export const SomeCells = named("SomeCells", z.strictObject({ count: z.int(), cells: z.array(Rectangle) }));

export const CellRange = named(
  "CellRange",
  z.strictObject({
    from: date.optional(),
    to: date.optional(),
    names: z.array(z.string()).optional(),
    cells: z.record(z.string(), z.array(Rectangle)).optional(),
  }),
);

const reasonFields = { message: z.string(), cells: SomeCells.optional() };
const reason = <K extends Reason["kind"], S extends z.ZodRawShape>(kind: K, shape: S) =>
  z.strictObject({ kind: z.literal(kind), ...shape, ...reasonFields });
const version = z.string().nullable();

export const ReasonSchema = named(
  "Reason",
  z.discriminatedUnion("kind", [
    reason("never_materialized", {}),
    reason("table_replaced", {}),
    reason("definition_changed", {}),
    reason("cells_missing", {}),
    reason("cells_gone", {}),
    reason("cells_due", { from: date.nullable(), to: date.nullable() }),
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
    cells: SomeCells.nullable(),
    done: SomeCells.nullable(),
    failed: SomeCells.nullable(),
  }),
);

const runFields = {
  id: z.int(),
  trigger: z.string().describe("Who asked: http, cli, startup, schedule:NAME"),
  selection: z.string(),
  force: z.boolean(),
  range: CellRange.nullable(),
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
    range: CellRange.nullable(),
    steps: z.array(z.strictObject({
      key: z.string(),
      produces: z.array(z.string()),
      after: z.array(z.string()),
      reasons: z.array(ReasonSchema),
      certain: z.boolean(),
      cells: SomeCells.optional(),
      estimate: Estimate.optional(),
    })),
    fresh: z.array(z.string()),
    waiting: z.array(z.strictObject({ key: z.string(), upstream: z.string(), cells: SomeCells })),
    blocked: z.array(
      z.strictObject({ key: z.string(), because: z.string(), blockedBy: z.string(), run: z.int() }),
    ),
  }).describe("What would run, in order, and why"),
);
PlanSchema satisfies z.ZodType<Plan>;
