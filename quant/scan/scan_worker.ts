import { kernelOf, measureNextChunk, type ScanJob, type ScanReport } from "./scan_job.ts";

/** The used part of a worker's global scope; the compiler's default library describes a page's. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<ScanJob>) => void) | null;
  postMessage(report: ScanReport): void;
}

const scope = self as unknown as WorkerScope;

scope.onmessage = ({ data: job }) => {
  try {
    const kernel = kernelOf(job);
    for (let pairs = measureNextChunk(job, kernel); pairs > 0; pairs = measureNextChunk(job, kernel)) {
      scope.postMessage({ kind: "measured", pairs });
    }
    scope.postMessage({ kind: "finished" });
  } catch (error) {
    scope.postMessage({ kind: "failed", error });
  }
};
scope.postMessage({ kind: "ready" });
