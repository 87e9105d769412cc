/**
 * Runs PGlite in a thread of its own: a query that takes a second blocks this thread, not the one that answers HTTP.
 *
 * Speaks {@link WorkerRequest} and {@link WorkerReply} with its owner, and the wire protocol on each port it is given.
 */
import { PGlite } from "@electric-sql/pglite";
import { dataDir as prepopulated } from "@electric-sql/pglite-prepopulatedfs";
import { WireServer } from "./wire_server.ts";

export type WorkerRequest =
  | { type: "open"; folder: string | null; fresh: boolean }
  | { type: "connect"; port: MessagePort }
  | { type: "close" };

export type WorkerReply =
  | { type: "opened"; version: string }
  | { type: "failed"; message: string }
  | { type: "closed" };

interface WorkerScope {
  onmessage: ((event: MessageEvent<WorkerRequest>) => void) | null;
  postMessage(message: WorkerReply): void;
}

const scope = self as unknown as WorkerScope;
let database: PGlite | undefined;
let server: WireServer | undefined;

scope.onmessage = async ({ data }) => {
  try {
    if (data.type === "open") await open(data.folder, data.fresh);
    else if (data.type === "connect") connect(data.port);
    else await close();
  } catch (error) {
    scope.postMessage({ type: "failed", message: error instanceof Error ? error.message : String(error) });
  }
};

async function open(folder: string | null, fresh: boolean): Promise<void> {
  const pglite = await PGlite.create({
    dataDir: folder ?? "memory://",
    loadDataDir: fresh ? await prepopulated() : undefined,
  });
  const { rows } = await pglite.query<{ version: string }>("select current_setting('server_version') as version");
  database = pglite;
  let onOutput: (bytes: Uint8Array) => void = () => {};
  server = new WireServer({
    execute(batch, output) {
      onOutput = output;
      // Synchronous but for the flush of the file system, which is a matter of the browser.
      void pglite.execProtocolRawStream(batch, { syncToFs: false, onRawData: (bytes) => onOutput(bytes) });
    },
    inTransaction: () => pglite.isInTransaction(),
  });
  scope.postMessage({ type: "opened", version: rows[0]!.version });
}

function connect(port: MessagePort): void {
  const connection = server!.connect({
    send: (bytes) => port.postMessage(bytes, [bytes.buffer]),
    end: () => {
      port.postMessage(null);
      port.close();
    },
  });
  port.onmessage = ({ data }: MessageEvent<Uint8Array | null>) => {
    if (data !== null) {
      connection.receive(data);
      return;
    }
    connection.close();
    port.close();
  };
}

async function close(): Promise<void> {
  await database?.close();
  scope.postMessage({ type: "closed" });
}
