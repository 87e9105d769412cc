import type { MiddlewareHandler } from "hono";
import { databaseAwayProblem } from "../problems.ts";

/**
 * Answers 503 while the database is away, instead of letting requests wait: a network that drops packets reports nothing for minutes.
 * A change that has begun is not cut short: its outcome would be unknown.
 *
 * @param awaySignal Aborts when the database is found to be away; another one is there when it is back.
 */
export function unlessDatabaseAway(awaySignal: () => AbortSignal): MiddlewareHandler {
  return async (c, next) => {
    // What tells of the process alone, and has to say what is missing.
    if (/^\/(?:healthz|readyz|metrics|static\/.*)$/.test(c.req.path)) return await next();
    const signal = awaySignal();
    if (signal.aborted) throw databaseAwayProblem();
    if (c.req.method !== "GET" && c.req.method !== "HEAD") return await next();
    const away = Promise.withResolvers<"away">();
    const onAway = () => away.resolve("away");
    signal.addEventListener("abort", onAway, { once: true });
    const answered = next();
    try {
      if (await Promise.race([answered, away.promise]) !== "away") return;
      answered.catch(() => {});
      throw databaseAwayProblem();
    } finally {
      signal.removeEventListener("abort", onAway);
    }
  };
}
