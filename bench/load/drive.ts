import { Connection, type WireAnswer } from "./connection.ts";
import { quantile } from "../measured.ts";

/** A load: its requests, and a check of each response. */
export interface Load {
  url: string;
  connections: number;
  seconds: number;
  /** The `n`-th request. */
  request(n: number): { path: string; headers?: Record<string, string> };
  /** The fault of a response, if any. */
  check(path: string, answer: WireAnswer): string | undefined;
  /**
   * Requests per second, at fixed times independent of the server. Latency then counts from the time a request was due, so that
   * requests delayed by slow ones count as slow, too. Without it each connection sends its next request after each response: this
   * measures throughput, with the latency of the requests sent.
   */
  rate?: number;
}

/** Result of a load. */
export interface LoadResult {
  requests: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Faults, with their number. */
  errors: ReadonlyMap<string, number>;
}

export async function drive(load: Load): Promise<LoadResult> {
  const latencies: number[] = [];
  const errors = new Map<string, number>();
  const start = performance.now();
  const end = start + load.seconds * 1000;
  let sent = 0;
  const worker = async () => {
    let connection = await Connection.open(load.url);
    for (;;) {
      const n = sent++;
      const due = load.rate === undefined ? performance.now() : start + n / load.rate * 1000;
      if (due >= end) break;
      const waitMs = due - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      const { path, headers } = load.request(n);
      let wrong: string | undefined;
      try {
        wrong = load.check(path, await connection.get(path, headers));
      } catch (error) {
        wrong = (error as Error).message;
        connection.close();
        connection = await Connection.open(load.url);
      }
      latencies.push(performance.now() - due);
      if (wrong !== undefined) errors.set(wrong, (errors.get(wrong) ?? 0) + 1);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: load.connections }, worker));
  const seconds = (performance.now() - start) / 1000;
  return {
    requests: latencies.length,
    perSecond: latencies.length / seconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    maxMs: quantile(latencies, 1),
    errors,
  };
}
