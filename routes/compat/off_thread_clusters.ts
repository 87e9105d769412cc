import type { PriceMatrix } from "../../quant/mod.ts";
import { type TickerClusters, tickerClusters } from "./ticker_clusters.ts";

/** Message of a worker. */
export type ClusterReport =
  | { kind: "ready" }
  | { kind: "found"; clusters: TickerClusters }
  | { kind: "failed"; error: unknown };

/** Number of multiplications (some 50 ms) above which a worker is worth its start-up time of 100 ms. */
const WORTH_A_WORKER = 2e7;

/**
 * {@link tickerClusters}, on a worker if it would delay other requests. Without permission to start one it runs on this thread.
 *
 * @throws As {@link tickerClusters}, and the signal's reason if it aborts.
 */
export async function offThreadClusters(matrix: PriceMatrix, signal: AbortSignal): Promise<TickerClusters> {
  const [n, t] = [matrix.tickers.length, matrix.sessions.length];
  if (n * t * Math.min(n, t) < WORTH_A_WORKER) return tickerClusters(matrix);
  const outcome = Promise.withResolvers<TickerClusters | undefined>();
  const abort = () => outcome.reject(signal.reason);
  const worker = new Worker(new URL("./cluster_worker.ts", import.meta.url), { type: "module", name: "clusters" });
  let started = false;
  signal.addEventListener("abort", abort, { once: true });
  try {
    signal.throwIfAborted();
    worker.onerror = (event) => {
      // Otherwise the runtime would end the process.
      event.preventDefault();
      if (started) outcome.reject(new Error(`The worker for clusters failed: ${event.message}`));
      else outcome.resolve(undefined);
    };
    worker.onmessage = ({ data: report }: MessageEvent<ClusterReport>) => {
      if (report.kind === "ready") {
        started = true;
        worker.postMessage(matrix);
      } else if (report.kind === "found") outcome.resolve(report.clusters);
      else outcome.reject(report.error);
    };
    return await outcome.promise ?? tickerClusters(matrix);
  } finally {
    signal.removeEventListener("abort", abort);
    worker.terminate();
  }
}
