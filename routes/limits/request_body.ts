import type { MiddlewareHandler } from "hono";
import { Problem } from "../problems.ts";
import { within } from "../within.ts";
import { signalOf } from "./request_signal.ts";

/** Minimum speed of a body. */
export interface BodyPace {
  /** Maximum time without data. */
  maxSilenceMs: number;
  /** Initial time without a minimum rate. */
  graceMs: number;
  /** Minimum average rate after {@link graceMs}, so that a large body has more time. */
  minBytesPerSecond: number;
}

/** 32 MiB have half an hour. */
export const defaultBodyPace: BodyPace = { maxSilenceMs: 10_000, graceMs: 10_000, minBytesPerSecond: 16 * 1024 };

export interface BodyLimits {
  /** Maximum size in bytes of a body sent to this path. */
  maxBytes(path: string): number;
  pace?: BodyPace;
}

/**
 * Limits size and duration of a body, with or without a Content-Length. Reading it beyond the limits fails with a {@link
 * Problem}: 413 for a body that is too large, 408 for one that is too slow.
 *
 * Only the time in which the handler waits for the body counts, so that a slow handler does not count against the client.
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
      // Not awaited: it may take as long as the client likes.
      reader.cancel().catch(() => {});
    },
    cancel: (reason) => reader.cancel(reason),
    // Read nothing before the handler does.
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
