import { join } from "node:path";
import postgres from "postgres";
import { insertByCopy } from "./insert_columns.ts";
import { selectColumns } from "./select_columns.ts";
import type { Database } from "./database.ts";
import { driverOptions } from "./driver_options.ts";
import type { WorkerReply, WorkerRequest } from "./embedded_worker.ts";
import { folderError, type FolderLock, lockFolder } from "./folder_lock.ts";
import type { Logger } from "./logger.ts";
import { PortSocket } from "./port_socket.ts";

export interface EmbeddedOptions {
  /** A folder, created where it is missing, or `memory://` for a database that ends with `close()`. */
  dataDir: string;
  logger?: Logger;
}

/** A statement's rows are held in the worker's memory until the last has come. */
const ROWS_PER_COPY = 40_000;

/** PostgreSQL in WebAssembly, in a thread of this process. */
export interface EmbeddedDatabase extends Database {
  readonly kind: "embedded";
  /** Lets whoever finds the folder held know where this process serves HTTP. */
  announce(url: string): Promise<void>;
}

/**
 * Opens PGlite in a worker, reached by the same driver as a server.
 *
 * **One session.** All connections share one PostgreSQL session, which follows from there being one thread:
 * - A transaction has the session to itself; what other connections send meanwhile waits for its end. Therefore never
 *   await `database.sql` inside `sql.begin(…)`: use the transaction that it passes, or both wait for ever.
 * - Advisory locks are re-entrant across connections: `pg_try_advisory_lock` always succeeds here. Transaction-level
 *   ones are safe all the same, since transactions do not overlap; other processes are kept out by the folder lock.
 * - `SET` and temporary tables are seen by every connection: use `set local` and `on commit drop`.
 * - A running query cannot be cancelled, only waited for. `LISTEN` delivers nothing.
 * - `COPY … FROM STDIN` is gathered before it runs: its errors come at its end, and its data pass through memory.
 *
 * **Durability.** A committed row has left the process when `commit` returns and survives its death by SIGKILL. There
 * is no fsync behind the commit (the WebAssembly file system has none): a power cut may lose the last seconds.
 *
 * @throws {FolderHeldError} If another process holds the folder.
 * @throws {DatabaseOpenError} If the folder cannot be used.
 */
export async function openEmbedded({ dataDir, logger }: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const lock = dataDir === "memory://" ? null : await lockFolder(dataDir);
  const worker = new Worker(new URL("./embedded_worker.ts", import.meta.url), { type: "module" });
  try {
    await startWorker(worker, lock);
  } catch (error) {
    worker.terminate();
    await lock?.release();
    throw folderError(dataDir, error);
  }

  const socket = () => {
    const { port1, port2 } = new MessageChannel();
    post(worker, { type: "connect", port: port2 }, [port2]);
    return new PortSocket(port1);
  };
  const common = driverOptions(logger);
  // The driver knows `socket`, its types do not.
  const options = { ...common, max: 4, username: "postgres", database: "postgres", socket, ssl: false };
  const sql = postgres(options) as unknown as postgres.Sql;
  let closing: Promise<void> | undefined;

  async function shut(): Promise<void> {
    await sql.end({ timeout: 5 });
    await request(worker, { type: "close" }).catch(() => {});
    worker.terminate();
    await lock?.release();
  }

  return {
    kind: "embedded",
    location: lock === null ? "memory" : lock.dataDir,
    sql,
    insertColumns: insertByCopy(ROWS_PER_COPY),
    selectColumns: (query, parameters, columns, options) => selectColumns(sql, query, parameters, columns, options),
    announce: async (url) => await lock?.announce(url),
    close: () => closing ??= shut(),
  };
}

/** A first start that was cut short has committed nothing: its remains are removed and it begins anew. */
async function startWorker(worker: Worker, lock: FolderLock | null): Promise<void> {
  if (lock === null) {
    await request(worker, { type: "open", folder: null, fresh: true });
    return;
  }
  const folder = join(lock.dataDir, "postgres");
  const unfinished = join(lock.dataDir, "postgres.unfinished");
  if (await exists(unfinished)) await Deno.remove(folder, { recursive: true }).catch(() => {});
  const fresh = !await exists(folder);
  if (fresh) await Deno.writeTextFile(unfinished, "");
  await request(worker, { type: "open", folder, fresh });
  if (fresh || await exists(unfinished)) await Deno.remove(unfinished);
}

function post(worker: Worker, message: WorkerRequest, transfer: Transferable[] = []): void {
  worker.postMessage(message, transfer);
}

function request(worker: Worker, message: WorkerRequest): Promise<WorkerReply> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => {
      if (data.type === "failed") reject(new Error(data.message));
      else resolve(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    post(worker, message);
  });
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
