import { Hono } from "hono";
import { z } from "zod";
import type { Engine, Logger } from "../engine/mod.ts";
import { eventStream } from "./event_stream.ts";
import { markStreamed } from "./streamed_answer.ts";
import { query } from "./validation.ts";

/** `GET /v1/events`. */
export function feedRoutes(engine: Pick<Engine, "feed">, options: { logger: Logger; heartbeatMs: number }) {
  return new Hono()
    // Everything that happens, as server-sent events; after a break `reset` says that some of it is not known any more.
    .get("/", query(z.strictObject({})), (c) => {
      c.header("Content-Type", "text/event-stream");
      // Asks proxies not to keep events back.
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
