import { type Logger, messageOf } from "../engine/mod.ts";
import { within } from "./within.ts";

/** Delay after which a browser reconnects. */
const retryMs = 1_000;

/** Settings of an event stream. */
export interface EventStreamOptions<Event> {
  logger: Logger;
  /** Maximum time without data. */
  heartbeatMs: number;
  /** Name of the stream, for the log. */
  name: string;
  /** An event in the stream's format. */
  write(event: Event): string;
}

/**
 * Server-sent events. Reads an event after the client has read the previous one, and sends a comment regularly so that proxies
 * keep the connection.
 *
 * @param open Starts the events; its signal aborts when the client has disconnected.
 */
export function eventStream<Event>(
  open: (signal: AbortSignal) => AsyncGenerator<Event>,
  { logger, heartbeatMs, name, write }: EventStreamOptions<Event>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const gone = new AbortController();
  const events = open(gone.signal);
  let next: Promise<IteratorResult<Event>> | undefined;
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(`retry: ${retryMs}\n\n`));
    },
    async pull(controller) {
      next ??= events.next();
      try {
        const result = await within(heartbeatMs, next);
        // The client disconnected meanwhile: the stream accepts no more.
        if (gone.signal.aborted) return;
        if (result === undefined) return controller.enqueue(encoder.encode(": still here\n\n"));
        next = undefined;
        if (result.done) return controller.close();
        controller.enqueue(encoder.encode(write(result.value)));
      } catch (error) {
        if (gone.signal.aborted) return;
        // The status is already sent: the client reconnects, and resumes or gets the error.
        logger.error(`The events of ${name} could not be read: ${messageOf(error)}`);
        controller.close();
      }
    },
    async cancel() {
      gone.abort();
      await events.return(undefined);
    },
  });
}
