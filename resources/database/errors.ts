import postgres from "postgres";

/** The database could not be opened. The message names the setting at fault, the reason and the remedy. */
export class DatabaseOpenError extends Error {
  override name = "DatabaseOpenError";
}

/** The holder of a data folder, as announced. */
export interface FolderHolder {
  pid: number | null;
  /** ISO 8601 in UTC. */
  startedAt: string | null;
  /** HTTP address of the holder, once announced. */
  url: string | null;
  /** Secret by which the holder recognizes clients with access to the folder. Never log it. */
  secret: string | null;
}

/** Another process has the data folder open; two would overwrite each other. Connect to the holder instead. */
export class FolderHeldError extends DatabaseOpenError implements Omit<FolderHolder, "secret"> {
  override name = "FolderHeldError";
  readonly pid: number | null;
  readonly startedAt: string | null;
  readonly url: string | null;
  readonly #secret: string | null;

  constructor(readonly dataDir: string, holder: FolderHolder) {
    const who = holder.pid === null ? "Another process" : `Process ${holder.pid}`;
    const since = holder.startedAt === null ? "" : ` since ${holder.startedAt}`;
    const where = holder.url === null ? "" : ` and serves ${holder.url}`;
    super(
      `${who} holds the data folder ${dataDir} (DATA_DIR)${since}${where}. ` +
        "Two processes on one embedded database would lose data: stop that process, talk to it over HTTP, " +
        "set DATA_DIR to another folder, or set DATABASE_URL to share a PostgreSQL server.",
    );
    this.pid = holder.pid;
    this.startedAt = holder.startedAt;
    this.url = holder.url;
    this.#secret = holder.secret;
  }

  /**
   * Secret by which the holder recognizes clients with access to the folder. A method, so that printing the error does not print
   * it.
   */
  secret(): string | null {
    return this.#secret;
  }
}

/** The numbered SQL files do not match the database; nothing was changed. */
export class MigrationError extends Error {
  override name = "MigrationError";
}

/**
 * The connection to the database was lost, or none could be opened. The outcome of pending work is unknown: a commit may have
 * succeeded.
 */
export class DatabaseLostError extends Error {
  override name = "DatabaseLostError";
  readonly code = "CONNECTION_LOST";
  readonly retryable = true;

  /** @param message A sentence; the message of `cause` is appended, if there is one. */
  constructor(message = "The connection to the database was lost.", options?: ErrorOptions) {
    super(withReason(message, options?.cause), options);
  }
}

function withReason(sentence: string, cause: unknown): string {
  if (!(cause instanceof Error)) return sentence;
  if (cause.cause instanceof Error) return withReason(sentence, cause.cause);
  return `${sentence.replace(/\.$/, "")}: ${cause.message.replace(/\.$/, "")}.`;
}

/**
 * How to handle an error of the database.
 *
 * - `lost`: the connection is lost or the database unreachable; whether a statement or commit took effect is unknown.
 * - `transient`: the database has rejected or rolled back this work and may accept it later (serialization failure, deadlock, disk
 *   full, no connection left, read-only after a failover). Nothing of it took effect.
 * - `permanent`: a retry would fail again.
 */
export type DatabaseErrorKind = "lost" | "transient" | "permanent";

/** Codes of the driver; nothing else uses them, unlike those of the operating system. */
const LOST_CODES = new Set(["CONNECTION_CLOSED", "CONNECTION_DESTROYED", "CONNECTION_ENDED", "CONNECT_TIMEOUT"]);

/**
 * PostgreSQL's codes, by class (two letters) or in full. Others are permanent.
 *
 * Source: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const KINDS: Readonly<Record<string, DatabaseErrorKind>> = {
  "08": "lost", // connection exceptions; a pooler uses them for everything
  "25P03": "lost", // idle_in_transaction_session_timeout, which ends the session
  "25P04": "lost", // transaction_timeout, which ends the session
  "57P01": "lost", // admin_shutdown
  "57P02": "lost", // crash_shutdown
  "57P03": "lost", // cannot_connect_now
  "57P04": "lost", // database_dropped
  "57P05": "lost", // idle_session_timeout
  "25006": "transient", // read_only_sql_transaction: a standby, or a server that protects its full disk
  "40": "transient", // transaction rollback: serialization failure, deadlock
  "53": "transient", // insufficient resources: disk full, out of memory, too many connections
  "55006": "transient", // object_in_use
  "55P03": "transient", // lock_not_available
  "57014": "transient", // query_canceled, by a request or by a time limit
  "58030": "transient", // io_error
};

/**
 * The kind of a database error, or of the nearest cause that is one; `null` for other errors.
 *
 * Codes of the operating system (`ECONNREFUSED`, …) are not considered: they may come from other connections. Those of the
 * database's connections are the cause of a {@link DatabaseLostError}.
 */
export function databaseErrorKind(error: unknown): DatabaseErrorKind | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof DatabaseLostError) return "lost";
  if (error instanceof ErrorElsewhere) return error.databaseKind;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (LOST_CODES.has(code)) return "lost";
  if (error instanceof postgres.PostgresError) return KINDS[code] ?? KINDS[code.slice(0, 2)] ?? "permanent";
  return databaseErrorKind(error.cause);
}

/** An error in a form that can be sent between threads, with its kind. */
export interface DatabaseErrorText {
  name: string;
  message: string;
  stack: string | undefined;
  kind: DatabaseErrorKind | null;
}

/** An error thrown in another thread. */
class ErrorElsewhere extends Error {
  constructor({ name, message, stack }: DatabaseErrorText, readonly databaseKind: DatabaseErrorKind | null) {
    super(message);
    this.name = name;
    if (stack !== undefined) this.stack = stack;
  }
}

export function databaseErrorText(error: unknown): DatabaseErrorText {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack, kind: databaseErrorKind(error) };
}

/** Restores an error, with the same name, message, stack and {@link databaseErrorKind}. */
export function databaseErrorOf(text: DatabaseErrorText): Error {
  return new ErrorElsewhere(text, text.kind);
}
