import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { z } from "zod";
import { type Engine, isFinished, type Logger, named, RunEvent } from "../engine/mod.ts";
import { eventStream } from "./event_stream.ts";
import { linkToNext, nextPage } from "./links.ts";
import { describeRoute, numbered } from "./openapi/describe_route.ts";
import { runIdOf } from "./runs.ts";
import { markStreamed } from "./streamed_answer.ts";
import { parsed, query, wholeNumber } from "./validation.ts";

/** Event numbers are PostgreSQL `integer`s. */
const eventNumber = wholeNumber(0, 2 ** 31 - 1);

const EventsPage = z.strictObject({
  after: eventNumber.default(0).describe("Only events after this number"),
  limit: wholeNumber(1, 10_000).default(1_000).describe("Only for the list; a stream continues to the end"),
});

const RunEventList = named("RunEventList", z.strictObject({ run: z.int(), events: z.array(RunEvent) }));

const describeEvents = describeRoute({
  tag: "Runs",
  summary: "Events of a run",
  description:
    "As server-sent events, resumable by `Last-Event-ID`, until the run ends; as a list if JSON is accepted.",
  path: numbered("run"),
  headers: { "Last-Event-ID": "Number of the last received event" },
  example: { path: { id: "1" }, query: { limit: "10" } },
  answers: {
    200: {
      description: "The events",
      schema: RunEventList,
      mediaTypes: ["application/json", "text/event-stream"],
      headers: nextPage,
    },
    204: { description: "No further events" },
  },
  problems: [404],
});

/** `GET /v1/runs/:id/events`. */
export function runEventRoutes(engine: Engine, options: { logger: Logger; heartbeatMs: number }) {
  return new Hono()
    .get("/:id/events", describeEvents, query(EventsPage), async (c) => {
      const runId = runIdOf(c.req.param("id"));
      const { after, limit } = c.req.valid("query");
      c.header("Vary", "Accept");
      if (!wantsStream(c)) {
        const { events } = await engine.ledger.events.after(runId, after, limit + 1);
        const page = events.slice(0, limit);
        if (events.length > limit) c.header("Link", linkToNext(c.req.url, { after: `${page.at(-1)!.seq}` }));
        return c.json({ run: runId, events: page });
      }
      // After a broken connection the browser's `Last-Event-ID` is newer than the address that the stream was opened with.
      const seen = lastEventId(c) ?? after;
      const { events, status } = await engine.ledger.events.after(runId, seen, 1);
      // A browser reopens a stream that ends, unless it gets 204.
      if (isFinished(status) && events.length === 0) return c.body(null, 204);
      c.header("Content-Type", "text/event-stream");
      // Tells proxies not to buffer events.
      c.header("X-Accel-Buffering", "no");
      markStreamed(c);
      if (c.req.method === "HEAD") return c.body(null);
      return c.body(eventStream((signal) => engine.events(runId, { after: seen, signal }), {
        ...options,
        name: `run ${runId}`,
        write: written,
      }));
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

function written(event: RunEvent): string {
  return `id: ${event.seq}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}
