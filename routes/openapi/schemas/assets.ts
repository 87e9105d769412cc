/** Assets and their data, as they are answered. */
import { z } from "zod";
import {
  type AssetState,
  type AssetStorage,
  type AutomationState,
  type CheckRecord,
  type CheckRun,
  type CheckState,
  type Explanation,
  type FailedCheck,
  type FreshnessState,
  type Impact,
  type Materialization,
  MetadataValue,
  type PartitionReport,
  type PrunedHistory,
} from "../../../engine/mod.ts";
import { RowList } from "../../asset_rows.ts";
import { named } from "../components.ts";
import { PartitionRange, ReasonSchema, Rectangle, SomePartitions, StepError } from "./runs.ts";

const instant = z.iso.datetime({ offset: true });
const date = z.iso.date();
const anything = z.unknown();

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
    dataVersion: z.string().describe("The same for the same rows"),
    rowCount: z.int(),
    rowsAdded: z.int(),
    rowsRemoved: z.int(),
    metadata: z.record(z.string(), named("MetadataValue", MetadataValue)),
    partitions: z.array(Rectangle).nullable(),
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

const FailedCheckSchema = named(
  "FailedCheck",
  z.strictObject({
    name: z.string(),
    severity: z.enum(["warn", "error"]),
    message: z.string(),
    failingRows: z.array(z.record(z.string(), anything)).describe("The first few of the rows at fault"),
    runId: z.int().nullable().describe("null where the check was run alone"),
    checkedAt: instant,
    published: z.boolean().describe("Whether the rows were published in spite of it"),
  }),
);
FailedCheckSchema satisfies z.ZodType<FailedCheck>;

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
  failedChecks: z.array(FailedCheckSchema).describe("Checks that stand failed, also those that only warn"),
  partitions: z.strictObject({
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
      dataVersion: z.string(),
    }).nullable(),
  }),
);
export const AssetList = named("AssetList", z.strictObject({ assets: z.array(ListedAsset) }));

const Check = named(
  "Check",
  z.strictObject({
    id: z.int(),
    runId: z.int().nullable().describe("null where the check was run alone"),
    materialization: z.int().nullable().describe(
      "The version that was judged; null where a blocking check kept the rows from being published",
    ),
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

export const CheckRunList = named(
  "CheckRunList",
  z.strictObject({
    assets: z.array(z.strictObject({
      asset: z.string(),
      materialization: z.int().nullable().describe("The version that was judged; null where there is none"),
      results: z.array(Check),
    })),
  }),
);
CheckRunList satisfies z.ZodType<{ assets: CheckRun[] }>;

export const StorageList = named(
  "StorageList",
  z.strictObject({
    assets: z.array(z.strictObject({
      key: z.string(),
      bytes: z.int().min(0).describe("Of its table with indexes"),
      keeps: z.string().describe("Which versions of its rows are kept, in words"),
    })),
  }),
);
StorageList satisfies z.ZodType<{ assets: AssetStorage[] }>;

export const PrunedList = named(
  "PrunedList",
  z.strictObject({
    dryRun: z.boolean(),
    assets: z.array(z.strictObject({
      key: z.string(),
      keeps: z.string().describe("Which versions of its rows are kept, in words"),
      versions: z.int().min(0).describe("Versions that can no longer be read"),
      rows: z.int().min(0).describe("Rows that only those versions had"),
      bytes: z.int().min(0).describe("Of its table with indexes, before"),
    })),
  }),
);
PrunedList satisfies z.ZodType<{ dryRun: boolean; assets: PrunedHistory[] }>;

const Rectangles = z.array(z.strictObject({
  names: z.array(z.string()).nullable().describe("null for all names"),
  dates: z.array(z.tuple([z.string(), z.string()])).nullable().describe("First and last of ranges; null for all dates"),
}));

const ReceiptSchema = z.strictObject({
  asset: z.string(),
  materialization: z.int().describe("The one that wrote the rows"),
  producer: z.string().describe("The asset whose function made them"),
  runId: z.int().nullable(),
  committedAt: z.string(),
  dataVersion: z.string().describe("Of all rows that the materialization left"),
  codeVersion: z.string().describe("Of the function, with the shape of its rows"),
  config: z.unknown().describe("The settings, complete"),
  sourceVersion: z.string().nullable(),
  upstream: z.array(z.strictObject({ asset: z.string(), materialization: z.int(), dataVersion: z.string() })),
  partitions: Rectangles.nullable().describe("The partitions that were made; null where the asset was made as a whole"),
  rows: z.array(z.record(z.string(), z.unknown())).describe("The rows that were asked for"),
});

export const ReceiptList = named("ReceiptList", z.strictObject({ receipts: z.array(ReceiptSchema) }));

export const ReplayList = named(
  "ReplayList",
  z.strictObject({
    replays: z.array(z.strictObject({
      receipt: ReceiptSchema,
      same: z.boolean().describe("Whether every row that the materialization made came out the same, to the last bit"),
      recordedRows: z.int().min(0),
      replayedRows: z.int().min(0),
      differences: z.array(z.strictObject({
        key: z.record(z.string(), z.unknown()).describe("Values of the primary key"),
        column: z.string().nullable().describe("null where one of both has no such row"),
        recorded: z.unknown(),
        replayed: z.unknown(),
      })).describe("The first of them"),
      codeVersion: z.string().describe("What the code is now"),
      seconds: z.number().min(0),
    })),
  }),
);

export const RowPageSchema = named("RowPage", RowList);

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
      fresh: SomePartitions,
      stale: SomePartitions,
      expected: SomePartitions,
      missing: SomePartitions,
      waiting: SomePartitions,
      failed: SomePartitions,
      gone: SomePartitions,
    }),
  }),
);
PartitionsSchema satisfies z.ZodType<PartitionReport>;

const finding = {
  state: z.enum(["fresh", "stale", "missing", "waiting", "blocked", "failed", "running", "gone", "changed"]),
  because: z.string(),
  partitions: SomePartitions.optional(),
};

export const ExplanationSchema: z.ZodType<Explanation> = named(
  "Explanation",
  z.strictObject({
    ...finding,
    key: z.string(),
    partition: z.strictObject({ name: z.string().optional(), date: date.optional() }).nullable(),
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
    range: PartitionRange.nullable(),
    changed: SomePartitions.nullable(),
    steps: z.array(z.strictObject({
      key: z.string(),
      produces: z.array(z.string()),
      partitions: SomePartitions.nullable(),
      minutes: z.number().nullable(),
      vendorCalls: z.number().nullable(),
    })),
    partitions: z.int(),
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
  partitions: z.output<typeof Rectangle>[] | null;
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
    partitions: z.array(Rectangle).nullable(),
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
      requested: SomePartitions.nullable(),
      runId: z.int().nullable(),
    })),
  }),
);
AutomationSchema satisfies z.ZodType<AutomationState>;
