/**
 * Runs PGlite in a separate thread: a query of a second blocks this thread, not the one that serves HTTP.
 *
 * Exchanges {@link WorkerRequest} and {@link WorkerReply} with its owner, and the wire protocol on each port it receives.
 */
import { PGlite } from "@electric-sql/pglite";
import { dataDir as prepopulated } from "@electric-sql/pglite-prepopulatedfs";
import { unpackArchive } from "./unpack_archive.ts";
import { WireServer } from "./wire_server.ts";

export type WorkerRequest =
  | { type: "open"; folder: string | null }
  /** `lent`: the number of a connection of another thread than the owner's. */
  | { type: "connect"; port: MessagePort; lent?: number }
  /** The thread of a connection has ended without closing it. */
  | { type: "hang_up"; lent: number }
  | { type: "close" };

export type WorkerReply =
  | { type: "done" }
  /** The request failed or, without a request, the database has stopped. */
  | { type: "failed"; message: string }
  | { type: "stalled"; stalledMs: number }
  /** The other thread has ended its connection. */
  | { type: "hung_up"; lent: number };

interface WorkerScope {
  onmessage: ((event: MessageEvent<WorkerRequest>) => void) | null;
  postMessage(message: WorkerReply): void;
}

/**
 * The default of 160 MB of buffers is more than daily bars fill, and WebAssembly never releases memory. Segments of the write-ahead log
 * are deleted after a checkpoint instead of kept for reuse, which would take 80 MB of the disk for good.
 */
const SETTINGS = ["shared_buffers=64MB", "max_wal_size=128MB", "wal_recycle=off", "wal_init_zero=off"];

/**
 * A server has a process for checkpoints; without it the write-ahead log, and with it recovery after a crash, would grow for as
 * long as this process lives.
 */
const CHECKPOINT = `do $$ begin
  if pg_current_wal_insert_lsn() - (select redo_lsn from pg_control_checkpoint()) > 64 * 1024 * 1024 then
    checkpoint;
  end if;
end $$`;
const CARE_INTERVAL_MS = 10_000;
/** Each error leaves about a kilobyte on the stack of PGlite 0.5, which is used up after 1,800: it is started anew before. */
const MOST_ERRORS = 1_000;

const scope = self as unknown as WorkerScope;
let database: PGlite | undefined;
let server: WireServer | undefined;
/** Functions that end connections of other threads, by their numbers. */
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
      // Synchronous except for the flush of the file system, which only browsers need.
      pglite.execProtocolRawStream(batch, { syncToFs: false, onRawData }).catch(fail);
    },
    inTransaction: () => pglite.isInTransaction(),
    onFatal: (message) => fail(message),
  });
  const care = setInterval(async () => {
    if (folder !== null && server!.errors >= MOST_ERRORS && server!.stopIfIdle()) {
      clearInterval(care);
      await pglite.close().catch(() => {});
      return fail(new Error(`it is started anew after ${server!.errors} failed statements`));
    }
    server!.runWhenIdle(CHECKPOINT);
    const stalledMs = server!.stalledMs();
    if (stalledMs > CARE_INTERVAL_MS) scope.postMessage({ type: "stalled", stalledMs });
  }, CARE_INTERVAL_MS);
}

/**
 * Copies a prepared database into a new folder, which takes a second instead of six.
 *
 * PGlite's own method takes 130 MB more, leaves a folder and files with access for all users, and an incomplete folder if the
 * process dies. Here the complete folder is renamed into place.
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
