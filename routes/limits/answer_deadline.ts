import type { MiddlewareHandler } from "hono";
import { Problem } from "../problems.ts";
import { within } from "../within.ts";
import { signalOf } from "./request_signal.ts";

/**
 * Answers 503 where a read has not begun to answer within `maxReadMs`, and ends what can be ended by the request's signal. An answer that
 * has begun continues for as long as it is read. Changes are not cut short: their outcome would be unknown.
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
