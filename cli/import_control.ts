/** Outcome of the rows of one table of an import. */
export interface ImportedTable {
  table: string;
  read: number;
  taken: number;
  /** Rows that say the same as one that was taken. */
  repeated: number;
  refused: number;
  /** Why rows are refused, each reason with the first of its rows. */
  reasons: readonly { reason: string; rows: number; example: string }[];
  /** Why nothing of it is taken. */
  note?: string;
}

/** Result of reading an import. */
export interface ImportReport {
  /** Where; holds no password. */
  from: string;
  tables: readonly ImportedTable[];
  /** Tables that are not there. */
  absent: readonly string[];
  /** Unknown tables. */
  unknown: readonly string[];
  /** Addresses of users, for the allow-list. */
  addresses: readonly string[];
}

/** Outcome of an import. */
export interface ImportOutcome {
  report: ImportReport;
  /** Rows that each asset has now, and how many of them came and went with this import; `null` where nothing was written. */
  assets: readonly { key: string; rows: number; added: number; removed: number }[] | null;
  /** The next step. */
  next: string | null;
}

/** Brings data along from elsewhere. */
export interface ImportControl {
  /** @param from A database or folder; `null` for what this database itself holds. */
  run(from: string | null, options: { dryRun: boolean }): Promise<ImportOutcome>;
}
