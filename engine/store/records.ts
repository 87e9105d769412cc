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

/** A failure as stored and shown: a sentence, no stack. */
export const StepError = named(
  "StepError",
  z.strictObject({
    name: z.string(),
    message: z.string(),
    /** Whether it affects only some partitions, so that downstream steps continue with the others. */
    partial: z.boolean().optional(),
    /** Whether no further attempt can succeed before an operator acts. */
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
    /** Key of the step whose failure caused the skip. */
    skippedBecause: z.string().nullable(),
    error: StepError.nullable(),
    /** The target, finished and failed partitions; `null` for an unpartitioned asset. */
    partitions: SomePartitions.nullable(),
    done: SomePartitions.nullable(),
    failed: SomePartitions.nullable(),
  }),
);
export type RunStep = z.infer<typeof RunStep>;

/** A request to materialize a selection, with its result. */
export const Run = named(
  "Run",
  z.strictObject({
    id: z.int(),
    trigger: z.string().describe("Trigger: http, cli, startup, schedule:NAME"),
    selection: z.string(),
    force: z.boolean(),
    /** The requested partitions, if restricted. */
    range: PartitionRange.nullable(),
    /** Higher goes first. */
    priority: z.int(),
    /** The run whose failed steps this one retries. */
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
    /** Whether a run made it, or a report said that it was made or observed outside. */
    origin: z.enum(["run", "reported", "observed"]),
    /** `null` if no run made it. */
    runId: z.int().nullable(),
    codeVersion: z.string(),
    config: z.unknown(),
    upstream: z.record(z.string(), z.strictObject({ materialization: z.int(), version: z.string() })),
    sourceVersion: z.string().nullable(),
    dataVersion: z.string().describe("Equal rows, equal version"),
    rowCount: z.int(),
    /** Rows added and removed against the previous version; both 0 for equal content. */
    rowsAdded: z.int(),
    rowsRemoved: z.int(),
    metadata: z.record(z.string(), MetadataValue),
    /** The partitions made; `null` for an unpartitioned asset. */
    partitions: z.array(Rectangle).nullable(),
    rowsFrom: z.string().nullable().describe(
      "The date from which the rows of a table that is carried on were made and checked; null if all of them were",
    ),
    /** The partitions with added, removed or changed rows; `null` if unknown or everything. */
    changed: z.array(Rectangle).nullable(),
    startedAt: instant,
    committedAt: instant,
  }),
);
export type Materialization = z.infer<typeof Materialization>;

/** A failing row, as stored by a check. */
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

/** An event of a run. */
export const RunEvent = named(
  "RunEvent",
  z.strictObject({
    runId: z.int(),
    seq: z.int().describe("From 1 without gaps"),
    at: instant,
    kind: z.enum(eventKinds),
    /** Key of the step concerned. */
    key: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
  }),
);
export type RunEvent = z.infer<typeof RunEvent>;

/** Whether the run has ended. */
export function isFinished(status: RunStatus): boolean {
  return status === "succeeded" || status === "failed" || status === "cancelled";
}

/** Inputs of an attempt of a step: equal inputs give equal results, including failures. */
export interface Reading {
  /** The producer's latest materialization at that time; `null` for none. */
  materialization: number | null;
  codeVersion: string;
  configHash: string;
  sourceVersion: string | null;
  /** Why the source's version could not be read. */
  sourceError?: string;
  /** Data version of each upstream asset with one, by key. */
  upstream: Readonly<Record<string, string>>;
}

/** An attempt whose rows a blocking check rejected. */
export interface RejectedAttempt extends Reading {
  /** The producer. */
  key: string;
  runId: number;
  /** The failed checks, each with its asset. */
  checks: readonly { key: string; name: string; message: string }[];
  rejectedAt: string;
}

/**
 * The end of a step. `partly_failed`: some partitions failed, and downstream steps continue with the others. `skipped`: some of its
 * upstream is missing. `lost`: the step no longer belongs to the process that executed it, and another one continues it.
 */
export type StepOutcome = "succeeded" | "up_to_date" | "failed" | "partly_failed" | "skipped" | "cancelled" | "lost";

/** A step of a run, in a form that any process with the same assets and the same database can execute. */
export interface StepTask {
  runId: number;
  key: string;
  /** Whether to run it even if nothing is stale. */
  force: boolean;
  /** Settings of this run by asset key. JSON. */
  config: Readonly<Record<string, unknown>>;
  /** The requested partitions, if restricted. */
  range: PartitionRange | null;
  /** Priority of its run: higher goes first if steps wait for a place or a slot. */
  priority: number;
  /** The process that drives the run. Any process may claim the step while this one drives the run. */
  drivenBy: number;
}
