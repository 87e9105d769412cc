/**
 * The composition root: configuration → resources → assets → schedules → server. Only here does everything meet.
 *
 * @module
 */
import { Hono } from "hono";
import { type Access, commandLine as owner, openAccess } from "./access/mod.ts";
import { assetsOf } from "./assets/of_source.ts";
import { presets } from "./assets/presets.ts";
import type { Resources } from "./assets/resources.ts";
import type { VendorResources } from "./assets/vendor/vendor_resources.ts";
import {
  attentionLines,
  auditedControl,
  commandLine,
  engineControl,
  type ExitCode,
  followRun,
  httpControl,
  httpTokens,
  processTerminal,
  storedTokens,
} from "./cli/mod.ts";
import deno from "./deno.json" with { type: "json" };
import {
  Alerts,
  type AssetState,
  AutomationEvaluator,
  DefinitionError,
  Engine,
  FreshnessEvaluator,
  InstallationMetrics,
  isDatabaseTrouble,
  type Logger,
  messageOf,
  overallState,
  Scheduler,
} from "./engine/mod.ts";
import { pause } from "./resources/backoff.ts";
import { type Clock, type SharedClock, systemClock } from "./resources/clock.ts";
import { consoleLogger } from "./resources/console_logger.ts";
import {
  type Database,
  DatabaseClock,
  DatabaseOpenError,
  type EmbeddedDatabase,
  FolderHeldError,
  migrate,
  openDatabase,
} from "./resources/database/mod.ts";
import { dropByteOrderMark } from "./settings/env_file.ts";
import { ConfigurationError, type Environment, readEnvironment, secretsOf } from "./settings/environment.ts";
import { calendarFrom, type SourceCalendar } from "./resources/exchange_calendar/mod.ts";
import { openIdProvider } from "./resources/identity_provider/mod.ts";
import { dataSourceOf, marketDataFrom, type MarketVendor, vendorFrom } from "./resources/market_data/mod.ts";
import { processMetrics, ServiceInstruments } from "./resources/metrics/mod.ts";
import { redactor } from "./resources/redaction.ts";
import { type ServiceProbe, serviceProbe } from "./resources/service_probe.ts";
import { stopSignals } from "./resources/stop_signals.ts";
import {
  api,
  clockReadiness,
  type LastingServer,
  lastingServer,
  type MetricSource,
  onError,
  onNotFound,
  openApiDocument,
  processReadiness,
  type Readiness,
  requestRatesFrom,
} from "./routes/mod.ts";
import { schedules } from "./schedules/mod.ts";
import { page, type PageOptions } from "./web/mod.ts";

/** What streams that have been told to end have for it when the time is up already. */
const lastMomentMs = 250;

/** How soon the first fill is looked at again that a database interrupted which was away. */
const fillAgainMs = 1_000;

/** What every process of Tandem consists of, be it a server or a command. */
interface OpenService {
  database: Database;
  /** Of the database server, where there is one: the same for all who share it. */
  clock: Clock & Partial<SharedClock>;
  engine: Engine;
  access: Access;
  vendor: MarketVendor | null;
  instruments: ServiceInstruments;
  /** Tells whoever finds the data folder held where to ask instead. */
  announce(url: string, secret: string): Promise<void>;
  close(): Promise<void>;
}

async function openService(environment: Environment, logger: Logger, role: "server" | "cli"): Promise<OpenService> {
  const config = { ...presets[environment.preset], ...await readAssetConfig(environment.assetConfig) };
  const calendar = await readCalendar(environment.calendar);
  const database = await openDatabase({ databaseUrl: environment.databaseUrl, dataDir: environment.dataDir, logger });
  try {
    await migrate(database, new URL("./sql/migrations/", import.meta.url));
    const clock = await clockOf(database, logger);
    const instruments = new ServiceInstruments();
    const vendor = vendorFrom(environment, {
      database,
      clock,
      logger,
      onCall({ kind, status, seconds }) {
        instruments.vendorCalls.add({ kind, status });
        instruments.vendorSeconds.observe({ kind }, seconds);
      },
    });
    const engine = await Engine.open({
      assets: assetsOf(vendor ? "vendor" : "file"),
      database,
      resources: resourcesFrom(environment, {
        clock,
        vendor,
        calendar,
        serviceProbe: serviceProbe({ database, dataDir: environment.dataDir, states: () => engine.states() }),
      }),
      clock,
      logger,
      config,
      role,
      maxConcurrentSteps: environment.maxConcurrentSteps,
      maxConcurrentRuns: environment.maxConcurrentRuns,
      pools: environment.pools,
      eventRetentionDays: environment.eventRetentionDays,
      takesOpenRuns: role === "server",
    });
    return {
      database,
      clock,
      engine,
      access: openAccess({
        database,
        required: environment.authentication === "required",
        allowList: environment.signIn?.allowList,
      }),
      vendor,
      instruments,
      announce: async (url, secret) => {
        if (database.kind === "embedded") await (database as EmbeddedDatabase).announce(url, secret);
      },
      async close() {
        await engine.close();
        await database.close().catch((error) =>
          logger.warn(`The database did not close in order: ${messageOf(error)}`)
        );
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** What the assets use of the outside world: a vendor that is asked call by call, or a source that is read as a whole. */
function resourcesFrom(
  environment: Environment,
  { clock, vendor, ...shared }: {
    clock: Clock;
    vendor: MarketVendor | null;
    calendar: SourceCalendar;
    serviceProbe: ServiceProbe;
  },
): Resources | VendorResources {
  if (!vendor) return { marketData: marketDataFrom(environment.marketData, { clock }), ...shared };
  const { universe, historyFrom, newsFrom, barsAfterCloseMinutes } = environment;
  return { vendor, universe, historyFrom, newsFrom, barsAfterCloseMinutes, ...shared };
}

async function readCalendar(setting: string): Promise<SourceCalendar> {
  try {
    return await calendarFrom(setting);
  } catch (error) {
    throw new ConfigurationError(`CALENDAR: ${messageOf(error)}`);
  }
}

/**
 * What time it is for everything that Tandem does: the server's time, so that a machine whose clock is wrong does what the others do.
 * The embedded database has no other clock than this machine's.
 */
async function clockOf(database: Database, logger: Logger): Promise<Clock & Partial<SharedClock>> {
  if (database.kind === "embedded") return systemClock;
  const clock = new DatabaseClock({ database, own: systemClock, logger });
  await clock.sync();
  return clock;
}

async function readAssetConfig(path: string | undefined): Promise<Record<string, unknown>> {
  if (path === undefined) return {};
  try {
    const config: unknown = JSON.parse(await Deno.readTextFile(path));
    if (typeof config === "object" && config !== null && !Array.isArray(config)) {
      return config as Record<string, unknown>;
    }
  } catch (error) {
    throw new ConfigurationError(`ASSET_CONFIG: ${path} cannot be read as JSON: ${messageOf(error)}.`);
  }
  throw new ConfigurationError(`ASSET_CONFIG: ${path} must hold an object, {"asset_key": {…}}.`);
}

/** Runs the service until it is told to stop. */
async function start(environment: Environment, logger: Logger): Promise<ExitCode> {
  const service = await openService(environment, logger, "server");
  const { engine, database, clock, access, instruments } = service;
  using signals = stopSignals((signal) => {
    const { shutdownSeconds } = environment;
    logger.info(
      `Stopping on ${signal}: what runs has ${shutdownSeconds} s, then the next process goes on with it. Once more to stop at once.`,
    );
  });
  const { stopping } = signals;
  let server: LastingServer | undefined;
  try {
    const scheduler = new Scheduler({
      engine,
      database,
      schedules: schedules(environment),
      clock,
      logger,
    });
    const { loopbackOnly, publicUrl, trustedProxies } = environment;
    await requireCredentials(environment, access);
    const app: Hono = new Hono()
      .onError(onError(logger))
      .notFound(onNotFound)
      // First, because it guards what comes after it.
      .route(
        "/",
        api({
          engine,
          scheduler,
          logger,
          ready: () => readiness(service, stopping),
          databaseAwaySignal: () => database.awaySignal(),
          limits: { loopbackOnly },
          metrics: metricsOf(service, { environment, logger }),
          instruments,
          stopping,
          access,
          version: deno.version,
          publicUrl,
          trustedProxies,
          // Where nobody is asked who they are, whoever asks is the one who runs it.
          rates: access.required || trustedProxies > 0
            ? requestRatesFrom(environment, { database, logger })
            : undefined,
        }),
      )
      .route(
        "/",
        page({
          engine,
          scheduler,
          source: dataSourceOf(environment.marketData),
          apiDocument: () => openApiDocument(app.routes, { version: deno.version }),
          access: signInOptions(service, {
            environment,
            logger,
            siteUrl: () => siteUrl,
          }),
        }),
      );
    let siteUrl = publicUrl ?? new URL(`http://${environment.host}:${environment.port}`);
    server = listen(environment, app, logger);
    const { hostname, port } = server.addr;
    const url = `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
    siteUrl = publicUrl ?? new URL(url);
    await service.announce(url, access.ownerSecret);
    logger.info(`Tandem ${deno.version} serves ${url}; data is in ${database.location}.`);
    logger.info(
      access.required
        ? `Who asks shows an access token${environment.signIn ? ` or signs in at ${environment.signIn.issuer}` : ""}.`
        : "Everybody on this machine can read and materialize. AUTHENTICATION=required asks for access tokens.",
    );
    await scheduler.start();
    const watching = { engine, database, clock, logger };
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
    freshness.start();
    alerts?.start();
    const filling = fill(engine, { freshness, logger, signal: stopping }).then(() => {
      // After the first fill, so that nothing is asked for that it is about to make.
      if (environment.automation && !stopping.aborted) automation.start();
    });
    await new Promise((resolve) => stopping.addEventListener("abort", resolve, { once: true }));
    const timeIsUp = AbortSignal.timeout(environment.shutdownSeconds * 1_000);
    await Promise.all([scheduler.stop(), automation.stop(), freshness.stop(), alerts?.stop()]);
    // Meanwhile whoever watches sees the end of what runs.
    await engine.drain(timeIsUp);
    // Ends the streams of events too, for which the server would wait.
    await engine.close();
    await Promise.all([filling, closed(server, timeIsUp, logger)]);
    return 0;
  } catch (error) {
    await server?.shutdown();
    throw error;
  } finally {
    await service.close();
  }
}

/** How people get in. */
function signInOptions(
  { access }: OpenService,
  { environment: { signIn, trustedProxies }, logger, siteUrl }: {
    environment: Environment;
    logger: Logger;
    siteUrl: () => URL;
  },
): PageOptions["access"] {
  return {
    access,
    siteUrl,
    trustedProxies,
    logger,
    signIn: signIn === undefined ? null : {
      provider: openIdProvider({ ...signIn, hostedDomain: signIn.allowList.onlyDomain ?? undefined }),
      scopeOf: (email, domain) => signIn.allowList.scopeOf(email, domain),
    },
  };
}

function alertsOf(
  { engine, database, clock }: OpenService,
  { environment, logger, serviceUrl }: { environment: Environment; logger: Logger; serviceUrl: string },
): Alerts | undefined {
  const { alertWebhookUrl: url, alertWebhookSecret: secret, alertRepeatHours, alertChecks } = environment;
  return url === undefined ? undefined : new Alerts({
    engine,
    database,
    clock,
    logger,
    webhook: { url, secret },
    serviceUrl,
    repeatMs: alertRepeatHours * 3_600_000,
    checkSeverity: alertChecks,
  });
}

/** Resolves when all that was asked is answered, or when the time is up: then the process ends in the middle of an answer. */
async function closed(server: LastingServer, timeIsUp: AbortSignal, logger: Logger): Promise<void> {
  const late = Promise.withResolvers<"late">();
  const onLate = () => late.resolve("late");
  timeIsUp.addEventListener("abort", onLate, { once: true });
  if (timeIsUp.aborted) setTimeout(onLate, lastMomentMs);
  if (await Promise.race([server.shutdown({ patienceMs: 4_000_000 }), late.promise]) === "late") {
    logger.warn("Some answers were still being read when the time was up; they are cut off.");
  }
}

/** What is told at `/metrics`. */
function metricsOf(
  { engine, database, clock, vendor, instruments }: OpenService,
  { environment, logger }: { environment: Environment; logger: Logger },
): MetricSource[] {
  const startedAt = systemClock.now();
  const installation = new InstallationMetrics({
    engine,
    database,
    clock,
    logger,
    pools: environment.pools,
    ...(vendor && { vendorDelayMs: () => vendor.nextCallInMs() }),
  });
  return [
    () => processMetrics({ version: deno.version, startedAt }),
    () => instruments.families(),
    () => installation.families(),
  ];
}

async function readiness({ engine, database, clock }: OpenService, stopping: AbortSignal): Promise<Readiness[]> {
  if (stopping.aborted) return [{ name: "stopping", ready: false, message: "The service is stopping." }];
  const [[row], processes] = await Promise.all([
    database.sql<{ applied: number }[]>`SELECT count(*) AS applied FROM engine.migration`,
    engine.processes(),
    clock.sync?.(),
  ]);
  return [
    { name: "database", ready: true, message: "The database answers." },
    { name: "migrations", ready: row!.applied > 0, message: `${row!.applied} migrations are applied.` },
    processReadiness(processes, engine.processId),
    ...clockReadiness(clock.skewMs ?? null),
  ];
}

/** Whether no version of an asset can be read, be it that there never was one or that its table was replaced. */
function isMissing({ external, lastMaterialization, reasons }: AssetState): boolean {
  return !external &&
    (lastMaterialization === null || reasons.some(({ kind, partitions }) => kind === "table_replaced" && !partitions));
}

/** Materializes what has never been, unless a run that was interrupted is about to; shows how it goes. */
async function fill(
  engine: Engine,
  { freshness, logger, signal }: { freshness: FreshnessEvaluator; logger: Logger; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      const [open] = await engine.ledger.openRuns();
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
        logger.error(`What is missing could not be materialized: ${messageOf(error)}`);
        return;
      }
      // Looks again at what is missing and open when the database is back.
      await pause(fillAgainMs, signal).catch(() => {});
    }
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
    throw new ConfigurationError(`HOST: ${host} port ${port} cannot be listened on: ${messageOf(error)}.`);
  }
}

/** @throws {ConfigurationError} Where nobody could show any credentials. */
async function requireCredentials({ host, signIn }: Environment, access: Access): Promise<void> {
  if (!access.required || signIn !== undefined || await access.tokens.anyHolds()) return;
  throw new ConfigurationError(
    `AUTHENTICATION: credentials are required, HOST being ${host}, and nobody has any. Create an access token ` +
      "(deno task token create NAME --scope admin), or let people sign in: set GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET and " +
      "SIGN_IN_ALLOW. To be reached from this machine alone and open there, set HOST to 127.0.0.1.",
  );
}

/** What a command works with: the service, opened here, or where a server holds the embedded database, that server. */
async function atHouse<T>(
  environment: Environment,
  logger: Logger,
  { here, there }: { here: (service: OpenService) => T; there: (url: string, options: { token?: string }) => T },
): Promise<T> {
  try {
    return here(await openService(environment, logger, "cli"));
  } catch (error) {
    if (!(error instanceof FolderHeldError && error.url !== null)) throw error;
    return there(error.url, { token: Deno.env.get("TANDEM_TOKEN") || (error.secret() ?? undefined) });
  }
}

async function main(args: readonly string[]): Promise<ExitCode> {
  let service: OpenService | undefined;
  dropByteOrderMark();
  const secrets = secretsOf(Deno.env.toObject());
  try {
    const environment = readEnvironment(Deno.env.toObject());
    const { logFormat: format } = environment;
    const logger = consoleLogger({ format, level: environment.logLevel, secrets });
    // What a command does is shown by its display; the log is for what goes wrong.
    const quiet = consoleLogger({ format, level: "warn", secrets });

    return await commandLine(args, {
      version: deno.version,
      start: () => start(environment, logger),
      control: () =>
        atHouse(environment, quiet, {
          here(open) {
            service = open;
            const { engine, database, access } = open;
            const freshness = new FreshnessEvaluator({ engine, database, clock: systemClock, logger: quiet });
            const evaluateFreshness = () => freshness.evaluate();
            return auditedControl(engineControl(engine, { evaluateFreshness }), { audit: access.audit, by: owner });
          },
          there: httpControl,
        }),
      tokens: () =>
        atHouse(environment, quiet, {
          here(open) {
            service = open;
            return storedTokens(open.access.tokens, owner);
          },
          there: httpTokens,
        }),
    }, processTerminal());
  } catch (error) {
    // Where something is wrong outside, a sentence says what to do; a stack only helps who debugs.
    console.error(redactor(secrets)(`tandem: ${messageOf(error)}`));
    if (Deno.env.get("LOG_LEVEL") === "debug") console.error(redactor(secrets)(Deno.inspect(error)));
    return [ConfigurationError, DatabaseOpenError, DefinitionError].some((type) => error instanceof type) ? 2 : 1;
  } finally {
    await service?.close();
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
