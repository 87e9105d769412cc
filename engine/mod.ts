/**
 * The asset engine: how assets become fresh. Knows no asset, no route.
 *
 * An {@link Asset} is declared with its upstream assets, row schema and function; the {@link Engine} tells by versions which
 * are stale, plans and runs what has to run, and records rows and materialization in one transaction.
 */
export { assetsWith } from "./asset.ts";
export type {
  AnyAsset,
  Asset,
  AssetSpec,
  Input,
  Layer,
  MaterializeContext,
  Materialized,
  Output,
  RowOf,
} from "./asset.ts";
export * from "./checks/mod.ts";
export { type AssetState, type AssetStateName, Engine, type EngineOptions, type MaterializeRequest } from "./engine.ts";
export * from "./errors.ts";
export { Cancelled, type Executor, type StepOutcome, type StepTask } from "./executor.ts";
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
export { link, type Metadata, type MetadataValue, table } from "./metadata.ts";
export type { Plan, PlannedStep, WaitingStep } from "./plan.ts";
export * from "./records.ts";
export type { RetryPolicy } from "./retry.ts";
export type { Columns } from "./row_schema.ts";
export {
  type Filter,
  maxPageRows,
  maxTableRows,
  type Operator,
  operators,
  type PageQuery,
  type RowPage,
  type RowTable,
  type TableOptions,
  type TableQuery,
} from "./row_page.ts";
export { type Schedule, Scheduler, type ScheduleState } from "./scheduler.ts";
export { select } from "./selection.ts";
export type { Reason } from "./staleness.ts";
