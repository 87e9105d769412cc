import type { Hono } from "hono";
import type { Access } from "../access/mod.ts";
import {
  type AssetState,
  AutomationEvaluator,
  type Engine,
  FreshnessEvaluator,
  isDatabaseTrouble,
  type Logger,
  messageOf,
  overallState,
  Scheduler,
} from "../engine/mod.ts";
import { stopSignals } from "../resources/stop_signals.ts";
import { type LastingServer, lastingServer } from "../routes/mod.ts";
import { ConfigurationError, type Environment } from "../settings/environment.ts";
import { appOf } from "./app.ts";
import { openService } from "./open_service.ts";
import { alertsOf } from "./operations.ts";
import type { ProjectSource } from "./project.ts";
import { attentionLines, engineControl, followRun, processTerminal } from "../cli/mod.ts";
import { pause } from "../resources/backoff.ts";
import deno from "../deno.json" with { type: "json" };

/** Pause before the first fill is resumed after a database outage. */
const fillAgainMs = 1_000;

/** Whether an asset has no readable version: none was ever made, or its table was replaced. */
function isMissing({ external, lastMaterialization, reasons }: AssetState): boolean {
  return !external &&
    (lastMaterialization === null || reasons.some(({ kind, partitions }) => kind === "table_replaced" && !partitions));
}

/** Materializes missing assets, unless an interrupted run is about to; shows the progress. */
async function fillMissing(
  engine: Engine,
  { freshness, logger, signal }: { freshness: FreshnessEvaluator; logger: Logger; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      const [open] = await engine.ledger.runs.open();
      const missing = (await engine.states()).filter(isMissing).map((asset) => asset.key);
      if (open === undefined && missing.length === 0) return;
      const runId = open ?? (await engine.submit({ selection: missing.join(" "), trigger: "startup" })).id;
      const { run } = await followRun(engineControl(engine), runId, processTerminal(), { signal });
      if (run.status !== "succeeded") return;
      await freshness.evaluate();
      const assets = await engine.states();
      for (const line of attentionLines(assets)) logger.warn(line);
      const { title, detail } = overallState(assets);
      logger.info(`Run ${runId} succeeded. ${title}. ${detail}.`);
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!isDatabaseTrouble(error)) {
        logger.error(`Missing assets could not be materialized: ${messageOf(error)}`);
        return;
      }
      // Reads missing assets and open runs again when the database is back.
      await pause(fillAgainMs, signal).catch(() => {});
    }
  }
}

/** Time for streams to end if the shutdown time is already over. */
const lastMomentMs = 250;

/** Time before the service answers requests in which it judges all assets. */
const longestJudgementMs = 2_000;

/** A part of the service that runs from its start until it is stopped. */
interface LastingPart {
  start(): void | Promise<void>;
  stop(): Promise<void>;
}

/** Runs the service until it is stopped. */
export async function serve(
  source: ProjectSource,
  { environment, logger, replace }: { environment: Environment; logger: Logger; replace: boolean },
): Promise<void> {
  const service = await openService(source, { environment, logger, role: "server", replace });
  const { engine, database, clock, access, instruments, project } = service;
  const { host, port, shutdownSeconds, publicUrl } = environment;
  using signals = stopSignals((signal) =>
    logger.info(
      `Stopping on ${signal}: running steps have ${shutdownSeconds} s; after that the next process continues them. Repeat to stop at once.`,
    )
  );
  const { stopping } = signals;
  let server: LastingServer | undefined;
  try {
    const watching = { engine, database, clock, logger };
    const scheduler = new Scheduler({ ...watching, schedules: project.schedules ?? [] });
    await requireCredentials(environment, access);
    await judged(engine);
    let siteUrl = publicUrl ?? new URL(`http://${host}:${port}`);
    const app = appOf(service, { environment, logger, scheduler, stopping, siteUrl: () => siteUrl });
    server = listen(environment, app, logger);
    const { hostname, port: openPort } = server.addr;
    const url = `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${openPort}`;
    siteUrl = publicUrl ?? new URL(url);
    await service.announce(url, access.ownerSecret);
    logger.info(`Tandem ${deno.version} serves ${url}; data is in ${database.location}.`);
    logger.info(
      access.required
        ? `Requests need an access token${environment.signIn ? ` or a sign-in at ${environment.signIn.issuer}` : ""}.`
        : "All programs on this machine can read and materialize. AUTHENTICATION=required requires access tokens.",
    );
    if (environment.signIn?.tokenInUrl) {
      logger.warn(
        "TOKEN_IN_URL=on: sign-ins for other origins put a token, valid for a day, into the address, where the browser's history and that site's logs keep it.",
      );
    }
    const alerts = alertsOf(service, { environment, logger, serviceUrl: url });
    const freshness = new FreshnessEvaluator({ ...watching, onChange: () => alerts?.wake() });
    const automation = new AutomationEvaluator({
      ...watching,
      intervalSeconds: environment.automationSeconds,
      onEvaluated({ outcome, seconds }) {
        instruments.automationEvaluations.add({ outcome });
        instruments.automationSeconds.observe({}, seconds);
      },
    });
    const parts: LastingPart[] = [scheduler, freshness, ...(alerts ? [alerts] : [])];
    for (const part of parts) await part.start();
    const filling = fillMissing(engine, { freshness, logger, signal: stopping }).then(() => {
      // After the first fill, so that it does not request the same partitions.
      if (environment.automation && !stopping.aborted) automation.start();
    });
    await new Promise((resolve) => stopping.addEventListener("abort", resolve, { once: true }));
    const timeIsUp = AbortSignal.timeout(shutdownSeconds * 1_000);
    await Promise.all([...parts, automation].map((part) => part.stop()));
    // Clients with an open stream receive the end of running work.
    await engine.drain(timeIsUp);
    // Also ends event streams, which would delay the server's shutdown.
    await engine.close();
    await Promise.all([filling, closed(server, timeIsUp, logger)]);
  } catch (error) {
    await server?.shutdown();
    throw error;
  } finally {
    await service.close();
  }
}

/** Judges all assets once, which reads the files of sources, so that the first page does not wait for them; for a limited time. */
async function judged(engine: Engine): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, longestJudgementMs));
  // An error is told to those who ask for the states.
  await Promise.race([engine.states().then(() => {}, () => {}), late]);
  clearTimeout(timer);
}

/** Resolves when all requests are answered, or when the time is up: then the process ends during an answer. */
async function closed(server: LastingServer, timeIsUp: AbortSignal, logger: Logger): Promise<void> {
  const late = Promise.withResolvers<"late">();
  const onLate = () => late.resolve("late");
  timeIsUp.addEventListener("abort", onLate, { once: true });
  if (timeIsUp.aborted) setTimeout(onLate, lastMomentMs);
  if (await Promise.race([server.shutdown({ patienceMs: 4_000_000 }), late.promise]) === "late") {
    logger.warn("Some responses were still being read when the time was up; they are cut off.");
  }
}

function listen({ host, port }: Environment, app: Hono, logger: Logger): LastingServer {
  try {
    return lastingServer({ hostname: host, port, logger }, app.fetch);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new ConfigurationError(
        `PORT: ${port} on ${host} is in use by another program. Stop it, set PORT to another number, or to 0 for any free one.`,
      );
    }
    throw new ConfigurationError(`HOST: cannot listen on ${host} port ${port}: ${messageOf(error)}.`);
  }
}

/** @throws {ConfigurationError} If credentials are required and none exist. */
async function requireCredentials({ host, signIn }: Environment, access: Access): Promise<void> {
  if (!access.required || signIn !== undefined || await access.tokens.anyHolds()) return;
  throw new ConfigurationError(
    `AUTHENTICATION: credentials are required with HOST=${host}, and none exist. Create an access token ` +
      "(deno task token create NAME --scope admin), or set up sign-in: GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET and " +
      "SIGN_IN_ALLOW. To serve only this machine, without credentials, set HOST to 127.0.0.1.",
  );
}
