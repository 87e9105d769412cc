import type { RowStream } from "../engine/mod.ts";
import { csvHeader, csvLines } from "./csv.ts";
import { ndjsonOf } from "./ndjson.ts";

/** Line formats of rows. */
export type LineFormat = "csv" | "ndjson";

/**
 * A stream of rows as a body. It reads as fast as the client does, and releases the database connection when all rows are read,
 * when the client disconnects, and when the client reads nothing for `stallMs`: then the body is aborted, and the client sees a
 * broken connection.
 */
export function rowBody(
  stream: RowStream,
  { format, stallMs, onError }: { format: LineFormat; stallMs: number; onError(error: unknown): void },
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { columns } = stream;
  const encoder = new TextEncoder();
  let header = format === "csv" ? csvHeader(columns) : "";
  let stall: ReturnType<typeof setTimeout> | undefined;
  const end = async () => {
    clearTimeout(stall);
    await stream.close();
  };
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      stall = watch(controller);
    },
    async pull(controller) {
      clearTimeout(stall);
      try {
        const rows = await stream.next();
        const text = header + (rows === undefined ? "" : format === "csv" ? csvLines(columns, rows) : ndjsonOf(rows));
        header = "";
        if (text !== "") controller.enqueue(encoder.encode(text));
        if (rows === undefined) return controller.close();
        stall = watch(controller);
      } catch (error) {
        onError(error);
        await end();
        // The runtime prints this error; without the cause, which has been logged already.
        controller.error("The rows could not be read to the end.");
      }
    },
    cancel: end,
    // No read-ahead: buffered rows take memory.
  }, { highWaterMark: 0 });

  function watch(controller: ReadableStreamDefaultController): ReturnType<typeof setTimeout> {
    const timer = setTimeout(async () => {
      const reason = `The client took no rows for ${stallMs / 1000} s.`;
      controller.error(reason);
      onError(new Error(reason));
      await stream.close();
    }, stallMs);
    // A stalled client must not keep the process alive at shutdown.
    Deno.unrefTimer(timer);
    return timer;
  }
}
