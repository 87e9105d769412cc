/** Answers about assets and their data. */
import { z } from "zod";
import {
  AssetState,
  AssetStorage,
  CheckRecord,
  CheckRun,
  CheckState,
  FreshnessState,
  instant,
  Materialization,
  named,
  PrunedHistory,
  Receipt,
  Replay,
} from "../../../engine/mod.ts";
import { RowList } from "../../asset_rows.ts";

export { AutomationState, Explanation, Impact, PartitionReport } from "../../../engine/mod.ts";

export const MaterializationList = named(
  "MaterializationList",
  z.strictObject({ asset: z.string(), materializations: z.array(Materialization) }),
);

export const FreshnessList = named(
  "FreshnessList",
  z.strictObject({ freshness: z.array(z.strictObject({ asset: z.string(), ...FreshnessState.shape })) }),
);

const ListedAsset = named(
  "ListedAsset",
  AssetState.extend({
    lastMaterialization: z.strictObject({
      ...Materialization.pick({ id: true, origin: true, runId: true, rowCount: true }).shape,
      at: instant,
      dataVersion: z.string(),
    }).nullable(),
  }),
);
export const AssetList = named("AssetList", z.strictObject({ assets: z.array(ListedAsset) }));

export const AssetDetails = named(
  "AssetDetails",
  AssetState.extend({
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
    configSchema: z.record(z.string(), z.unknown()).describe("JSON Schema of its settings, defaults included"),
    checks: z.array(CheckState),
  }),
);

export const CheckList = named(
  "CheckList",
  z.strictObject({ asset: z.string(), checks: z.array(CheckState), history: z.array(CheckRecord) }),
);
export const CheckRunList = named("CheckRunList", z.strictObject({ assets: z.array(CheckRun) }));
export const StorageList = named("StorageList", z.strictObject({ assets: z.array(AssetStorage) }));
export const PrunedList = named("PrunedList", z.strictObject({ dryRun: z.boolean(), assets: z.array(PrunedHistory) }));
export const ReceiptList = named("ReceiptList", z.strictObject({ receipts: z.array(Receipt) }));
export const ReplayList = named("ReplayList", z.strictObject({ replays: z.array(Replay) }));
export const RowPageSchema = named("RowPage", RowList);
export const ReportAnswer = named(
  "ReportAnswer",
  z.strictObject({ recorded: z.boolean(), materialization: Materialization }),
);
