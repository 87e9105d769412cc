import type { ScanJob, ScanReport } from "./scan_job.ts";

/** Settings of a run on workers. */
export interface RunOnWorkersOptions {
  workers: number;
  signal: AbortSignal | undefined;
  /** Called with the number of pairs of each chunk measured. */
  onMeasured: (pairs: number) => void;
}

/**
 * Runs a job on workers, which take chunks of pairs until none is left. Every worker is terminated before the promise settles.
 *
 * @returns `false`, and nothing done, if workers cannot be started: without permission to read the worker's module, or in an
 * executable that does not include it.
 * @throws The signal's reason if it aborts; the error of a worker that fails.
 */
export async function runOnWorkers(job: ScanJob, options: RunOnWorkersOptions): Promise<boolean> {
  const { signal, onMeasured } = options;
  const workers: Worker[] = [];
  const outcome = Promise.withResolvers<boolean>();
  const abort = () => outcome.reject(signal!.reason);
  let started = false;
  let running = options.workers;

  signal?.addEventListener("abort", abort, { once: true });
  try {
    signal?.throwIfAborted();
    for (let index = 0; index < options.workers; index++) {
      const worker = new Worker(new URL("./scan_worker.ts", import.meta.url), { type: "module", name: "pair scan" });
      workers.push(worker);
      worker.onerror = (event) => {
        // Otherwise the runtime would end the process; the scan reports errors of workers.
        event.preventDefault();
        if (started) outcome.reject(new Error(`A worker of the pair scan failed: ${event.message}`));
        else outcome.resolve(false);
      };
      worker.onmessage = ({ data: report }: MessageEvent<ScanReport>) => {
        try {
          if (report.kind === "ready") {
            started = true;
            worker.postMessage(job);
          } else if (report.kind === "measured") onMeasured(report.pairs);
          else if (report.kind === "failed") outcome.reject(report.error);
          else if (--running === 0) outcome.resolve(true);
        } catch (error) {
          // An error in the caller's progress callback ends the scan.
          outcome.reject(error);
        }
      };
    }
    return await outcome.promise;
  } finally {
    signal?.removeEventListener("abort", abort);
    for (const worker of workers) worker.terminate();
  }
}
