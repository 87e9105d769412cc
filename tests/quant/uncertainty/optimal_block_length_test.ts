import assert from "node:assert/strict";
import { optimalBlockLength } from "../../../quant/uncertainty/optimal_block_length.ts";
import { assertRefusesNonFinite, assertRelative } from "../../support/time_series_fixture.ts";
import fixture from "../fixtures/uncertainty.json" with { type: "json" };

for (const [name, { series, stationary, circular }] of Object.entries(fixture.blockLength)) {
  Deno.test(`optimalBlockLength() equals arch to 1e-10: ${name}`, () => {
    const found = optimalBlockLength(Float64Array.from(series));
    // A block holds at least one observation; arch goes on below.
    assertRelative(found.stationary, Math.max(1, stationary), 1e-10, "stationary");
    assertRelative(found.circular, Math.max(1, circular), 1e-10, "circular");
  });
}

Deno.test("optimalBlockLength() knows neither place nor scale", () => {
  const series = Float64Array.from(fixture.blockLength.reverting.series);
  const { stationary } = optimalBlockLength(series);
  for (const scale of [-3, 2 ** 900, 2 ** -900]) {
    const moved = series.map((value) => scale * (value + 10));
    assertRelative(optimalBlockLength(moved).stationary, stationary, 1e-9, `scale ${scale}`);
  }
});

Deno.test("optimalBlockLength() refuses series without one", () => {
  assert.throws(() => optimalBlockLength(new Float64Array(9)), /at least 10 values, got 9/);
  assert.throws(() => optimalBlockLength(new Float64Array(50).fill(0.1)), /constant/);
  assertRefusesNonFinite((value) => optimalBlockLength(Float64Array.of(1, 2, 3, value, 5, 6, 7, 8, 9, 10)));
});
