/**
 * The asset engine: keeps assets fresh. Imports no asset and no route.
 *
 * An {@link Asset} is declared with its upstream assets, row schema and function; the {@link Engine} compares versions to find
 * stale assets, plans and executes runs, and records rows and materialization in one transaction.
 */
export { reads } from "./declare/asset.ts";
export {
  type Block,
  type BlockComputation,
  type BlockOptions,
  type ComputeInBlocks,
  type InBlocks,
  inOneBlock,
} from "./declare/blocks.ts";
export { assetsWith } from "./declare/assets_with.ts";
export type {
  AnyAsset,
  Asset,
  AssetSpec,
  Dependency,
  Input,
  Layer,
  MaterializeContext,
  Materialized,
  Output,
  PreviousVersion,
  RowOf,
  RowOrder,
  SettledRows,
  View,
} from "./declare/asset.ts";
export * from "./automation/mod.ts";
export { type BackfillAction, backfillActions, type Backfills } from "./backfill/backfill.ts";
export * from "./store/backfill_records.ts";
export * from "./checks/mod.ts";
export { Engine, type EngineOptions, type MaterializeRequest } from "./engine.ts";
export { AssetState, type AssetStateName, type PartitionCounts } from "./judge/asset_state.ts";
export { PartitionRange } from "./partitions/partition_range.ts";
export { PartitionReport, type PartitionStateName, partitionStateNames } from "./judge/partition_report.ts";
export { isDatabaseTrouble } from "./store/database_trouble.ts";
export * from "./errors.ts";
export { type ExplainedState, Explanation, type Finding, type SettingChange } from "./judge/explanation.ts";
export { Impact, type ImpactStep } from "./judge/impact.ts";
export { Cancelled, type Executor, ShuttingDown } from "./run/executor.ts";
export { InProcessExecutor, type StepLimits } from "./run/in_process_executor.ts";
export { QueuedExecutor, type StepJobs } from "./run/queued_executor.ts";
export { StepWorker } from "./run/step_worker.ts";
export { serveSteps } from "./run/step_server.ts";
export { type StepThread, StepThreads } from "./run/step_threads.ts";
export type { PartWork, ProcessContext, StepHelpers } from "./store/context.ts";
export { openContext, type RowFileOptions } from "./store/open_context.ts";
export { currentRowsInFiles } from "./store/row_files.ts";
export { fingerprintOf } from "./judge/fingerprint.ts";
export { assetStates } from "./judge/asset_states.ts";
export type { Feed } from "./feed/feed.ts";
export type { FeedChange, FeedEvent } from "./feed/feed_events.ts";
export { checkConfig } from "./declare/config_check.ts";
export { earliest } from "./declare/earliest.ts";
export type { ExternalSpec } from "./declare/external_asset.ts";
export {
  type FreshnessPolicy,
  type FreshnessStateName,
  maxAge,
  sessionDeadline,
  type SessionDeadlineOptions,
} from "./declare/freshness_policy.ts";
export { AutomationEvaluator, type EvaluationResult } from "./watch/automation_evaluator.ts";
export { FreshnessEvaluator } from "./watch/freshness_evaluator.ts";
export { FreshnessState, freshnessStates } from "./store/freshness_record.ts";
export { type AssetGraph, assetGraph, type Producer } from "./declare/graph.ts";
export type { AlertMessage } from "./store/alert_outbox.ts";
export { type AlertOptions, Alerts } from "./watch/alerts.ts";
export { type Logger, loggerTo, type LogLevel, silentLogger } from "../resources/logger.ts";
export { InstallationMetrics, type InstallationMetricsOptions } from "./metrics/installation_metrics.ts";
export { link, type Metadata, MetadataValue, table } from "./declare/metadata.ts";
export { date, instant, named, recordNames } from "./record_schema.ts";
export { namesText, parseNames } from "./name_list.ts";
export { readValue } from "./declare/read_value.ts";
export { checkRange } from "./judge/asked_range.ts";
export type { NewestRows, NewestRowsQuery } from "./read/newest_rows.ts";
export { isLate, type JudgedAsset, type OverallState, overallState } from "./judge/overall_state.ts";
export * from "./partitions/mod.ts";
export { type BlockedStep, type Estimate, Plan, type PlannedStep, type WaitingPartitions } from "./store/run_plan.ts";
export { LiveProcess, silentAfterSeconds } from "./store/heartbeat.ts";
export * from "./store/records.ts";
export { VersionDifference } from "./read/version_difference.ts";
export { Receipt, type ReceiptQuery } from "./run/receipts.ts";
export { type Difference, Replay } from "./run/replay.ts";
export type { Report } from "./store/report.ts";
export { keepAll, keepDays, keepVersions, type RowRetention, type ThinnedTo } from "./declare/row_retention.ts";
export { AssetStorage, PrunedHistory } from "./store/row_history.ts";
export type { RetryPolicy, StepRetryPolicy } from "./declare/retry.ts";
export type { RunFilter } from "./store/run_filter.ts";
export { backfillPriority, maxPriority } from "./run/run_queue.ts";
export type { Columns } from "./declare/row_schema.ts";
export { equalTo, type Filter, type Operator, operators, type RowFilter } from "./read/row_filter.ts";
export {
  maxPageRows,
  maxTableRows,
  type PageOptions,
  type PageQuery,
  RowPage,
  type RowTable,
  type TableOptions,
  type TableQuery,
} from "./read/row_page.ts";
export { RowFileList } from "./read/row_file_list.ts";
export { maxStreams, type RowStream, type StreamOptions, StreamsBusyError } from "./read/row_stream.ts";
export { silentText } from "./judge/waiting.ts";
export type { RowQuery } from "./read/row_query.ts";
export type { ColumnOf, ViewPage, ViewQuery } from "./read/view_rows.ts";
export type { AsOf, VersionQuery } from "./read/row_version.ts";
export type { RowVersion } from "./store/latest_versions.ts";
export type { ScheduleTick } from "./store/schedule_record.ts";
export { type Schedule, Scheduler, ScheduleState } from "./watch/scheduler.ts";
export { select } from "./declare/selection.ts";
export { type PastStep, stepHistory } from "./store/step_history.ts";
export { Reason, SomePartitions } from "./store/reasons.ts";
