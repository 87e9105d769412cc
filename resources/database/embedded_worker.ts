/**
 * Runs PGlite in a thread of its own: a query that takes a second blocks this thread, not the one that answers HTTP.
 *
 * Speaks {@link WorkerRequest} and {@link WorkerReply} with its owner, and the wire protocol on each port it is given.
 */
import { PGlite } from "@electric-sql/pglite";
import { dataDir as prepopulated } from "@electric-sql/pglite-prepopulatedfs";
import { unpackArchive } from "./unpack_archive.ts";
import { WireServer } from "./wire_server.ts";

export type WorkerRequest =
  | { type: "open"; folder: string | null }
  /** `lent`: the number of a connection that belongs to another thread than the owner's. */
  | { type: "connect"; port: MessagePort; lent?: number }
  /** The thread of a connection has ended without a word. */
  | { type: "hang_up"; lent: number }
  | { type: "close" };

export type WorkerReply =
  | { type: "done" }
  /** What was asked for did not work or, when nothing was, the database has stopped. */
  | { type: "failed"; message: string }
  | { type: "stalled"; stalledMs: number }
  /** The other thread has ended its connection. */
  | { type: "hung_up"; lent: number };

interface WorkerScope {
  onmessage: ((event: MessageEvent<WorkerRequest>) => void) | null;
  postMessage(message: WorkerReply): void;
}

/** The default of 160 MB is more than a store of daily bars fills; WebAssembly never gives memory back. */
const SETTINGS = ["shared_buffers=64MB", "min_wal_size=32MB", "max_wal_size=128MB"];

/**
 * A server has a process that makes checkpoints; without one the log of changes would grow, and with it the next start
 * after a crash, for as long as this process lives.
 */
const CHECKPOINT = `do $$ begin
  if pg_current_wal_insert_lsn() - (select redo_lsn from pg_control_checkpoint()) > 64 * 1024 * 1024 then
    checkpoint;
  end if;
end $$`;
const CARE_INTERVAL_MS = 10_000;

const scope = self as unknown as WorkerScope;
let database: PGlite | undefined;
let server: WireServer | undefined;
/** Ends connections of other threads, by their numbers. */
const hangUps = new Map<number, () => void>();

scope.onmessage = async ({ data }) => {
  try {
    if (data.type === "connect") {
      connect(data.port, data.lent);
      return;
    }
    if (data.type === "hang_up") {
      hangUps.get(data.lent)?.();
      return;
    }
    if (data.type === "open") await open(data.folder);
    else await database?.close();
    scope.postMessage({ type: "done" });
  } catch (error) {
    fail(error);
  }
};

function fail(error: unknown): void {
  scope.postMessage({ type: "failed", message: describe(error) });
}

/** PGlite's file system throws objects with the error numbers of its C library, and no text. */
function describe(error: unknown): string {
  if (typeof error !== "object" || error === null || !("errno" in error)) {
    return error instanceof Error ? error.message : String(error);
  }
  const names: Record<number, string> = { 2: "EACCES", 51: "ENOSPC", 69: "EROFS" };
  return `file system error ${names[Number(error.errno)] ?? error.errno}`;
}

async function open(folder: string | null): Promise<void> {
  if (folder !== null) await makeFolder(folder);
  const pglite = await PGlite.create({
    dataDir: folder ?? "memory://",
    startParams: [...PGlite.defaultStartParams, ...SETTINGS.flatMap((setting) => ["-c", setting])],
    loadDataDir: folder === null ? await prepopulated() : undefined,
  });
  database = pglite;
  server = new WireServer({
    execute(batch, onRawData) {
      // Synchronous but for the flush of the file system, which is a matter of the browser.
      pglite.execProtocolRawStream(batch, { syncToFs: false, onRawData }).catch(fail);
    },
    inTransaction: () => pglite.isInTransaction(),
    onFatal: (message) => fail(message),
  });
  setInterval(() => {
    server!.runWhenIdle(CHECKPOINT);
    const stalledMs = server!.stalledMs();
    if (stalledMs > CARE_INTERVAL_MS) scope.postMessage({ type: "stalled", stalledMs });
  }, CARE_INTERVAL_MS);
}

/**
 * Puts a database that has been made before where there is none, which takes a second where making one takes six.
 *
 * Not by PGlite's own means: they take 130 MB more, leave a folder that everyone may enter with files that everyone may
 * write, and a half of it when the process dies. Here the folder appears under its name when it is complete.
 */
async function makeFolder(folder: string): Promise<void> {
  const draft = `${folder}.new`;
  Deno.mkdirSync(draft, { recursive: true });
  Deno.removeSync(draft, { recursive: true });
  if (isThere(folder)) return;
  await unpackArchive(await prepopulated(), draft);
  Deno.renameSync(draft, folder);
}

function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function connect(port: MessagePort, lent?: number): void {
  const connection = server!.connect({
    send: (bytes) => port.postMessage(bytes, [bytes.buffer]),
    end: () => {
      port.postMessage(null);
      port.close();
    },
  }, { background: lent !== undefined });
  const close = () => {
    connection.close();
    port.close();
    if (lent !== undefined && hangUps.delete(lent)) scope.postMessage({ type: "hung_up", lent });
  };
  if (lent !== undefined) hangUps.set(lent, close);
  port.onmessage = ({ data }: MessageEvent<Uint8Array | null>) => {
    if (data !== null) connection.receive(data);
    else close();
  };
}
