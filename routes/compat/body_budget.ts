import type { MiddlewareHandler } from "hono";
import { OldError } from "./old_errors.ts";

/** Total size of the bodies of requests in progress, and number of further requests that may wait. */
export interface BodyBudgetLimits {
  bytes: number;
  maxWaiting: number;
}

/**
 * Admits requests in order as long as their bodies fit a common budget; others wait with their bodies unread, and so use no
 * memory. A body without a Content-Length counts as `maxBodyBytes`.
 *
 * @throws {OldError} 503 if too many are waiting already.
 */
export function bodyBudget({ bytes, maxWaiting, maxBodyBytes }: BodyBudgetLimits & { maxBodyBytes: number }) {
  let left = Math.max(bytes, maxBodyBytes);
  const queue: { size: number; enter(): void }[] = [];
  const admit = () => {
    // Strictly in order, so that small requests cannot delay a large one forever.
    while (queue.length > 0 && queue[0]!.size <= left) {
      const { size, enter } = queue.shift()!;
      left -= size;
      enter();
    }
  };
  const middleware: MiddlewareHandler = async (c, next) => {
    const size = Math.min(declaredLength(c.req.raw) ?? maxBodyBytes, maxBodyBytes);
    if (queue.length >= maxWaiting) {
      throw new OldError(503, `${maxWaiting} requests are already waiting. Try again later.`, {
        "Retry-After": "30",
      });
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const place = { size, enter: resolve };
    queue.push(place);
    admit();
    const { signal } = c.req.raw;
    const leave = () => {
      const at = queue.indexOf(place);
      if (at < 0) return;
      queue.splice(at, 1);
      left -= size;
      resolve();
      admit();
    };
    signal.addEventListener("abort", leave, { once: true });
    await promise;
    signal.removeEventListener("abort", leave);
    try {
      signal.throwIfAborted();
      await next();
    } finally {
      left += size;
      admit();
    }
  };
  return middleware;
}

function declaredLength(request: Request): number | undefined {
  const length = request.headers.get("Content-Length");
  return length === null || !/^\d+$/.test(length) ? undefined : Number(length);
}
