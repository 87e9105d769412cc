import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { z } from "zod";
import { type Engine, isFinished, type Logger, messageOf, type RunEvent } from "../engine/mod.ts";
import { linkToNext } from "./links.ts";
import { runIdOf } from "./runs.ts";
import { parsed, query, wholeNumber } from "./validation.ts";
import { within } from "./within.ts";

/** Events are numbered by an `integer` of PostgreSQL. */
const eventNumber = wholeNumber(0, 2 ** 31 - 1);

const EventsPage = z.strictObject({
  /** Only those behind this number. */
  after: eventNumber.default(0),
  /** For the list; a stream goes on to the end. */
  limit: wholeNumber(1, 10_000).default(1_000),
});

/** How soon a browser comes back after its stream broke. */
const retryMs = 1_000;

/** `GET /v1/runs/:id/events`. */
export function runEventRoutes(engine: Engine, options: { logger: Logger; heartbeatMs: number }) {
  return new Hono()
    // What happened in a run and what happens in it, as server-sent events; as a list for who accepts JSON.
    .get("/:id/events", query(EventsPage), async (c) => {
      const runId = runIdOf(c.req.param("id"));
      const { after, limit } = c.req.valid("query");
      c.header("Vary", "Accept");
      if (!wantsStream(c)) {
        const { events } = await engine.ledger.eventsAfter(runId, after, limit + 1);
        const page = events.slice(0, limit);
        if (events.length > limit) c.header("Link", linkToNext(c.req.url, { after: `${page.at(-1)!.seq}` }));
        return c.json({ run: runId, events: page });
      }
      // What a browser remembers of a broken stream is newer than the address it was opened with.
      const seen = lastEventId(c) ?? after;
      const { events, status } = await engine.ledger.eventsAfter(runId, seen, 1);
      // A browser opens a stream again when it ends, until it is told that there is nothing more.
      if (isFinished(status) && events.length === 0) return c.body(null, 204);
      c.header("Content-Type", "text/event-stream");
      // Asks proxies not to keep events back.
      c.header("X-Accel-Buffering", "no");
      if (c.req.method === "HEAD") return c.body(null);
      return c.body(eventStream(engine, runId, seen, options));
    });
}

function wantsStream(c: Context): boolean {
  const supports = ["text/event-stream", "application/json"];
  return accepts(c, { header: "Accept", supports, default: "text/event-stream" }) === "text/event-stream";
}

function lastEventId(c: Context): number | undefined {
  const text = c.req.header("Last-Event-ID");
  if (text === undefined || text === "") return undefined;
  return parsed(z.strictObject({ "Last-Event-ID": eventNumber }), { "Last-Event-ID": text })["Last-Event-ID"];
}

/** Reads an event when the reader has taken the one before, and says something now and then so that nobody hangs up. */
function eventStream(
  engine: Engine,
  runId: number,
  after: number,
  { logger, heartbeatMs }: { logger: Logger; heartbeatMs: number },
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const gone = new AbortController();
  const events = engine.events(runId, { after, signal: gone.signal });
  let next: Promise<IteratorResult<RunEvent>> | undefined;
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
        controller.enqueue(encoder.encode(written(result.value)));
      } catch (error) {
        if (gone.signal.aborted) return;
        // The status is sent already: who reads comes back, and goes on where it was or is told what is wrong.
        logger.error(`The events of run ${runId} could not be read: ${messageOf(error)}`);
        controller.close();
      }
    },
    async cancel() {
      gone.abort();
      await events.return(undefined);
    },
  });
}

function written(event: RunEvent): string {
  return `id: ${event.seq}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}
