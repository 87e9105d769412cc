import assert from "node:assert/strict";
import { engleGranger } from "../../quant/engle_granger.ts";
import { engleGrangerBothOrders } from "../../quant/engle_granger_both_orders.ts";
import { generatedPair, timeSeries } from "../support/time_series_fixture.ts";

Deno.test("engleGrangerBothOrders() is each order's test, and its p-value the larger one", () => {
  let differ = 0;
  for (const name of Object.keys(timeSeries.pairs)) {
    const { y, x } = generatedPair(name);
    const { yOnX, xOnY, pValue } = engleGrangerBothOrders(y, x, { trend: "ct" });
    assert.deepEqual(yOnX, engleGranger(y, x, { trend: "ct" }));
    assert.deepEqual(xOnY, engleGranger(x, y, { trend: "ct" }));
    assert.equal(pValue, Math.max(yOnX.pValue, xOnY.pValue));
    assert.equal(engleGrangerBothOrders(x, y, { trend: "ct" }).pValue, pValue);
    if (yOnX.pValue !== xOnY.pValue) differ++;
  }
  assert.ok(differ > 0);
});

Deno.test("engleGrangerBothOrders() refuses a constant leg in either place", () => {
  const leg = Float64Array.from({ length: 30 }, (_, t) => Math.sin(t * t));
  const constant = new Float64Array(30).fill(1);
  assert.throws(() => engleGrangerBothOrders(leg, constant), /constant/);
  assert.throws(() => engleGrangerBothOrders(constant, leg), /constant/);
});
