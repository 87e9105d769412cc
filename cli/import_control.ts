/** Outcome of the rows of one table of an import. */
export interface ImportedTable {
  table: string;
  read: number;
  taken: number;
  /** Rows equal to an imported one. */
  repeated: number;
  refused: number;
  /** Reasons for rejected rows, each with its first row. */
  reasons: readonly { reason: string; rows: number; example: string }[];
  /** Why nothing of the table is imported. */
  note?: string;
}

/** Result of reading an import. */
export interface ImportReport {
  /** Source; contains no password. */
  from: string;
  tables: readonly ImportedTable[];
  /** Known tables that are missing. */
  absent: readonly string[];
  /** Unknown tables. */
  unknown: readonly string[];
  /** Addresses of users, for the allow-list. */
  addresses: readonly string[];
}

/** Outcome of an import. */
export interface ImportOutcome {
  report: ImportReport;
  /** Number of rows of each asset, and of rows added and removed by this import; `null` if nothing was written. */
  assets: readonly { key: string; rows: number; added: number; removed: number }[] | null;
  /** The next step. */
  next: string | null;
}

/** Imports data from other services. */
export interface ImportControl {
  /** @param from A database or folder; `null` for the data held in this database. */
  run(from: string | null, options: { dryRun: boolean }): Promise<ImportOutcome>;
}
