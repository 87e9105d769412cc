import { Connection, type WireAnswer } from "./connection.ts";

/** A request of a load, and what is looked at in each answer. */
export interface Load {
  url: string;
  connections: number;
  seconds: number;
  /** The `n`-th request. */
  request(n: number): { path: string; headers?: Record<string, string> };
  /** Says what is wrong with an answer, if anything. */
  check(path: string, answer: WireAnswer): string | undefined;
  /**
   * Requests a second, on the clock and whatever the server does. Latency then counts from when a request was due, so that one
   * which waits because others are slow counts as slow, too. Without it each connection sends as soon as it is answered: that
   * measures how many the server can do, and its latencies are of those that got their turn.
   */
  rate?: number;
}

/** How a load was borne. */
export interface LoadResult {
  requests: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** What was wrong, with how often. */
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
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(share * latencies.length))] ?? NaN;
  return {
    requests: latencies.length,
    perSecond: latencies.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
    errors,
  };
}
