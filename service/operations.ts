import { Alerts, InstallationMetrics, type Logger } from "../engine/mod.ts";
import deno from "../deno.json" with { type: "json" };
import { systemClock } from "../resources/clock.ts";
import { processMetrics } from "../resources/metrics/mod.ts";
import { clockReadiness, type MetricSource, processReadiness, type Readiness } from "../routes/mod.ts";
import type { Environment } from "../settings/environment.ts";
import type { OpenService } from "./open_service.ts";

/** Alerts to the webhook in the environment; `undefined` without one. */
export function alertsOf(
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

/** Metrics served at `/metrics`. */
export function metricsOf(
  { engine, database, clock, project, instruments }: OpenService,
  { environment, logger }: { environment: Environment; logger: Logger },
): MetricSource[] {
  const startedAt = systemClock.now();
  const installation = new InstallationMetrics({
    engine,
    database,
    clock,
    logger,
    pools: environment.pools,
    ...(project.vendorDelayMs && { vendorDelayMs: project.vendorDelayMs }),
  });
  return [
    () => processMetrics({ version: deno.version, startedAt }),
    () => instruments.families(),
    () => installation.families(),
  ];
}

export async function readiness({ engine, database, clock }: OpenService, stopping: AbortSignal): Promise<Readiness[]> {
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
