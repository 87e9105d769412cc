import type { MiddlewareHandler } from "hono";
import { Problem } from "../problems.ts";
import { within } from "../within.ts";
import { signalOf } from "./request_signal.ts";

/**
 * Answers 503 if the response to a read has not started within `maxReadMs`, and aborts its work by the request's signal. A
 * started response may take as long as the client reads it. Changes have no deadline: their outcome would be unknown.
 */
export function answerDeadline({ maxReadMs }: { maxReadMs: number }): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.method !== "GET" && c.req.method !== "HEAD") return await next();
    const { raw } = c.req;
    const late = new AbortController();
    signalOf(raw, (signal) => AbortSignal.any([signal, late.signal]));
    const answered = next().then(() => true);
    if (await within(maxReadMs, answered)) return;
    answered.catch(() => {});
    const said = `This read took longer than ${
      maxReadMs / 1000
    } s. Ask for less: fewer rows, a filter, a smaller page.`;
    const problem = new Problem("took-too-long", said, { headers: { "Retry-After": "30" } });
    late.abort(problem);
    throw problem;
  };
}
