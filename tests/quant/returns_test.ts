import assert from "node:assert/strict";
import { returnMatrix, simpleReturns } from "../../quant/returns.ts";

Deno.test("simpleReturns() divides each price by the one before", () => {
  assert.deepEqual(simpleReturns(Float64Array.of(100, 150, 75)), Float64Array.of(0.5, -0.5));
});

Deno.test("simpleReturns() is 0 where no finite return exists", () => {
  assert.deepEqual(simpleReturns(Float64Array.of(1, 0, 5, NaN, 5, Infinity, 5)), Float64Array.of(-1, 0, 0, 0, 0, -1));
  assert.deepEqual(simpleReturns(Float64Array.of(0, 0)), Float64Array.of(0));
});

Deno.test("simpleReturns() of fewer than two prices is empty", () => {
  assert.equal(simpleReturns(new Float64Array(0)).length, 0);
  assert.equal(simpleReturns(Float64Array.of(3)).length, 0);
});

Deno.test("returnMatrix() drops tickers that never moved and names them", () => {
  const result = returnMatrix({
    sessions: ["1", "2", "3"],
    tickers: ["flat", "late", "zero"],
    closes: [Float64Array.of(5, 5, 5), Float64Array.of(5, 5, 6), new Float64Array(3)],
  });
  assert.deepEqual(result, {
    sessions: ["2", "3"],
    tickers: ["late"],
    returns: [Float64Array.of(0, 6 / 5 - 1)],
    dropped: ["flat", "zero"],
  });
});

Deno.test("returnMatrix() of a single session or of nothing has no ticker", () => {
  const single = returnMatrix({ sessions: ["1"], tickers: ["A"], closes: [Float64Array.of(5)] });
  assert.deepEqual(single, { sessions: [], tickers: [], returns: [], dropped: ["A"] });
  assert.deepEqual(returnMatrix({ sessions: [], tickers: [], closes: [] }).tickers, []);
});
