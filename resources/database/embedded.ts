import { join } from "node:path";
import postgres from "postgres";
import { Connection } from "./connection.ts";
import { insertByCopy } from "./insert_columns.ts";
import { selectColumns, selectPieces } from "./select_columns.ts";
import type { Database } from "./database.ts";
import { driverOptions } from "./driver_options.ts";
import { EmbeddedThread, type ThreadOptions } from "./embedded_thread.ts";
import { DatabaseLostError } from "./errors.ts";
import { folderError, type FolderLock, lockFolder } from "./folder_lock.ts";
import type { Logger } from "./logger.ts";
import { Pool } from "./pool.ts";
import type { Hear } from "./port_socket.ts";
import { sqlOver } from "./queries.ts";
import { schemaNaming } from "./schemas.ts";
import { Undisturbed } from "./undisturbed.ts";

export interface EmbeddedOptions {
  /** A folder, created if missing, or `memory://` for a database that ends with `close()`. */
  dataDir: string;
  /** Prefix of the names of all schemas. */
  schemaPrefix?: string;
  logger?: Logger;
  /** Starts the thread that runs PGlite; by default a worker of this process. */
  start?: (options: ThreadOptions) => Promise<DatabaseThread>;
  /** Whether the other work of the calling thread waits for its transactions ({@link Undisturbed}). */
  undisturbed?: boolean;
}

/** The thread of PGlite, from the owner's side. */
export type DatabaseThread = Pick<EmbeddedThread, "connect" | "close"> & Partial<Pick<EmbeddedThread, "lend">>;

/** Other statements wait for the whole of one, and the worker has its rows in memory until the last has arrived. */
const ROWS_PER_COPY = 2_500;
/** Number of statements sent without waiting for each other; they run one after the other. */
const CONNECTIONS = 4;

/** PostgreSQL in WebAssembly, in a thread of this process. */
export interface EmbeddedDatabase extends Database {
  readonly kind: "embedded";
  /** Publishes the HTTP address of this process for processes that find the folder locked. */
  announce(url: string, secret?: string | null): Promise<void>;
  /**
   * Lets another thread of this process use the database ({@link openLent}).
   *
   * @param onGone Called when the database has stopped and the connections are lost.
   */
  lend(onGone: () => void): Lending;
}

/** The connections of another thread. */
export interface Lending {
  /** Accepts the port of a connection started by the other thread. */
  connect(port: MessagePort): void;
  /** Ends the connections and rolls back their open transactions. To be called after the other thread has ended. */
  end(): void;
}

/**
 * Opens PGlite in a worker, used through the same driver as a server.
 *
 * **One session.** All connections share one PostgreSQL session, because there is one thread:
 * - A transaction has the session to itself; messages of other connections wait for its end. Therefore never await `database.sql`
 *   inside `sql.begin(…)`: use the transaction that it passes, or both wait for ever.
 * - Advisory locks are re-entrant across connections: `pg_try_advisory_lock` always succeeds here. Transaction-level ones are still
 *   safe, since transactions do not overlap; other processes are excluded by the folder lock.
 * - `SET` and temporary tables apply to every connection: use `set local` and `on commit drop`.
 * - A running query cannot be cancelled. `LISTEN` delivers nothing.
 * - `COPY … FROM STDIN` is buffered before it runs: its errors come at its end, and its data pass through memory.
 *
 * **Durability.** A committed row has left the process when `commit` returns and survives its death by SIGKILL. There is no fsync
 * after the commit (the WebAssembly file system has none): a power failure may lose the last seconds. When PostgreSQL itself stops,
 * for example on a full disk, queries fail and the next one restarts it. It is also started anew after a thousand failed statements,
 * each of which leaves something on its stack.
 *
 * @throws {FolderHeldError} If another process holds the folder.
 * @throws {DatabaseOpenError} If the folder cannot be used.
 */
export async function openEmbedded(
  { dataDir, schemaPrefix = "", logger, start = EmbeddedThread.start, undisturbed = false }: EmbeddedOptions,
): Promise<EmbeddedDatabase> {
  const lock = dataDir === "memory://" ? null : await lockFolder(dataDir);
  let thread: Promise<DatabaseThread> | null = null;

  /** The running thread; after a crash a new one, which recovers the committed data. */
  function running(): Promise<DatabaseThread> {
    return thread ??= startThread(start, lock, {
      onCrash(reason) {
        thread = null;
        logger?.warn?.(reason.message);
      },
      onStall(stalledMs) {
        logger?.warn?.(
          `A transaction has blocked the embedded database for ${
            Math.round(stalledMs / 1000)
          } s without using it while ` +
            "others wait. Inside sql.begin(), await only the transaction that it passes.",
        );
      },
    }).catch((error) => {
      thread = null;
      throw error;
    });
  }

  try {
    await running();
  } catch (error) {
    await lock?.release();
    throw error;
  }

  const options = driverOptions({ logger, username: "postgres", database: "postgres" });
  const front = postgres(options as object) as unknown as postgres.Sql;

  async function open(hear?: Hear): Promise<Connection> {
    try {
      return new Connection((await running()).connect(hear), options);
    } catch (cause) {
      throw new DatabaseLostError("The embedded database does not start.", { cause });
    }
  }

  const naming = schemaNaming(schemaPrefix);
  const poolOf = (size: number, hearing?: () => Hear) =>
    new Pool({ open: () => open(hearing?.()), size, staleMs: Infinity });
  const transactions = undisturbed ? new Undisturbed(poolOf(1)) : undefined;
  const sql = sqlOver(front, poolOf(CONNECTIONS, transactions && (() => transactions.hearing())), naming, transactions);
  let closing: Promise<void> | undefined;

  async function shut(): Promise<void> {
    await sql.end({ timeout: 5 });
    await thread?.then((running) => running.close(), () => {});
    await lock?.release();
  }

  return {
    kind: "embedded",
    location: lock === null ? "memory" : lock.dataDir,
    sql,
    // In this process, and therefore never unreachable.
    awaySignal: () => new AbortController().signal,
    insertColumns: insertByCopy(ROWS_PER_COPY),
    selectColumns: (query, parameters, columns, options) => selectColumns(sql, query, parameters, columns, options),
    selectPieces: (queries, parameters, columns, options) => selectPieces(sql, queries, parameters, columns, options),
    announce: async (url, secret = null) => await lock?.announce(url, secret),
    lend(onGone) {
      const hangUps: (() => void)[] = [];
      let ended = false;
      const gone = () => {
        if (!ended) onGone();
        ended = true;
      };
      return {
        connect(port) {
          running().then((thread) => {
            if (ended) return port.close();
            if (!thread.lend) throw new TypeError("This embedded database cannot be lent to another thread.");
            hangUps.push(thread.lend(port, gone));
          }).catch(gone);
        },
        end() {
          ended = true;
          for (const hangUp of hangUps) hangUp();
        },
      };
    },
    session: () =>
      sqlOver(front, new Pool({ open: () => open(), size: 1, replaces: false, staleMs: Infinity }), naming),
    close: () => closing ??= shut(),
  };
}

async function startThread(
  start: (options: ThreadOptions) => Promise<DatabaseThread>,
  lock: FolderLock | null,
  events: Pick<ThreadOptions, "onCrash" | "onStall">,
): Promise<DatabaseThread> {
  if (lock === null) return await start({ ...events, folder: null });
  try {
    return await start({ ...events, folder: join(lock.dataDir, "postgres") });
  } catch (error) {
    throw folderError(lock.dataDir, await reasonWhy(lock.dataDir, error));
  }
}

/** PGlite reports only that it failed: trying PostgreSQL's first writes to the folder gives the reason. */
async function reasonWhy(folder: string, error: unknown): Promise<unknown> {
  const trial = join(folder, "tandem.trial");
  try {
    await Deno.writeFile(trial, new Uint8Array(16 * 1024 * 1024));
    return error;
  } catch (reason) {
    return reason;
  } finally {
    await Deno.remove(trial).catch(() => {});
  }
}
