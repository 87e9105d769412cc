import { z } from "zod";
import { severities } from "../declare/check.ts";
import { MetadataValue } from "../declare/metadata.ts";
import { Rectangle } from "../partitions/mod.ts";
import { PartitionRange } from "../partitions/partition_range.ts";
import { instant, named } from "../record_schema.ts";
import { Reason, SomePartitions } from "./reasons.ts";

/** States of a run. */
export const runStatuses = ["queued", "running", "interrupted", "succeeded", "failed", "cancelled"] as const;
export type RunStatus = typeof runStatuses[number];
/** States of a step. */
export const stepStatuses = [
  "pending",
  "running",
  "interrupted",
  "succeeded",
  "up_to_date",
  "failed",
  "skipped",
  "cancelled",
] as const;
export type StepStatus = typeof stepStatuses[number];

/** A failure as it is stored and shown: a sentence, no stack. */
export const StepError = named(
  "StepError",
  z.strictObject({
    name: z.string(),
    message: z.string(),
    /** Whether it affects only some partitions, so that downstream steps continue with the others. */
    partial: z.boolean().optional(),
    /** Whether no further try can succeed before an operator acts. */
    fatal: z.boolean().optional(),
  }),
);
export type StepError = z.infer<typeof StepError>;

export const RunStep = named(
  "RunStep",
  z.strictObject({
    key: z.string(),
    status: z.enum(stepStatuses),
    after: z.array(z.string()),
    reasons: z.array(Reason),
    attempt: z.int(),
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    /** Key of the step whose failure is why this one never ran. */
    skippedBecause: z.string().nullable(),
    error: StepError.nullable(),
    /** The partitions that it is to make, has made and could not make; `null` for an asset that is made as a whole. */
    partitions: SomePartitions.nullable(),
    done: SomePartitions.nullable(),
    failed: SomePartitions.nullable(),
  }),
);
export type RunStep = z.infer<typeof RunStep>;

/** One request to materialize something, and how it went. */
export const Run = named(
  "Run",
  z.strictObject({
    id: z.int(),
    trigger: z.string().describe("Trigger: http, cli, startup, schedule:NAME"),
    selection: z.string(),
    force: z.boolean(),
    /** The partitions that were asked for, where they were restricted. */
    range: PartitionRange.nullable(),
    /** Higher goes first. */
    priority: z.int(),
    /** The run of which this one does again what failed. */
    retryOf: z.int().nullable(),
    status: z.enum(runStatuses),
    /** Why a queued or running run waits, in words; `null` if it does not. */
    waitingFor: z.string().nullable(),
    createdAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    cancelRequestedAt: instant.nullable(),
    steps: z.array(RunStep),
  }),
);
export type Run = z.infer<typeof Run>;

/** A run without its steps, for lists. */
export const RunSummary = named(
  "RunSummary",
  Run.omit({ steps: true }).extend({ stepCounts: z.partialRecord(z.enum(stepStatuses), z.int()) }),
);
export type RunSummary = z.infer<typeof RunSummary>;

/** One version of one asset. */
export const Materialization = named(
  "Materialization",
  z.strictObject({
    id: z.int(),
    key: z.string(),
    /** Whether a run made it, or something outside reported that it had made or seen it. */
    origin: z.enum(["run", "reported", "observed"]),
    /** `null` where it was not made by a run. */
    runId: z.int().nullable(),
    codeVersion: z.string(),
    config: z.unknown(),
    upstream: z.record(z.string(), z.strictObject({ materialization: z.int(), version: z.string() })),
    sourceVersion: z.string().nullable(),
    dataVersion: z.string().describe("Equal rows, equal version"),
    rowCount: z.int(),
    /** Rows that came and went against the version before; both 0 when it has the same content. */
    rowsAdded: z.int(),
    rowsRemoved: z.int(),
    metadata: z.record(z.string(), MetadataValue),
    /** The partitions that were made; `null` where the whole was. */
    partitions: z.array(Rectangle).nullable(),
    /** The partitions whose rows came, went or changed; `null` where that is not known or was everything. */
    changed: z.array(Rectangle).nullable(),
    startedAt: instant,
    committedAt: instant,
  }),
);
export type Materialization = z.infer<typeof Materialization>;

/** A row at fault, as a check keeps it. */
export const FailingRow = z.record(z.string(), z.unknown());

export const CheckResult = z.strictObject({
  name: z.string(),
  severity: z.enum(severities),
  passed: z.boolean(),
  message: z.string(),
  failingRows: z.array(FailingRow).nullable(),
  checkedAt: instant,
});
export type CheckResult = z.infer<typeof CheckResult>;

/** Kinds of events of a run. */
export const eventKinds = [
  "run_queued",
  "run_started",
  "run_resumed",
  "run_interrupted",
  "run_cancel_requested",
  "run_finished",
  "step_started",
  "step_progress",
  "step_retry",
  "step_succeeded",
  "step_up_to_date",
  "step_failed",
  "step_skipped",
  "step_cancelled",
  "step_interrupted",
  "partitions_failed",
  "log",
] as const;
export type EventKind = typeof eventKinds[number];

/** Something that happened in a run. */
export const RunEvent = named(
  "RunEvent",
  z.strictObject({
    runId: z.int(),
    seq: z.int().describe("From 1 without gaps"),
    at: instant,
    kind: z.enum(eventKinds),
    /** Key of the step it is about. */
    key: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
  }),
);
export type RunEvent = z.infer<typeof RunEvent>;

/** Whether nothing more will happen to the run. */
export function isFinished(status: RunStatus): boolean {
  return status === "succeeded" || status === "failed" || status === "cancelled";
}

/** What an attempt of a step read: of the same an attempt comes to the same, be it a failure. */
export interface Reading {
  /** The producer's latest materialization then; `null` where it had none. */
  materialization: number | null;
  codeVersion: string;
  configHash: string;
  sourceVersion: string | null;
  /** Why the source could not say its version. */
  sourceError?: string;
  /** Data version of each upstream asset that there was, by key. */
  upstream: Readonly<Record<string, string>>;
}

/** An attempt whose rows a blocking check kept from being published. */
export interface RejectedAttempt extends Reading {
  /** The producer. */
  key: string;
  runId: number;
  /** The checks that failed, each with the asset that it judges. */
  checks: readonly { key: string; name: string; message: string }[];
  rejectedAt: string;
}

/**
 * How a step ended. `partly_failed` means that some partitions could not be made, and what follows goes on with the others; `skipped` that something it reads has a gap. `lost` means that it no longer belongs to the process that executed it: another one goes on with it, or
 * has.
 */
export type StepOutcome = "succeeded" | "up_to_date" | "failed" | "partly_failed" | "skipped" | "cancelled" | "lost";

/** A step of a run, named so that any process with the same assets and the same database can execute it. */
export interface StepTask {
  runId: number;
  key: string;
  /** Whether to run it though nothing is stale. */
  force: boolean;
  /** Settings of this run by asset key. JSON. */
  config: Readonly<Record<string, unknown>>;
  /** The partitions that were asked for, where they were restricted. */
  range: PartitionRange | null;
  /** Of its run: higher goes first where steps wait for a place or a slot. */
  priority: number;
  /** The process that drives the run. Any process may claim the step, as long as this one does. */
  drivenBy: number;
}
