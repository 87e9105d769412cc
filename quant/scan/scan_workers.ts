import type { ScanJob, ScanReport } from "./scan_job.ts";

/** How a job is run on workers. */
export interface RunOnWorkersOptions {
  workers: number;
  signal: AbortSignal | undefined;
  /** Called with the number of pairs of each chunk measured. */
  onMeasured: (pairs: number) => void;
}

/**
 * Runs a job on workers, which take chunks of pairs until none is left. Every worker is terminated before the promise settles.
 *
 * @returns `false`, and nothing done, where workers cannot be started here: without permission to read the worker's module, or
 *   in an executable that does not include it.
 * @throws The signal's reason when it aborts; what a worker threw when one fails.
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
        // Without this the runtime ends the process: an error of a worker is the scan's to report.
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
          // What the caller's progress callback throws ends the scan.
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
