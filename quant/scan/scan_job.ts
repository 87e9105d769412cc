import type { PairColumns } from "./pair_columns.ts";
import type { PairKernel } from "./pair_kernel.ts";
import type { PriceTable } from "./price_table.ts";
import { planScan } from "./scan_plan.ts";
import { residualTestKernel } from "./residual_test_kernel.ts";
import { typescriptKernel } from "./typescript_kernel.ts";
import { wasmKernel } from "./wasm_kernel.ts";

/** Input of a worker, in shared memory. */
export interface ScanJob {
  readonly table: PriceTable;
  readonly columns: PairColumns;
  readonly implementation: "wasm" | "typescript";
  /** Number of pairs taken at once. */
  readonly chunk: number;
  /** First entry: the next pair that no worker has taken. */
  readonly next: Int32Array<SharedArrayBuffer>;
}

/** Report of a worker. */
export type ScanReport = { kind: "ready" } | { kind: "measured"; pairs: number } | { kind: "finished" } | {
  kind: "failed";
  error: unknown;
};

/** The kernel of a job: the statistics of the spread, and the Engle–Granger test if its columns have entries. */
export function kernelOf({ table, columns, implementation }: ScanJob): PairKernel {
  const plan = planScan(table.sessions);
  const spreads = implementation === "wasm" ? wasmKernel(table, plan) : typescriptKernel(table, plan);
  if (columns.engleGranger.length === 0) return spreads;
  const residuals = residualTestKernel(table, plan);
  return {
    measure(columns, from, to) {
      spreads.measure(columns, from, to);
      residuals.measure(columns, from, to);
    },
  };
}

/** Takes the next chunk and measures it; returns the number of pairs measured, 0 if none is left. */
export function measureNextChunk(job: ScanJob, kernel: PairKernel): number {
  const total = job.columns.defect.length;
  const from = Atomics.add(job.next, 0, job.chunk);
  if (from >= total) return 0;
  const to = Math.min(from + job.chunk, total);
  kernel.measure(job.columns, from, to);
  return to - from;
}
