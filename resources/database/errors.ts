import postgres from "postgres";

/** The database could not be opened. The message names the setting at fault, what happened and the remedy. */
export class DatabaseOpenError extends Error {
  override name = "DatabaseOpenError";
}

/** The holder of a data folder, as far as it has announced itself. */
export interface FolderHolder {
  pid: number | null;
  /** ISO 8601 in UTC. */
  startedAt: string | null;
  /** Where the holder serves HTTP, once it has announced it. */
  url: string | null;
  /** Secret by which the holder recognizes clients with access to the folder. Never log it. */
  secret: string | null;
}

/** Another process has the data folder open; two would overwrite each other. Talk to the holder instead. */
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

  /** Secret by which the holder recognizes clients with access to the folder. A method, so that nothing that prints the error prints it. */
  secret(): string | null {
    return this.#secret;
  }
}

/** The numbered SQL files and the database do not fit together; nothing was changed. */
export class MigrationError extends Error {
  override name = "MigrationError";
}

/**
 * The connection to the database was lost, or none could be had. Of what was under way nothing is known: a commit may
 * have happened.
 */
export class DatabaseLostError extends Error {
  override name = "DatabaseLostError";
  readonly code = "CONNECTION_LOST";
  /** Repeating what failed is worth it. */
  readonly retryable = true;

  /** @param message A sentence, which the reason is added to where `cause` is one. */
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
 * How an error of the database should be met.
 *
 * - `lost`: the connection is gone or the database cannot be reached; whether a statement or commit took effect is unknown.
 * - `transient`: the database has refused or taken back this piece of work and may accept the same later (serialization
 *   failure, deadlock, disk full, no connection left, read-only after a failover). Nothing of it took effect.
 * - `permanent`: repeating it would fail again.
 */
export type DatabaseErrorKind = "lost" | "transient" | "permanent";

/** Codes of the driver; nothing else uses them, unlike those of the operating system. */
const LOST_CODES = new Set(["CONNECTION_CLOSED", "CONNECTION_DESTROYED", "CONNECTION_ENDED", "CONNECT_TIMEOUT"]);

/**
 * PostgreSQL's codes, by class (two letters) or whole. Others are permanent.
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
 * The kind of an error that came from the database, or of the nearest cause that did; `null` where none did.
 *
 * Codes of the operating system (`ECONNREFUSED`, …) say nothing here: they may be another program's. Where the database
 * was meant, they are the cause of a {@link DatabaseLostError}.
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

/** An error as text, which can pass from one thread to another, with its kind. */
export interface DatabaseErrorText {
  name: string;
  message: string;
  stack: string | undefined;
  kind: DatabaseErrorKind | null;
}

/** An error that was thrown in another thread. */
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

/** The error of a text: of the same name, message, stack and {@link databaseErrorKind}. */
export function databaseErrorOf(text: DatabaseErrorText): Error {
  return new ErrorElsewhere(text, text.kind);
}
