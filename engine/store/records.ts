import type { MetadataValue } from "../declare/metadata.ts";
import type { Rectangle } from "../partitions/mod.ts";
import type { PartitionRange } from "../partitions/partition_range.ts";
import type { Reason, SomePartitions } from "./reasons.ts";

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

/** One request to materialize something, and how it went. */
export interface Run {
  id: number;
  /** Who asked: `http`, `cli`, `startup`, `schedule:NAME`. */
  trigger: string;
  selection: string;
  force: boolean;
  /** The partitions that were asked for, where they were restricted. */
  range: PartitionRange | null;
  /** Higher goes first. */
  priority: number;
  /** The run of which this one does again what failed. */
  retryOf: number | null;
  status: RunStatus;
  /** What keeps a run that is queued or running from going on, in words; `null` where nothing does. */
  waitingFor: string | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  cancelRequestedAt: string | null;
  steps: RunStep[];
}

/** A run without its steps, for lists. */
export type RunSummary = Omit<Run, "steps"> & { stepCounts: Partial<Record<StepStatus, number>> };

export interface RunStep {
  key: string;
  status: StepStatus;
  after: string[];
  reasons: Reason[];
  attempt: number;
  startedAt: string | null;
  finishedAt: string | null;
  /** Key of the step whose failure is why this one never ran. */
  skippedBecause: string | null;
  error: StepError | null;
  /** The partitions that it is to make, has made and could not make; `null` for an asset that is made as a whole. */
  partitions: SomePartitions | null;
  done: SomePartitions | null;
  failed: SomePartitions | null;
}

/** A failure as it is stored and shown: a sentence, no stack. */
export interface StepError {
  name: string;
  message: string;
  /** Whether it is about some partitions alone, so that what comes after the step goes on with the others. */
  partial?: boolean;
  /** Whether no further try can succeed before an operator acts. */
  fatal?: boolean;
}

/** One version of one asset. */
export interface Materialization {
  id: number;
  key: string;
  /** Whether a run made it, or something outside reported that it had made or seen it. */
  origin: "run" | "reported" | "observed";
  /** `null` where it was not made by a run. */
  runId: number | null;
  codeVersion: string;
  config: unknown;
  upstream: Record<string, { materialization: number; version: string }>;
  sourceVersion: string | null;
  dataVersion: string;
  rowCount: number;
  /** Rows that came and went against the version before; both 0 when it has the same content. */
  rowsAdded: number;
  rowsRemoved: number;
  metadata: Record<string, MetadataValue>;
  /** The partitions that were made; `null` where the whole was. */
  partitions: Rectangle[] | null;
  /** The partitions whose rows came, went or changed; `null` where that is not known or was everything. */
  changed: Rectangle[] | null;
  startedAt: string;
  committedAt: string;
}

export interface CheckResult {
  name: string;
  severity: "warn" | "error";
  passed: boolean;
  message: string;
  failingRows: object[] | null;
  checkedAt: string;
}

/** What may happen in a run. */
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

/** Something that happened in a run. `seq` counts from 1 without gaps. */
export interface RunEvent {
  runId: number;
  seq: number;
  at: string;
  kind: EventKind;
  /** Key of the step it is about. */
  key: string | null;
  data: Record<string, unknown>;
}

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
}
