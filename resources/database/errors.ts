/** The database could not be opened. The message names the setting at fault, what happened and the remedy. */
export class DatabaseOpenError extends Error {
  override name = "DatabaseOpenError";
}

/** Who holds a data folder, as far as the holder has said. */
export interface FolderHolder {
  pid: number | null;
  /** ISO 8601 in UTC. */
  startedAt: string | null;
  /** Where the holder serves HTTP, once it has announced it. */
  url: string | null;
  /** By which the holder knows who may read the folder. Never log it. */
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

  /** By which the holder knows who may read the folder. A method, so that nothing that prints the error prints it. */
  secret(): string | null {
    return this.#secret;
  }
}

/** The numbered SQL files and the database do not fit together; nothing was changed. */
export class MigrationError extends Error {
  override name = "MigrationError";
}
