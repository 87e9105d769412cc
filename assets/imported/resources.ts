import { assetsWith } from "../../engine/mod.ts";
import type { SharedResources } from "../resources.ts";
import type { RejectedRows } from "../market/rejected_rows.ts";
import type { ImportedRows } from "./imported_rows.ts";

/** An import that is under way in this process. */
export interface PendingImport {
  /** Where the rows come from, for people; holds no password. */
  from: string;
  /** Names what is in them: equal for equal rows. */
  version: string;
  rows: ImportedRows;
  /** The rows that cannot be used, for the metadata of what the others become. */
  rejected: Readonly<Record<keyof ImportedRows, Pick<RejectedRows, "metadata">>>;
}

/** Resources of the functions of imported assets. */
export interface ImportResources extends SharedResources {
  /** There in the process that imports, and in no other. */
  pendingImport?: PendingImport;
}

export const { asset } = assetsWith<ImportResources>();
