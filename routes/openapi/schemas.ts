/** What the service answers. Each is held against the engine's own type by the compiler, and against its answers by the tests. */
import { z } from "zod";
import type {
  AssetState,
  AutomationState,
  Backfill,
  BackfillPlan,
  BackfillSummary,
  CheckRecord,
  CheckState,
  Explanation,
  FreshnessState,
  Impact,
  Materialization,
  PartitionStates,
  Plan,
  Reason,
  Run,
  RunEvent,
  RunSummary,
  ScheduleState,
} from "../../engine/mod.ts";
import { MetadataValue } from "../../engine/mod.ts";
import * as access from "../access/schemas.ts";
import { named } from "./components.ts";

const instant = z.iso.datetime({ offset: true });
const date = z.iso.date();
const anything = z.unknown();

// ---- problems ---------------------------------------------------------------------------------------------------------

export const ProblemDetails = named(
  "Problem",
  z.strictObject({
    type: z.string().describe("A relative URI that names the kind, for programs; it does not change"),
    status: z.int(),
    title: z.string(),
    detail: z.string().optional(),
    instance: z.string().describe("The path that was asked for"),
    requestId: z.string().optional().describe("Says which line of the log belongs to it"),
    errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
  }).describe("What went wrong, by RFC 9457"),
);

export const OldError = named(
  "OldError",
  z.strictObject({ error: z.string() }).describe("What went wrong, as the original services said it"),
);

// ---- cells ------------------------------------------------------------------------------------------------------------

const Rectangle = named(
  "Rectangle",
  z.strictObject({
    names: z.array(z.string()).nullable(),
    dates: z.array(z.tuple([date, date])).nullable(),
  }).describe("Cells: names × ranges of dates, both ends included; null for a dimension is all of it"),
);

const SomeCells = named("SomeCells", z.strictObject({ count: z.int(), cells: z.array(Rectangle) }));

const CellRange = named(
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

const ReasonSchema = named(
  "Reason",
  z.discriminatedUnion("kind", [
    reason("never_materialized", {}),
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

// ---- runs -------------------------------------------------------------------------------------------------------------

const runStatus = z.enum(["queued", "running", "interrupted", "succeeded", "failed", "cancelled"]);
const stepStatus = z.enum([
  "pending",
  "running",
  "interrupted",
  "succeeded",
  "up_to_date",
  "failed",
  "skipped",
  "cancelled",
]);

const StepError = named(
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
    kind: z.enum([
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
      "cells_failed",
      "log",
    ]),
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

// ---- assets -----------------------------------------------------------------------------------------------------------

const origin = z.enum(["run", "reported", "observed"]);

export const MaterializationSchema = named(
  "Materialization",
  z.strictObject({
    id: z.int(),
    key: z.string(),
    origin,
    runId: z.int().nullable(),
    codeVersion: z.string(),
    config: anything,
    upstream: z.record(z.string(), z.strictObject({ materialization: z.int(), version: z.string() })),
    sourceVersion: z.string().nullable(),
    contentVersion: z.string().describe("The same for the same rows"),
    rowCount: z.int(),
    rowsAdded: z.int(),
    rowsRemoved: z.int(),
    metadata: z.record(z.string(), named("MetadataValue", MetadataValue)),
    cells: z.array(Rectangle).nullable(),
    changed: z.array(Rectangle).nullable(),
    startedAt: instant,
    committedAt: instant,
  }),
);
MaterializationSchema satisfies z.ZodType<Materialization>;

export const MaterializationList = named(
  "MaterializationList",
  z.strictObject({ asset: z.string(), materializations: z.array(MaterializationSchema) }),
);

const freshnessFields = {
  policy: z.string(),
  state: z.enum(["met", "late", "unknown"]),
  since: instant.nullable(),
  deadline: instant.nullable(),
  message: z.string(),
};
const Freshness = named("Freshness", z.strictObject(freshnessFields));
Freshness satisfies z.ZodType<FreshnessState>;

export const FreshnessList = named(
  "FreshnessList",
  z.strictObject({ freshness: z.array(z.strictObject({ asset: z.string(), ...freshnessFields })) }),
);

const LastStep = named(
  "LastStep",
  z.strictObject({
    runId: z.int(),
    status: z.enum(["running", "interrupted", "succeeded", "failed"]),
    error: StepError.nullable(),
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
  }),
);

const stateFields = {
  key: z.string(),
  group: z.string(),
  layer: z.string(),
  description: z.string(),
  state: z.enum(["fresh", "stale", "missing", "running", "failed"]),
  reasons: z.array(ReasonSchema),
  upstream: z.array(z.string()),
  downstream: z.array(z.string()),
  madeBy: z.string().nullable(),
  external: z.boolean(),
  lastStep: LastStep.nullable(),
  freshness: Freshness.nullable(),
  cells: z.strictObject({
    wanted: z.int(),
    made: z.int(),
    missing: z.int(),
    expected: z.int(),
    stale: z.int(),
    waiting: z.int(),
    failed: z.int(),
  }).nullable(),
  automation: z.string().nullable(),
};
z.strictObject(stateFields) satisfies z.ZodType<Omit<AssetState, "lastMaterialization" | "layer">>;

const ListedAsset = named(
  "ListedAsset",
  z.strictObject({
    ...stateFields,
    lastMaterialization: z.strictObject({
      id: z.int(),
      at: instant,
      origin,
      runId: z.int().nullable(),
      rowCount: z.int(),
      contentVersion: z.string(),
    }).nullable(),
  }),
);
export const AssetList = named("AssetList", z.strictObject({ assets: z.array(ListedAsset) }));

const Check = named(
  "Check",
  z.strictObject({
    id: z.int(),
    runId: z.int(),
    materialization: z.int().nullable().describe("null where a blocking check kept the rows from being published"),
    name: z.string(),
    severity: z.enum(["warn", "error"]),
    passed: z.boolean(),
    message: z.string(),
    failingRows: z.array(z.record(z.string(), anything)).nullable(),
    checkedAt: instant,
  }),
);
Check satisfies z.ZodType<CheckRecord>;

const CheckStateSchema = named(
  "CheckState",
  z.strictObject({
    name: z.string(),
    description: z.string(),
    severity: z.enum(["warn", "error"]),
    blocking: z.boolean(),
    last: Check.nullable(),
  }),
);
CheckStateSchema satisfies z.ZodType<CheckState>;

export const AssetDetails = named(
  "AssetDetails",
  z.strictObject({
    ...stateFields,
    lastMaterialization: MaterializationSchema.nullable(),
    columns: z.array(
      z.strictObject({
        name: z.string(),
        type: z.string(),
        nullable: z.boolean(),
        description: z.string().nullable().optional(),
      }),
    ),
    primaryKey: z.array(z.string()),
    codeVersion: z.string(),
    pool: z.string().nullable(),
    timeoutMs: z.number().nullable(),
    configSchema: z.record(z.string(), anything).describe("JSON Schema of its settings, defaults included"),
    checks: z.array(CheckStateSchema),
  }),
);

export const CheckList = named(
  "CheckList",
  z.strictObject({ asset: z.string(), checks: z.array(CheckStateSchema), history: z.array(Check) }),
);

export const RowPageSchema = named(
  "RowPage",
  z.strictObject({
    asset: z.string(),
    columns: z.array(z.looseObject({ name: z.string(), type: z.string() })),
    rows: z.array(z.record(z.string(), anything)),
    nextCursor: z.string().nullable().describe("Pass it on for the next page; null on the last one"),
    materialization: z.int().nullable(),
  }).loose(),
);

export const PartitionsSchema = named(
  "Partitions",
  z.strictObject({
    asset: z.string(),
    madeBy: z.string(),
    axes: z.strictObject({
      names: z.strictObject({ column: z.string(), values: z.array(z.string()) }).nullable(),
      dates: z.strictObject({ column: z.string(), values: z.array(date) }).nullable(),
    }),
    count: z.int(),
    states: z.strictObject({
      fresh: SomeCells,
      stale: SomeCells,
      expected: SomeCells,
      missing: SomeCells,
      waiting: SomeCells,
      failed: SomeCells,
    }),
  }),
);
PartitionsSchema satisfies z.ZodType<PartitionStates>;

const finding = {
  state: z.enum(["fresh", "stale", "missing", "waiting", "blocked", "failed", "running", "gone", "changed"]),
  because: z.string(),
  cells: SomeCells.optional(),
};

export const ExplanationSchema: z.ZodType<Explanation> = named(
  "Explanation",
  z.strictObject({
    ...finding,
    key: z.string(),
    cell: z.strictObject({ name: z.string().optional(), date: date.optional() }).nullable(),
    settings: z.array(z.strictObject({ setting: z.string(), from: anything, to: anything })).optional(),
    materialization: z.int().optional(),
    run: z.int().optional(),
    rows: z.array(z.string()).optional(),
    others: z.array(z.strictObject(finding)),
    get causes(): z.ZodType<Explanation[]> {
      return z.array(ExplanationSchema);
    },
  }).describe("Why something is as it is, down to the cause"),
) as unknown as z.ZodType<Explanation>;

export const ImpactSchema = named(
  "Impact",
  z.strictObject({
    key: z.string(),
    range: CellRange.nullable(),
    changed: SomeCells.nullable(),
    steps: z.array(z.strictObject({
      key: z.string(),
      produces: z.array(z.string()),
      cells: SomeCells.nullable(),
      minutes: z.number().nullable(),
      vendorCalls: z.number().nullable(),
    })),
    cells: z.int(),
    minutes: z.number().nullable(),
    vendorCalls: z.number(),
  }),
);
ImpactSchema satisfies z.ZodType<Impact>;

export const ReportAnswer = named(
  "ReportAnswer",
  z.strictObject({ recorded: z.boolean(), materialization: MaterializationSchema }),
);

interface Node {
  condition: string;
  meaning: string;
  holds: boolean;
  count: number;
  of: number;
  cells: z.output<typeof Rectangle>[] | null;
  operands: Node[];
}
const EvaluationNode: z.ZodType<Node> = named(
  "EvaluationNode",
  z.strictObject({
    condition: z.string(),
    meaning: z.string(),
    holds: z.boolean(),
    count: z.int(),
    of: z.int(),
    cells: z.array(Rectangle).nullable(),
    get operands(): z.ZodType<Node[]> {
      return z.array(EvaluationNode);
    },
  }),
) as unknown as z.ZodType<Node>;

export const AutomationSchema = named(
  "Automation",
  z.strictObject({
    key: z.string(),
    condition: z.string().nullable(),
    meaning: z.string().nullable(),
    pausedAt: instant.nullable(),
    evaluations: z.array(z.strictObject({
      id: z.int(),
      evaluatedAt: instant,
      paused: z.boolean(),
      tree: EvaluationNode,
      requested: SomeCells.nullable(),
      runId: z.int().nullable(),
    })),
  }),
);
AutomationSchema satisfies z.ZodType<AutomationState>;

// ---- backfills and schedules ------------------------------------------------------------------------------------------

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
      cells: SomeCells.nullable(),
      parts: z.int(),
      vendorCalls: z.number().nullable(),
      seconds: z.number().nullable(),
      boundBy: z.enum(["calls", "history"]).nullable(),
      certain: z.boolean(),
    })),
    skipped: z.array(z.strictObject({ key: z.string(), upstream: z.string(), cells: SomeCells })),
    fresh: z.array(z.string()),
    unknownNames: z.array(z.string()),
    cells: z.int(),
    vendorCalls: z.number(),
    seconds: z.number(),
    unknown: z.array(z.string()),
  }),
);
BackfillPlanSchema satisfies z.ZodType<BackfillPlan>;

const cellState = z.enum(["done", "running", "missing", "failed", "skipped"]);
const progress = z.strictObject({
  done: z.int(),
  running: z.int(),
  missing: z.int(),
  failed: z.int(),
  skipped: z.int(),
  cells: z.int(),
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
      state: cellState,
      cells: z.strictObject({
        done: SomeCells,
        running: SomeCells,
        missing: SomeCells,
        failed: SomeCells,
        skipped: SomeCells,
      }).nullable(),
      message: z.string().nullable(),
      remainingSeconds: z.number().nullable(),
    })),
    runs: z.array(z.strictObject({
      id: z.int(),
      status: runStatus,
      selection: z.string(),
      cells: z.int().nullable(),
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

// ---- access and health ------------------------------------------------------------------------------------------------

export const Me = named("Me", access.Me.strict());
named("Token", access.TokenView);
export const TokenSchema = access.TokenView;
export const TokenList = named("TokenList", access.TokenList.strict());
export const TokenCreated = named("TokenCreated", access.TokenCreated.strict());
export const SessionList = named("SessionList", access.SessionList.strict());
export const AuditEventList = named("AuditEventList", access.AuditEventList.strict());

export const Alive = named("Alive", z.strictObject({ status: z.literal("alive") }));
export const Ready = named(
  "Ready",
  z.strictObject({
    status: z.literal("ready"),
    checks: z.array(z.strictObject({ name: z.string(), ready: z.boolean(), message: z.string() })),
  }),
);

// ---- the original services --------------------------------------------------------------------------------------------

const nullableNumber = z.number().nullable();

export const OldTrendList = named(
  "OldTrendList",
  z.array(z.strictObject({ date: z.string(), trend: z.enum(["positive", "negative"]), confidence: nullableNumber })),
);
export const OldSuggestedPairs = named(
  "OldSuggestedPairs",
  z.strictObject({
    suggested_pairs: z.array(z.strictObject({
      ticker_1: z.string(),
      ticker_2: z.string(),
      spread_statistics: z.strictObject({ slope: z.number(), intercept: z.number() }),
      cointegration_critical_value: z.number().describe("A p-value, whatever its name says"),
      hurst_exponent: z.number(),
      half_life: z.number(),
      mean_crossings: z.int(),
    })),
  }),
);
export const OldModelTrades = named(
  "OldModelTrades",
  z.strictObject({
    results: z.array(z.strictObject({
      date: z.string(),
      spread: nullableNumber,
      predicted_trend: nullableNumber,
      signal: z.string(),
      position: z.int(),
      budget: nullableNumber,
      ticker_1: z.number(),
      ticker_2: z.number(),
      daily_return: nullableNumber,
      cumulative_return: nullableNumber,
    })),
    max_drawdown: nullableNumber,
    total_return: nullableNumber,
    annualized_return: nullableNumber,
  }),
);

const oldTicker = {
  ticker: z.string(),
  name: z.string().nullable(),
  active: z.boolean().nullable(),
  type: z.string().nullable(),
  created_at: instant,
  updated_at: instant,
};
const OldTicker = named("OldTicker", z.strictObject(oldTicker));
/** Lists may be asked for some of their fields alone. */
const some = <S extends z.ZodObject>(schema: S) => z.array(schema.partial());
export const OldTickerList = named("OldTickerList", some(OldTicker));
export const OldTickerDetails = named(
  "OldTickerDetails",
  z.strictObject({
    ...oldTicker,
    sma: nullableNumber,
    ema: nullableNumber,
    rsi: nullableNumber,
    macd: z.strictObject({ value: nullableNumber, signal: nullableNumber, histogram: nullableNumber }),
  }),
);
export const OldBarList = named(
  "OldBarList",
  some(z.strictObject({
    ticker: z.string(),
    name: z.string().nullable(),
    date,
    open: nullableNumber,
    high: nullableNumber,
    low: nullableNumber,
    close: nullableNumber,
    volume: nullableNumber,
    volume_weighted_price: nullableNumber,
  })),
);
export const OldMentionList = named(
  "OldMentionList",
  some(z.strictObject({
    id: z.string(),
    ticker: z.string(),
    publisher: z.string().nullable(),
    author: z.string().nullable(),
    source_url: z.string().nullable(),
    short_summary: z.string().nullable(),
    publish_time: instant,
  })),
);
const OldPair = z.strictObject({
  id: z.uuid(),
  ticker_1: z.string(),
  ticker_2: z.string(),
  spread_intercept: nullableNumber,
  spread_slope: nullableNumber,
  cointegration_p_value: nullableNumber,
  cointegration_critical_value: nullableNumber,
  half_life: nullableNumber,
  mean_crossings: nullableNumber,
});
export const OldPairSchema = named("OldPair", OldPair);
export const OldPairList = named("OldPairList", some(OldPair));
export const OldChosenPairList = named(
  "OldChosenPairList",
  some(z.strictObject({ id: z.uuid(), ticker_1: z.string(), ticker_2: z.string() })),
);
export const OldTradeList = named(
  "OldTradeList",
  some(z.strictObject({
    ticker_1: z.string(),
    ticker_2: z.string(),
    spread: nullableNumber,
    predicted_trend: nullableNumber,
    signal: z.string(),
    position: z.int(),
    budget: nullableNumber,
    date,
  })),
);
export const OldMetrics = named(
  "OldMetrics",
  z.strictObject({
    total_return: nullableNumber,
    annualized_return: nullableNumber,
    max_drawdown: nullableNumber,
  }),
);
