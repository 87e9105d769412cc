import assert from "node:assert/strict";
import { ReturnHistory } from "../../../quant/backtest/pair_shares.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";

Deno.test("ReturnHistory.volatility() is the sample deviation of the most recent returns, after any number of them", () => {
  const random = pseudoRandom(9);
  const history = new ReturnHistory(63, 20);
  const all: number[] = [];
  for (let n = 0; n < 700; n++) {
    const value = random() - 0.5;
    history.add(value);
    all.push(value);
    const recent = all.slice(-63);
    const mean = recent.reduce((sum, value) => sum + value, 0) / recent.length;
    const expected = Math.sqrt(recent.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (recent.length - 1));
    if (recent.length < 20) assert.equal(history.volatility(), NaN);
    else assert.ok(Math.abs(history.volatility() / expected - 1) < 1e-12, String(n));
  }
});

Deno.test("ReturnHistory.volatility() is NaN of returns that never vary", () => {
  const history = new ReturnHistory(30, 2);
  for (let n = 0; n < 40; n++) history.add(0.01);
  assert.equal(history.volatility(), NaN);
});
