import type { MiddlewareHandler } from "hono";
import { databaseAwayProblem } from "../problems.ts";
import { within } from "../within.ts";

/** A read that has not begun to answer after so long is worth asking whether the database is there at all. */
const suspiciousMs = 1_500;
/** How often that is asked again while the read goes on. */
const againMs = 1_000;

/**
 * Answers 503 to a read that waits for a database that does not answer, instead of waiting with it: a network that swallows what is sent
 * says nothing for minutes. Changes are not cut short: nobody would know what became of them.
 */
export function whileDatabaseAnswers(answers: () => Promise<boolean>): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.method !== "GET" && c.req.method !== "HEAD") return await next();
    const answered = next().then(() => true);
    for (let waitMs = suspiciousMs;; waitMs = againMs) {
      if (await within(waitMs, answered)) return;
      if (await Promise.race([answered, answers()])) continue;
      answered.catch(() => {});
      throw databaseAwayProblem();
    }
  };
}
