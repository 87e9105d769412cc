import type { RowStream } from "../engine/mod.ts";
import { csvHeader, csvLines } from "./csv.ts";
import { ndjsonOf } from "./ndjson.ts";

/** How rows are written one after the other. */
export type LineFormat = "csv" | "ndjson";

/**
 * A stream of rows as a body. It reads on as fast as the client does, and lets go of the database when all is read, when the
 * client hangs up, and when the client takes nothing for `stallMs`: then the body breaks off, which the client is told as a
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
        // The runtime prints what it is given, and need not print a trace of what has been logged.
        controller.error("The rows could not be read to the end.");
      }
    },
    cancel: end,
    // Nothing is read ahead: what waits in a buffer is memory, too.
  }, { highWaterMark: 0 });

  function watch(controller: ReadableStreamDefaultController): ReturnType<typeof setTimeout> {
    const timer = setTimeout(async () => {
      const reason = `The client took no rows for ${stallMs / 1000} s.`;
      controller.error(reason);
      onError(new Error(reason));
      await stream.close();
    }, stallMs);
    // A client that went without a word must not keep a process that is about to end.
    Deno.unrefTimer(timer);
    return timer;
  }
}
