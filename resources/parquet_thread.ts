import type { ColumnData, ColumnSpec } from "./database/database.ts";
import type { ParquetQuery, QueriedFile, QueriedRows } from "./parquet_query.ts";

/** What a thread is asked. The rows of a query stay there until they are dropped, under its `id`. */
export type ParquetRequest =
  | { kind: "query"; id: number; files: readonly QueriedFile[]; query: ParquetQuery }
  | { kind: "read"; id: number; of: number; range: { offset: number; length: number } | undefined }
  | { kind: "drop"; of: number };

/** Its answers, each with the `id` of the request. */
export type ParquetReply =
  | { kind: "found"; id: number; count: number }
  | { kind: "rows"; id: number; rows: Record<string, ColumnData> }
  | { kind: "failed"; id: number; error: unknown };

/**
 * Queries Parquet files in a thread of its own, started with the first query.
 *
 * For threads that answer requests: values are converted elsewhere, and so is the garbage of the library collected. Deno removes each
 * native object that is garbage from a list of all of them, which it searches from one end: 200,000 objects, of some hundred queries,
 * stop a thread for seconds. The thread collects after some thousand, which takes milliseconds in its small heap.
 *
 * Verified: tests/resources/parquet_thread_test.ts.
 */
export class ParquetThread {
  #worker: Worker | undefined;
  #lastId = 0;
  readonly #asked = new Map<number, PromiseWithResolvers<ParquetReply>>();

  /** As {@link queryParquet}. Rows stay in memory until they are disposed of. */
  readonly query = async (files: readonly QueriedFile[], query: ParquetQuery): Promise<QueriedRows> => {
    const id = ++this.#lastId;
    const { count } = await this.#ask<"found">({ kind: "query", id, ...sendable({ files, query }) });
    const worker = this.#worker;
    return {
      count,
      read: async (range) => (await this.#ask<"rows">({ kind: "read", id: ++this.#lastId, of: id, range })).rows,
      [Symbol.dispose]: () => worker?.postMessage({ kind: "drop", of: id } satisfies ParquetRequest),
    };
  };

  /** Ends the thread. Queries without an answer are rejected. */
  close(): void {
    this.#fail(new Error("The service stops."));
  }

  #ask<Kind extends ParquetReply["kind"]>(
    request: Exclude<ParquetRequest, { kind: "drop" }>,
  ): Promise<ParquetReply & { kind: Kind }> {
    const answer = Promise.withResolvers<ParquetReply>();
    this.#asked.set(request.id, answer);
    (this.#worker ??= this.#started()).postMessage(request);
    return answer.promise as Promise<ParquetReply & { kind: Kind }>;
  }

  #started(): Worker {
    const worker = new Worker(new URL("./parquet_worker.ts", import.meta.url), { type: "module", name: "parquet" });
    worker.onmessage = ({ data: reply }: MessageEvent<ParquetReply>) => {
      const answer = this.#asked.get(reply.id);
      this.#asked.delete(reply.id);
      if (reply.kind === "failed") answer?.reject(reply.error);
      else answer?.resolve(reply);
    };
    worker.onerror = (event) => {
      // Otherwise the runtime would end the process.
      event.preventDefault();
      this.#fail(new Error(`The thread that reads Parquet files failed: ${event.message}`));
    };
    return worker;
  }

  #fail(error: Error): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const answer of this.#asked.values()) answer.reject(error);
    this.#asked.clear();
  }
}

/** A copy without what columns have besides name and type: schemas and functions of a declared column cannot be sent. */
function sendable<T>(request: T): T {
  const isColumn = (value: unknown): value is ColumnSpec =>
    typeof value === "object" && value !== null && "name" in value && "type" in value;
  return JSON.parse(JSON.stringify(request, (_, value: unknown) => {
    return isColumn(value) ? { name: value.name, type: value.type } : value;
  }));
}
