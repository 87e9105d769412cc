import { Hono } from "hono";
import { type Logger, messageOf } from "../engine/mod.ts";
import { Problem } from "./problems.ts";
import { within } from "./within.ts";

/** One thing that must be in order before requests can be served. */
export interface Readiness {
  /** E.g. `database`, `migrations`. */
  name: string;
  ready: boolean;
  /** A sentence for people; nothing of the inside may be in it. */
  message: string;
}

/** `GET /healthz` and `GET /readyz`. */
export function healthRoutes(
  { ready, logger, timeoutMs }: { ready(): Promise<readonly Readiness[]>; logger: Logger; timeoutMs: number },
) {
  return new Hono()
    // The process is there and answers: a supervisor that gets nothing starts another.
    .get("/healthz", (c) => c.json({ status: "alive" as const }))
    // It can do its work now: a balancer that gets 503 sends requests elsewhere.
    .get("/readyz", async (c) => {
      const asked = ready().catch((error) => {
        logger.error(`Readiness could not be told: ${messageOf(error)}`);
        return undefined;
      });
      const checks = await within(timeoutMs, asked);
      const broken = checks?.filter((check) => !check.ready);
      if (checks && broken!.length === 0) return c.json({ status: "ready" as const, checks });
      throw new Problem(
        "not-ready",
        broken ? broken.map((check) => check.message).join(" ") : "The database does not answer.",
        { errors: broken?.map(({ name, message }) => ({ path: name, message })), headers: { "Retry-After": "5" } },
      );
    });
}
