import type postgres from "postgres";

/** Column types of asset tables. */
export type ColumnType =
  | "text"
  | "double precision"
  | "integer"
  | "bigint"
  | "boolean"
  | "date"
  | "timestamptz"
  | "jsonb";

export interface ColumnSpec {
  name: string;
  type: ColumnType;
}

/**
 * The values of one column, oldest row first. In a `Float64Array` NaN is SQL `NULL`; infinities are rejected. `date` values are
 * `YYYY-MM-DD`, `timestamptz` values ISO 8601 in UTC, `jsonb` values any JSON value.
 */
export type ColumnData = Float64Array | readonly unknown[];

/** A connection pool or a transaction of it. */
export type Sql = postgres.Sql | postgres.TransactionSql;

/** PostgreSQL, as a server or embedded: one dialect, one driver, one code path. */
export interface Database {
  readonly kind: "postgres" | "embedded";
  /** Its location, for users and logs; never contains a password. */
  readonly location: string;
  /**
   * Statements and transactions, each on a connection of the pool. A statement that loses its connection, or gets none, fails with
   * an error that {@link databaseErrorKind} calls `lost`; the pool recovers automatically. Not supported of the driver's `Sql`:
   * `listen`, `subscribe`, `notify` and `largeObject`, and `cursor()` and `cancel()` of a statement.
   */
  readonly sql: postgres.Sql;
  /** A signal that aborts when the database is found to be down. Replaced once it is back. */
  awaySignal(): AbortSignal;
  /**
   * Adds rows in bulk, by COPY, inside the transaction `tx`. With a pool in its place the embedded database adds them in pieces of
   * some thousand, each in a transaction of its own.
   *
   * @param table Schema-qualified, e.g. `silver.daily_bars`; both parts are quoted.
   * @param data One entry for each of `columns`, all of one length.
   * @param options.frozen For a table that `tx` has created: the server then writes no row a second time, to note that all see it.
   * @returns The number of rows added.
   */
  insertColumns(
    tx: Sql,
    table: string,
    columns: readonly ColumnSpec[],
    data: Readonly<Record<string, ColumnData>>,
    options?: { onProgress?: (done: number, total: number) => void; signal?: AbortSignal; frozen?: boolean },
  ): Promise<number>;
  /**
   * Reads a query column by column: numbers into `Float64Array` (NULL becomes NaN), everything else into arrays. Far cheaper than
   * row objects for hundreds of thousands of rows.
   *
   * @param query SQL text with `$1` … placeholders whose result columns are exactly `columns`, in that order.
   */
  selectColumns(
    query: string,
    parameters: readonly (string | number | boolean | null)[],
    columns: readonly ColumnSpec[],
    options?: { signal?: AbortSignal },
  ): Promise<Record<string, ColumnData>>;
  /**
   * Reads the rows of several queries one after the other, each in a transaction of its own and at once. Other statements get their
   * turn in between, which matters in the embedded database.
   *
   * @param queries As for {@link selectColumns}, with the same parameters and columns; each of a few thousand rows.
   */
  selectPieces(
    queries: Iterable<string>,
    parameters: readonly (string | number | boolean | null)[],
    columns: readonly ColumnSpec[],
    options?: { signal?: AbortSignal },
  ): Promise<Record<string, ColumnData>>;
  /**
   * A client with a separate connection, for session state such as advisory locks. Once the connection is lost, all its queries fail. The
   * caller ends it. The embedded database has one session for all.
   */
  session(): postgres.Sql;
  close(): Promise<void>;
}
