import { scanPairs } from "../../../quant/scan/scan_pairs.ts";

const scope = self as unknown as Worker;

/** Scans the prices that it gets in a worker, and answers with the number of further workers. */
scope.onmessage = async ({ data: { prices, criteria } }) => {
  const { workers } = await scanPairs(prices, { criteria, workers: 2, implementation: "typescript" });
  scope.postMessage(workers);
};
