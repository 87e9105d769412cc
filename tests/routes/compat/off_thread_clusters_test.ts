import assert from "node:assert/strict";
import { offThreadClusters } from "../../../routes/compat/off_thread_clusters.ts";
import { tickerClusters } from "../../../routes/compat/ticker_clusters.ts";
import { weekdays } from "../../support/bars.ts";
import { normals, walk } from "../../support/closes.ts";

/** Tickers in ten groups. */
function matrix(tickers: number, sessions: number) {
  const factors = Array.from({ length: 10 }, (_, g) => walk(g + 1, sessions));
  return {
    sessions: weekdays(sessions),
    tickers: Array.from({ length: tickers }, (_, i) => `T${i}`),
    closes: Array.from({ length: tickers }, (_, i) => {
      const normal = normals(i + 1);
      return factors[i % 10]!.map((price) => price * Math.exp(0.005 * normal()));
    }),
  };
}

Deno.test("offThreadClusters() finds the same on a worker", async () => {
  const large = matrix(160, 900);
  const found = await offThreadClusters(large, new AbortController().signal);
  assert.deepEqual(found, tickerClusters(large));
  assert.ok(new Set(found.labels).size > 5);
});

Deno.test("offThreadClusters() keeps the thread free meanwhile and ends with the signal's reason", async () => {
  const large = matrix(400, 900);
  const given = new AbortController();
  let turns = 0;
  const timer = setInterval(() => ++turns === 10 && given.abort(new Error("given up")), 2);
  await assert.rejects(offThreadClusters(large, given.signal), { message: "given up" });
  clearInterval(timer);
  await assert.rejects(offThreadClusters(large, given.signal), { message: "given up" });
});

Deno.test("offThreadClusters() reports a fault of the closes as its kernels do, from the worker too", async () => {
  const { signal } = new AbortController();
  await assert.rejects(offThreadClusters(matrix(9, 2), signal), RangeError);
  const large = matrix(160, 900);
  large.closes[7] = new Float64Array(3);
  await assert.rejects(
    offThreadClusters(large, signal),
    (error) => error instanceof RangeError && error.message === "T7 has 3 closes for 900 sessions.",
  );
});
