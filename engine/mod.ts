/**
 * The asset engine: how assets become fresh. Knows no asset, no route.
 *
 * An {@link Asset} is declared with its upstream assets, row schema and function; the {@link Engine} tells by versions which
 * are stale, plans and runs what has to run, and records rows and materialization in one transaction.
 */
export { assetsWith, reads } from "./asset.ts";
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
  RowOf,
} from "./asset.ts";
export * from "./automation/mod.ts";
export { type BackfillAction, backfillActions, type Backfills } from "./backfill.ts";
export * from "./backfill_records.ts";
export * from "./checks/mod.ts";
export {
  type AssetState,
  type AssetStateName,
  type CellCounts,
  Engine,
  type EngineOptions,
  type MaterializeRequest,
} from "./engine.ts";
export type { CellRange } from "./cell_work.ts";
export type { CellReport, CellStateName } from "./cell_report.ts";
export { isDatabaseTrouble } from "./database_trouble.ts";
export * from "./errors.ts";
export type { ExplainedState, Explanation, Finding, SettingChange } from "./explanation.ts";
export type { Impact, ImpactStep } from "./impact.ts";
export { Cancelled, type Executor, type StepOutcome, type StepTask } from "./executor.ts";
export type { FeedChange, FeedEvent } from "./feed/feed_events.ts";
export type { ExternalSpec } from "./external_asset.ts";
export {
  type FreshnessPolicy,
  type FreshnessStateName,
  maxAge,
  sessionDeadline,
  type SessionDeadlineOptions,
} from "./freshness.ts";
export { FreshnessEvaluator } from "./freshness_evaluator.ts";
export { type FreshnessState, freshnessStates } from "./freshness_record.ts";
export { type AssetGraph, assetGraph, type Producer } from "./graph.ts";
export type { AlertMessage } from "./alert_outbox.ts";
export { type AlertOptions, Alerts } from "./alerts.ts";
export { type Logger, loggerTo, type LogLevel, silentLogger } from "./logger.ts";
export { InstallationMetrics, type InstallationMetricsOptions } from "./metrics/installation_metrics.ts";
export { link, type Metadata, MetadataValue, table } from "./metadata.ts";
export { namesText, parseNames } from "./name_list.ts";
export type { NewestRows, NewestRowsQuery } from "./newest_rows.ts";
export { isLate, type JudgedAsset, type OverallState, overallState } from "./overall_state.ts";
export * from "./partitions/mod.ts";
export { type PartitionStateName, type PartitionStates, partitionStates } from "./partition_state.ts";
export type { Estimate } from "./backfill_estimate.ts";
export type { BlockedStep, Plan, PlannedStep, WaitingCells } from "./plan.ts";
export { type PresentProcess, silentAfterSeconds } from "./presence.ts";
export * from "./records.ts";
export type { Report } from "./report.ts";
export type { RetryPolicy, StepRetryPolicy } from "./retry.ts";
export type { RunFilter } from "./run_filter.ts";
export { lastRunEvents } from "./run_log.ts";
export { backfillPriority, maxPriority } from "./run_queue.ts";
export type { Columns } from "./row_schema.ts";
export { type Filter, type Operator, operators } from "./row_filter.ts";
export {
  maxPageRows,
  maxTableRows,
  type PageOptions,
  type PageQuery,
  type RowPage,
  type RowTable,
  type TableOptions,
  type TableQuery,
} from "./row_page.ts";
export { maxStreams, type RowStream, type StreamOptions, StreamsBusyError } from "./row_stream.ts";
export { silentText } from "./waiting.ts";
export type { RowQuery } from "./row_query.ts";
export type { AsOf, RowVersion, VersionQuery } from "./row_version.ts";
export type { ScheduleTick } from "./schedule_record.ts";
export { type Schedule, Scheduler, type ScheduleState } from "./scheduler.ts";
export { select } from "./selection.ts";
export { type PastStep, stepHistory } from "./step_history.ts";
export type { Reason, SomeCells } from "./staleness.ts";
