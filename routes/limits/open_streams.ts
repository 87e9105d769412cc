import type { Context, MiddlewareHandler } from "hono";
import { Problem } from "../problems.ts";

/** How many streams of events are open at once. */
export interface StreamLimits {
  /** To one token, session or address. */
  maxStreamsEach: number;
  /** To all, of this process. */
  maxStreams: number;
}

/** A browser opens six connections to a site at most; a program that watches runs has use for some more. */
export const defaultStreamLimits: StreamLimits = { maxStreamsEach: 20, maxStreams: 500 };

/**
 * Bounds the streams that stay open: 429 for who has too many, 503 where there are too many in all.
 *
 * @param who Whose streams are counted together.
 */
export function openStreams(
  { maxStreamsEach, maxStreams }: StreamLimits,
  who: (c: Context) => string,
): MiddlewareHandler {
  const open = new Map<string, number>();
  let all = 0;
  return async (c, next) => {
    if (c.req.method !== "GET") return await next();
    const name = who(c);
    const had = open.get(name) ?? 0;
    // Counted before it is known whether the answer is a stream: many that begin together are not let through together.
    if (had >= maxStreamsEach) {
      const said = `${maxStreamsEach} streams of events are open already. Close one, or ask for JSON.`;
      throw new Problem("too-many-requests", said, { headers: { "Retry-After": "5" } });
    }
    if (all >= maxStreams) {
      const said = "As many streams of events are open as this server has room for. Ask for JSON, or try again later.";
      throw new Problem("overloaded", said, { headers: { "Retry-After": "30" } });
    }
    open.set(name, had + 1);
    all++;
    let counted = true;
    const release = () => {
      if (!counted) return;
      counted = false;
      all--;
      const left = open.get(name)! - 1;
      if (left > 0) open.set(name, left);
      else open.delete(name);
    };
    try {
      await next();
    } catch (error) {
      release();
      throw error;
    }
    const { body } = c.res;
    if (body === null || !c.res.headers.get("Content-Type")?.startsWith("text/event-stream")) return release();
    c.res = new Response(untilEnd(body, release), c.res);
  };
}

/** The same stream; `ended` is called once nobody reads it any more. */
function untilEnd(body: ReadableStream<Uint8Array>, ended: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        ended();
        controller.close();
      } catch (error) {
        ended();
        controller.error(error);
      }
    },
    async cancel(reason) {
      ended();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
