import { Hono } from "hono";
import { z } from "zod";
import { type LiveProcess, type Logger, messageOf, named, silentAfterSeconds, silentText } from "../engine/mod.ts";
import { describeRoute, objectAnswer } from "./openapi/describe_route.ts";
import { Problem } from "./problems.ts";
import { tolerableSkewMs } from "../resources/clock.ts";
import { within } from "./within.ts";

/** A condition for serving requests. */
const Readiness = z.strictObject({
  /** E.g. `database`, `migrations`. */
  name: z.string(),
  ready: z.boolean(),
  degraded: z.boolean().optional().describe("Whether it is impaired nevertheless"),
  /** A sentence for people, without internal details. */
  message: z.string(),
});
export type Readiness = z.infer<typeof Readiness>;

const Ready = named(
  "Ready",
  z.strictObject({
    status: z.enum(["ready", "degraded"]).describe(
      "Degraded: a problem that does not prevent serving requests",
    ),
    checks: z.array(Readiness),
  }),
);

const describeAlive = describeRoute({
  tag: "Health",
  summary: "Liveness of the process",
  answers: { 200: objectAnswer("Alive", { status: z.literal("alive") }, "It is") },
});
const describeReady = describeRoute({
  tag: "Health",
  summary: "Readiness to serve requests",
  answers: { 200: { description: "They can", schema: Ready } },
  problems: [503],
});

/** `GET /healthz` and `GET /readyz`. */
export function healthRoutes(
  { ready, logger, timeoutMs }: { ready(): Promise<readonly Readiness[]>; logger: Logger; timeoutMs: number },
) {
  return new Hono()
    // Liveness: a supervisor restarts a process that does not answer.
    .get("/healthz", describeAlive, (c) => c.json({ status: "alive" as const }))
    // Readiness: a load balancer that gets 503 sends requests to other processes.
    .get("/readyz", describeReady, async (c) => {
      const asked = ready().catch((error) => {
        logger.error(`Readiness could not be determined: ${messageOf(error)}`);
        return undefined;
      });
      const checks = await within(timeoutMs, asked);
      const broken = checks?.filter((check) => !check.ready);
      if (checks && broken!.length === 0) {
        const degraded = checks.some((check) => check.degraded);
        return c.json({ status: degraded ? "degraded" as const : "ready" as const, checks });
      }
      throw new Problem(
        "not-ready",
        broken ? broken.map((check) => check.message).join(" ") : "The database does not answer.",
        { errors: broken?.map(({ name, message }) => ({ path: name, message })), headers: { "Retry-After": "5" } },
      );
    });
}

/** Whether this process and the others of the installation are working. Another process that stopped does not make this one unready. */
export function processReadiness(processes: readonly LiveProcess[], ownId: number): Readiness {
  const name = "processes";
  const isSilent = ({ silentSeconds }: LiveProcess) => silentSeconds >= silentAfterSeconds;
  const own = processes.find(({ id }) => id === ownId);
  if (!own || isSilent(own)) {
    return { name, ready: false, message: "This process has not written its heartbeat." };
  }
  const silent = processes.filter(isSilent);
  if (silent.length > 0) {
    const said = `Silent: ${silent.map(silentText).join("; ")}. Its work waits until it resumes or ends.`;
    return { name, ready: true, degraded: true, message: said };
  }
  const count = processes.length === 1 ? "One process is" : `${processes.length} processes are`;
  return { name, ready: true, message: `${count} at work.` };
}

/**
 * Whether this machine's clock agrees with the database's.
 *
 * @param skewMs How far it is ahead; `null` if it could not be compared.
 */
export function clockReadiness(skewMs: number | null): Readiness[] {
  if (skewMs === null) return [];
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  const wrong = seconds * 1_000 >= tolerableSkewMs;
  const message = wrong
    ? `The clock of this machine is ${seconds} s ${
      skewMs > 0 ? "ahead of" : "behind"
    } the database's, which counts. Set it right.`
    : "The clock of this machine is right.";
  return [{ name: "clock", ready: true, ...(wrong && { degraded: true }), message }];
}
