import type { MiddlewareHandler } from "hono";
import { OldError } from "./old_errors.ts";

/** What the bodies of all requests that are in work may have together, and how many more may wait until they fit. */
export interface BodyBudgetLimits {
  bytes: number;
  maxWaiting: number;
}

/**
 * Lets requests in, in order, as long as their bodies fit a budget together; the others wait with their bodies unread, which
 * keeps what they would hold on the client's side. A body that does not say its length counts as `maxBodyBytes`.
 *
 * @throws {OldError} 503 when too many wait already.
 */
export function bodyBudget({ bytes, maxWaiting, maxBodyBytes }: BodyBudgetLimits & { maxBodyBytes: number }) {
  let left = Math.max(bytes, maxBodyBytes);
  const queue: { size: number; enter(): void }[] = [];
  const admit = () => {
    // Strictly in order: a large one is not overtaken for ever by small ones.
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
