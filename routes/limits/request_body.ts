import type { MiddlewareHandler } from "hono";
import { Problem } from "../problems.ts";
import { within } from "../within.ts";
import { signalOf } from "./request_signal.ts";

/** How a body must come. */
export interface BodyPace {
  /** How long nothing may come. */
  maxSilenceMs: number;
  /** For which no rate is asked. */
  graceMs: number;
  /** What must have come on average beyond {@link graceMs}, so that a large body has as much longer. */
  minBytesPerSecond: number;
}

/** 32 MiB have half an hour. */
export const defaultBodyPace: BodyPace = { maxSilenceMs: 10_000, graceMs: 10_000, minBytesPerSecond: 16 * 1024 };

export interface BodyLimits {
  /** The most bytes of a body that is sent to this path. */
  maxBytes(path: string): number;
  pace?: BodyPace;
}

/**
 * Lets handlers read no more of a body than is allowed, whether its length is told or not, and wait no longer for it than is
 * reasonable. What reads it gets a {@link Problem}: 413 for a body that is too large, 408 for one that comes too slowly.
 *
 * Only the time in which the handler waits for the body counts: it is not the client's fault if a handler is slow.
 */
export function requestBody({ maxBytes, pace = defaultBodyPace }: BodyLimits): MiddlewareHandler {
  return async (c, next) => {
    const { raw } = c.req;
    if (raw.body !== null) {
      const most = maxBytes(c.req.path);
      if (Number(raw.headers.get("Content-Length") ?? 0) > most) throw tooLarge(most);
      const { url, method, headers } = raw;
      const body = guarded(raw.body, { maxBytes: most, pace });
      c.req.raw = new Request(url, { method, headers, body, duplex: "half" } as RequestInit);
      signalOf(c.req.raw, (signal) => signal, raw);
    }
    await next();
  };
}

function guarded(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { maxBytes, pace }: { maxBytes: number; pace: BodyPace },
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  let bytes = 0;
  let waitedMs = 0;
  return new ReadableStream({
    async pull(controller) {
      const since = performance.now();
      const patienceMs = pace.graceMs + 1_000 * bytes / pace.minBytesPerSecond - waitedMs;
      const chunk = await within(Math.max(0, Math.min(pace.maxSilenceMs, patienceMs)), reader.read());
      waitedMs += performance.now() - since;
      if (chunk?.done) return controller.close();
      bytes += chunk?.value.length ?? 0;
      if (chunk !== undefined && bytes <= maxBytes) return controller.enqueue(chunk.value);
      controller.error(chunk === undefined ? tooSlow() : tooLarge(maxBytes));
      // Not waited for: it may take as long as the client likes.
      reader.cancel().catch(() => {});
    },
    cancel: (reason) => reader.cancel(reason),
    // Nothing is read before the handler asks for it.
  }, { highWaterMark: 0 });
}

// The rest of the body is not read, so this connection cannot be reused.
const close = { Connection: "close" };

function tooLarge(maxBytes: number): Problem {
  return new Problem("body-too-large", `A body has at most ${maxBytes.toLocaleString("en")} bytes.`, {
    headers: close,
  });
}

function tooSlow(): Problem {
  return new Problem("body-too-slow", "The body did not come in time. Send it without pauses.", { headers: close });
}
