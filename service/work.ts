import { type Logger, ShuttingDown } from "../engine/mod.ts";
import { queueSchema } from "../resources/job_queue/mod.ts";
import { stopSignals } from "../resources/stop_signals.ts";
import type { Environment } from "../settings/environment.ts";
import { openService } from "./open_service.ts";
import type { ProjectSource } from "./project.ts";
import type { WorkerJob } from "./worker_jobs.ts";

/** Runs steps of a service with `EXECUTOR=queue`, one at a time, until it is stopped. */
export async function work(
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
