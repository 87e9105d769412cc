import { assetsWith } from "../../engine/mod.ts";
import type { SharedResources } from "../resources.ts";
import type { RejectedRows } from "../market/rejected_rows.ts";
import type { ImportedRows } from "./imported_rows.ts";

/** An import in progress in this process. */
export interface PendingImport {
  /** Origin of the rows, for display; contains no password. */
  from: string;
  /** Version of the rows: equal for equal rows. */
  version: string;
  rows: ImportedRows;
  /** Rejected rows, for the metadata of the imported assets. */
  rejected: Readonly<Record<keyof ImportedRows, Pick<RejectedRows, "metadata">>>;
}

/** Resources of the functions of imported assets. */
export interface ImportResources extends SharedResources {
  /** Set only in the importing process. */
  pendingImport?: PendingImport;
}

export const { asset } = assetsWith<ImportResources>();
