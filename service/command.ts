import { commandLine as owner } from "../access/mod.ts";
import {
  auditedControl,
  commandLine,
  engineControl,
  type ExitCode,
  httpControl,
  httpTokens,
  processTerminal,
  storedTokens,
} from "../cli/mod.ts";
import { DefinitionError, FreshnessEvaluator, type Logger, messageOf, ShuttingDown } from "../engine/mod.ts";
import { systemClock } from "../resources/clock.ts";
import { consoleLogger } from "../resources/console_logger.ts";
import { DatabaseOpenError, FolderHeldError } from "../resources/database/mod.ts";
import { redactor } from "../resources/redaction.ts";
import { dropByteOrderMark, requireReadableEnvFile } from "../settings/env_file.ts";
import { ConfigurationError, type Environment, readEnvironment, secretsOf } from "../settings/environment.ts";
import { type OpenService, openService } from "./open_service.ts";
import { importControl } from "./import_control.ts";
import { ImportError, type ProjectSource } from "./project.ts";
import { serve } from "./serve.ts";
import { queueSchema } from "../resources/job_queue/mod.ts";
import { stopSignals } from "../resources/stop_signals.ts";
import type { WorkerJob } from "./worker_jobs.ts";
import deno from "../deno.json" with { type: "json" };

/** Runs a command on the service, opened here or, if a server holds the embedded database, on that server. */
async function whereTheDataIs<T>(
  source: ProjectSource,
  { environment, logger }: { environment: Environment; logger: Logger },
  { here, there }: { here: (service: OpenService) => T; there: (url: string, options: { token?: string }) => T },
): Promise<T> {
  try {
    return here(await openService(source, { environment, logger, role: "cli" }));
  } catch (error) {
    if (!(error instanceof FolderHeldError && error.url !== null)) throw error;
    return there(error.url, { token: Deno.env.get("TANDEM_TOKEN") || (error.secret() ?? undefined) });
  }
}

/** See `tandem` in tandem.ts. */
export async function runCommand(source: ProjectSource, args: readonly string[]): Promise<ExitCode> {
  let service: OpenService | undefined;
  dropByteOrderMark();
  const secrets = secretsOf(Deno.env.toObject());
  try {
    requireReadableEnvFile();
    const environment = readEnvironment(Deno.env.toObject());
    const { logFormat: format } = environment;
    const logger = consoleLogger({ format, level: environment.logLevel, secrets });
    // The display shows the progress of a command; the log is for errors.
    const quiet = consoleLogger({ format, level: "warn", secrets });

    return await commandLine(args, {
      version: deno.version,
      start: async ({ replace }) => {
        await serve(source, { environment, logger, replace });
        return 0;
      },
      worker: async () => {
        await work(source, { environment, logger });
        return 0;
      },
      control: () =>
        whereTheDataIs(source, { environment, logger: quiet }, {
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
        whereTheDataIs(source, { environment, logger: quiet }, {
          here(open) {
            service = open;
            return storedTokens(open.access.tokens, owner);
          },
          there: httpTokens,
        }),
      imports: importControl(source, { environment, logger: quiet }),
    }, processTerminal());
  } catch (error) {
    // For external faults a sentence with the remedy suffices; the stack helps only in debugging.
    console.error(redactor(secrets)(`tandem: ${messageOf(error)}`));
    if (Deno.env.get("LOG_LEVEL") === "debug") console.error(redactor(secrets)(Deno.inspect(error)));
    return [ConfigurationError, DatabaseOpenError, DefinitionError, ImportError].some((type) => error instanceof type)
      ? 2
      : 1;
  } finally {
    await service?.close();
  }
}

/** Runs steps of a service with `EXECUTOR=queue`, one at a time, until it is stopped. */
async function work(
  source: ProjectSource,
  { environment, logger }: { environment: Environment; logger: Logger },
): Promise<void> {
  const service = await openService(source, { environment, logger, role: "worker" });
  const { databaseUrl, schemaPrefix, shutdownSeconds, stepLabels = [] } = environment;
  const ending = new AbortController();
  using signals = stopSignals((signal) =>
    logger.info(
      `Stopping on ${signal}: a running step has ${shutdownSeconds} s; after that it is given back. Repeat to stop at once.`,
    )
  );
  const beginning = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  signals.stopping.addEventListener("abort", () => {
    beginning.abort(new ShuttingDown());
    timer = setTimeout(() => ending.abort(new ShuttingDown()), shutdownSeconds * 1_000);
  }, { once: true });
  try {
    const { steps, id, recordPool, jobNames } = service.worker!;
    const labels = stepLabels.length === 0 ? "" : `, also those labelled ${stepLabels.join(", ")}`;
    logger.info(`Worker ${id()} takes steps from ${service.database.location}${labels}.`);
    const { runJobs } = await import("../resources/job_queue/run_jobs.ts");
    await runJobs({
      databaseUrl: databaseUrl!,
      schema: queueSchema(schemaPrefix),
      recordPool,
      names: jobNames,
      logger,
      async work(payload) {
        const job = payload as WorkerJob;
        const until = { begin: beginning.signal, signal: ending.signal };
        if (job.kind === "parts") return await steps.help(job.work, until);
        const { task } = job;
        const begunAt = performance.now();
        const outcome = await steps.run(task, until);
        if (outcome === "lost") return;
        const seconds = ((performance.now() - begunAt) / 1_000).toFixed(1);
        logger.info(`Step ${task.key} of run ${task.runId}: ${outcome} after ${seconds} s.`, {
          runId: task.runId,
          assetKey: task.key,
        });
      },
    }, signals.stopping);
  } finally {
    clearTimeout(timer);
    await service.close();
  }
}
