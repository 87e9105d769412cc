import { type Logger, messageOf } from "../engine/mod.ts";
import { within } from "./within.ts";

/** How soon a browser comes back after its stream broke. */
const retryMs = 1_000;

/** How events are sent. */
export interface EventStreamOptions<Event> {
  logger: Logger;
  /** How long the stream is silent at most. */
  heartbeatMs: number;
  /** Name of the stream, for the log. */
  name: string;
  /** An event as the stream has it. */
  write(event: Event): string;
}

/**
 * Server-sent events. Reads an event when the reader has taken the one before, and sends a comment now and then so that
 * proxies keep the connection.
 *
 * @param open Begins the events; its signal aborts when the reader has gone.
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
        // Who read has gone while this waited: the stream takes nothing more.
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
