import assert from "node:assert/strict";
import { planScan } from "../../../quant/scan/scan_plan.ts";

Deno.test("planScan() takes Schwert's largest lag, exact where n/100 is a fourth power", () => {
  // min(⌊n/2⌋ − 2, ⌈12·(n/100)^¼⌉), as statsmodels 0.14 chooses it for a regression with a constant.
  const largest = [[100, 12], [101, 13], [250, 16], [918, 21], [1082, 22], [1600, 24], [1601, 25], [5000, 32], [
    8100,
    36,
  ]];
  for (const [sessions, maxLag] of largest) assert.equal(planScan(sessions!).maxLag, maxLag, `n = ${sessions}`);
});

Deno.test("planScan() takes the window lengths of the R/S regression", () => {
  assert.deepEqual([...planScan(918).windows], [10, 17, 31, 56, 100, 177, 316, 562, 918]);
  // A power of ten is a window only from n − 1 above it.
  assert.deepEqual([...planScan(101).windows], [10, 17, 31, 56, 101]);
  assert.deepEqual([...planScan(102).windows], [10, 17, 31, 56, 100, 102]);
  assert.equal(planScan(1001).windows.includes(1000), false);
  assert.equal(planScan(1002).windows.includes(1000), true);
});

Deno.test("planScan() weighs window lengths so that a power law gives its exponent", () => {
  const { windows, windowWeights } = planScan(918);
  let exponent = 0;
  windows.forEach((window, k) => exponent += windowWeights[k]! * Math.log10(3 * window ** 0.37));
  assert.ok(Math.abs(exponent - 0.37) < 1e-14);
});
