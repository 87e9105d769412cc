import type { Context, MiddlewareHandler } from "hono";
import { Problem } from "../problems.ts";

/** Limits on open event streams. */
export interface StreamLimits {
  /** Per token, session or address. */
  maxStreamsEach: number;
  /** In all, of this process. */
  maxStreams: number;
  /** Maximum time between checks that a stream may continue. */
  recheckMs: number;
}

/** Identification of the clients of streams. */
export interface StreamReaders {
  /** Key by which streams are counted. */
  who(c: Context): string;
  /** Whether a stream may continue: its credentials may have been revoked meanwhile. */
  holds(c: Context): Promise<boolean>;
}

/** A browser opens at most six connections to a site; a program that follows runs may need some more. */
export const defaultStreamLimits: Omit<StreamLimits, "recheckMs"> = { maxStreamsEach: 20, maxStreams: 500 };

/** Limits open streams: 429 for a client with too many, 503 if there are too many in all. A stream ends when its credentials expire. */
export function openStreams(
  { maxStreamsEach, maxStreams, recheckMs }: StreamLimits,
  { who, holds }: StreamReaders,
): MiddlewareHandler {
  const open = new Map<string, number>();
  let all = 0;
  return async (c, next) => {
    if (c.req.method !== "GET") return await next();
    const name = who(c);
    const had = open.get(name) ?? 0;
    // Counted before the response is known to be a stream: otherwise many simultaneous requests would pass the limit.
    if (had >= maxStreamsEach) {
      const said = `${maxStreamsEach} streams of events are open already. Close one, or ask for JSON.`;
      throw new Problem("too-many-requests", said, { headers: { "Retry-After": "5" } });
    }
    if (all >= maxStreams) {
      const said = "The server's limit of event streams is reached. Ask for JSON, or try again later.";
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
    c.res = new Response(watched(body, { ended: release, mayGoOn: every(recheckMs, () => holds(c)) }), c.res);
  };
}

/** Asks again if the last positive answer is older than `ms`; the first answer is given. */
function every(ms: number, ask: () => Promise<boolean>): () => Promise<boolean> {
  let at = performance.now();
  return async () => {
    if (performance.now() - at < ms) return true;
    const answer = await ask();
    at = performance.now();
    return answer;
  };
}

/** The same stream, for as long as it may continue; `ended` is called once its client has disconnected. */
function watched(
  body: ReadableStream<Uint8Array>,
  { ended, mayGoOn }: { ended: () => void; mayGoOn: () => Promise<boolean> },
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done && await mayGoOn()) return controller.enqueue(value);
        ended();
        controller.close();
        if (!done) await reader.cancel();
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
