import type postgres from "postgres";

/** Types of the columns that assets are stored in. */
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
 * The values of one column, oldest row first. In a `Float64Array` NaN stands for SQL `NULL`; infinities are refused.
 * `date` values are `YYYY-MM-DD`, `timestamptz` values ISO 8601 in UTC, `jsonb` values are anything JSON can hold.
 */
export type ColumnData = Float64Array | readonly unknown[];

/** A connection pool or a transaction of it. */
export type Sql = postgres.Sql | postgres.TransactionSql;

/** PostgreSQL, be it a server or the embedded one: one dialect, one driver, one code path. */
export interface Database {
  readonly kind: "postgres" | "embedded";
  /** Where it is, for people and logs; never holds a password. */
  readonly location: string;
  /**
   * Statements and transactions, each on a connection of the pool. A statement whose connection is lost, or that gets none,
   * fails with an error that {@link databaseErrorKind} calls `lost`; the pool is whole again by itself. Of the driver's `Sql`,
   * `listen`, `subscribe`, `notify` and `largeObject` are not there, nor `cursor()` and `cancel()` of a statement.
   */
  readonly sql: postgres.Sql;
  /** A signal that aborts when the database is found to be away. Once it is back there is another. */
  awaySignal(): AbortSignal;
  /**
   * Adds rows in bulk inside the transaction `tx`: COPY where the server has it, array `unnest` where it has not.
   *
   * @param table Schema-qualified, e.g. `silver.daily_bars`; both parts are quoted.
   * @param data One entry for each of `columns`, all of one length.
   * @returns The number of rows added.
   */
  insertColumns(
    tx: Sql,
    table: string,
    columns: readonly ColumnSpec[],
    data: Readonly<Record<string, ColumnData>>,
    options?: { onProgress?: (done: number, total: number) => void; signal?: AbortSignal },
  ): Promise<number>;
  /**
   * Reads a query column by column: numbers into `Float64Array` (NULL becomes NaN), everything else into arrays.
   * Far cheaper than rows of objects where there are hundreds of thousands.
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
   * A client with a separate connection, for session state such as advisory locks. Once the connection is lost, all its queries fail. The
   * caller ends it. The embedded database has one session for all.
   */
  session(): postgres.Sql;
  close(): Promise<void>;
}
