/** The thread of {@link ParquetThread}. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { ColumnData } from "./database/database.ts";
import { type QueriedRows, queryParquet } from "./parquet_query.ts";
import type { ParquetReply, ParquetRequest } from "./parquet_thread.ts";

/** The used part of a worker's global scope; the compiler's default library describes a page's. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ParquetRequest>) => void) | null;
  postMessage(reply: ParquetReply, transfer?: Transferable[]): void;
}

/** So many native objects take some milliseconds to collect. */
const MOST_OBJECTS = 3_000;
/** Native objects of a query, in round numbers: by file, by column, and for conditions and order. */
const OF_FILE = 3;
const OF_COLUMN = 10;
const OF_QUERY = 30;

const scope = self as unknown as WorkerScope;
const opened = new Map<number, QueriedRows>();
const collectGarbage = garbageCollection();
/** Native objects made since the last collection. */
let objects = 0;

scope.onmessage = async ({ data: request }) => {
  if (request.kind === "drop") {
    opened.delete(request.of);
    return;
  }
  const { id } = request;
  try {
    if (request.kind === "query") {
      const { files, query } = request;
      collectAfter(OF_QUERY + OF_FILE * files.length + OF_COLUMN * query.columns.length);
      const rows = await queryParquet(files, query);
      opened.set(id, rows);
      scope.postMessage({ kind: "found", id, count: rows.count });
    } else {
      const found = opened.get(request.of);
      if (!found) throw new Error("The thread that reads Parquet files was started anew, and has lost these rows.");
      const rows = await found.read(request.range);
      collectAfter(OF_COLUMN * Object.keys(rows).length);
      scope.postMessage({ kind: "rows", id, rows }, buffersOf(rows));
    }
  } catch (error) {
    scope.postMessage({ kind: "failed", id, error });
  }
};

function collectAfter(made: number): void {
  objects += made;
  if (objects < MOST_OBJECTS) return;
  objects = 0;
  collectGarbage();
}

function buffersOf(rows: Record<string, ColumnData>): ArrayBuffer[] {
  return Object.values(rows).flatMap((values) => values instanceof Float64Array ? [values.buffer as ArrayBuffer] : []);
}

/** The collection of garbage of the whole heap, which V8 gives to new contexts only once it is allowed. */
function garbageCollection(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
