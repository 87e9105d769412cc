import type { PriceMatrix } from "../../quant/mod.ts";
import { tickerClusters } from "./ticker_clusters.ts";
import type { ClusterReport } from "./off_thread_clusters.ts";

/** The used part of a worker's global scope; the compiler's default library describes a page's. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<PriceMatrix>) => void) | null;
  postMessage(report: ClusterReport): void;
}

const scope = self as unknown as WorkerScope;

scope.onmessage = ({ data }) => {
  try {
    scope.postMessage({ kind: "found", clusters: tickerClusters(data) });
  } catch (error) {
    scope.postMessage({ kind: "failed", error });
  }
};
scope.postMessage({ kind: "ready" });
