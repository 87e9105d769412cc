import { Hono } from "hono";
import { z } from "zod";
import type { Engine, Logger } from "../engine/mod.ts";
import { eventStream } from "./event_stream.ts";
import { describeRoute } from "./openapi/describe_route.ts";
import { markStreamed } from "./streamed_answer.ts";
import { query } from "./validation.ts";

const describeFeed = describeRoute({
  tag: "Runs",
  summary: "All events, server-sent",
  description:
    "Resumable by `Last-Event-ID` or `after`; an event `reset` means that some missed events are lost. Without an id the first event is `reset`.",
  headers: { "Last-Event-ID": "Id of the last received event" },
  answers: { 200: { description: "The events", mediaTypes: ["text/event-stream"] } },
});

const After = z.strictObject({
  after: z.string().max(100).optional().describe("Id of the last received event, for a client that cannot set headers"),
});

/** `GET /v1/events`. */
export function feedRoutes(engine: Pick<Engine, "feed">, options: { logger: Logger; heartbeatMs: number }) {
  return new Hono()
    .get("/", describeFeed, query(After), (c) => {
      c.header("Content-Type", "text/event-stream");
      // Tells proxies not to buffer events.
      c.header("X-Accel-Buffering", "no");
      markStreamed(c);
      if (c.req.method === "HEAD") return c.body(null);
      // A browser that reconnects repeats the address and knows a later event.
      const after = c.req.header("Last-Event-ID") || c.req.valid("query").after;
      return c.body(eventStream((signal) => engine.feed.listen({ after, signal }), {
        ...options,
        name: "the feed",
        write: (event) => `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
      }));
    });
}
