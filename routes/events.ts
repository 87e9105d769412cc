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
  description: "Resumable by `Last-Event-ID`; an event `reset` means that some missed events are lost.",
  headers: { "Last-Event-ID": "Id of the last received event" },
  answers: { 200: { description: "The events", mediaTypes: ["text/event-stream"] } },
});

/** `GET /v1/events`. */
export function feedRoutes(engine: Pick<Engine, "feed">, options: { logger: Logger; heartbeatMs: number }) {
  return new Hono()
    .get("/", describeFeed, query(z.strictObject({})), (c) => {
      c.header("Content-Type", "text/event-stream");
      // Tells proxies not to buffer events.
      c.header("X-Accel-Buffering", "no");
      markStreamed(c);
      if (c.req.method === "HEAD") return c.body(null);
      const after = c.req.header("Last-Event-ID") || undefined;
      return c.body(eventStream((signal) => engine.feed.listen({ after, signal }), {
        ...options,
        name: "the feed",
        write: (event) => `id: ${event.id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
      }));
    });
}
