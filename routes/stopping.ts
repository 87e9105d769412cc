import type { MiddlewareHandler } from "hono";
import { Problem } from "./problems.ts";

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);
/** By then another process has taken over, or this one has restarted. */
const retryAfterSeconds = 5;

/** Rejects changes once the signal has aborted: the process is stopping and would not complete them. */
export function refuseChanges(stopping: AbortSignal): MiddlewareHandler {
  return async (c, next) => {
    if (stopping.aborted && !safeMethods.has(c.req.method)) throw stoppingProblem();
    await next();
  };
}

/** Response of a stopping process. */
export function stoppingProblem(): Problem {
  return new Problem(
    "stopping",
    "The service is stopping. Try again in a moment; earlier requests are not lost.",
    {
      headers: { "Retry-After": String(retryAfterSeconds) },
    },
  );
}
