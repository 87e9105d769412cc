import type { MiddlewareHandler } from "hono";
import { databaseAwayProblem } from "../problems.ts";

/**
 * Answers 503 while the database is unreachable, instead of letting requests wait: with dropped packets an error can take
 * minutes. A started change is not aborted: its outcome would be unknown.
 *
 * @param awaySignal The current signal: it aborts when the database is found unreachable, and is replaced when the database is back.
 */
export function unlessDatabaseAway(awaySignal: () => AbortSignal): MiddlewareHandler {
  return async (c, next) => {
    // Requests about the process alone, which must report what is missing.
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
