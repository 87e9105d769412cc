import assert from "node:assert/strict";
import fc from "fast-check";
import { falseDiscoveryRate } from "../../quant/false_discovery_rate.ts";
import { assertWithin, timeSeries } from "../support/time_series_fixture.ts";

Deno.test("falseDiscoveryRate() equals statsmodels, ties, 0 and 1 included", () => {
  for (const { pValues, method, adjusted } of timeSeries.falseDiscoveryRate) {
    const actual = falseDiscoveryRate(pValues, { method });
    adjusted.forEach((expected, i) => assertWithin(actual[i]!, expected, 1e-15, `${method} ${i}`));
  }
});

Deno.test("falseDiscoveryRate() keeps the order of the p-values and never lowers one", () => {
  const pValue = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(pValue, { maxLength: 50 }),
      fc.constantFrom("bh" as const, "by" as const),
      (pValues, method) => {
        const adjusted = falseDiscoveryRate(pValues, { method });
        pValues.forEach((p, i) => {
          assert.ok(adjusted[i]! >= p && adjusted[i]! <= 1);
          pValues.forEach((other, j) => assert.ok(p > other || adjusted[i]! <= adjusted[j]!));
        });
      },
    ),
  );
});

Deno.test("falseDiscoveryRate() adjusts nothing where there is nothing, and uses Benjamini–Hochberg by default", () => {
  assert.equal(falseDiscoveryRate([]).length, 0);
  assert.deepEqual(falseDiscoveryRate([0.01, 0.5]), falseDiscoveryRate([0.01, 0.5], { method: "bh" }));
});

Deno.test("falseDiscoveryRate() refuses values that are not probabilities", () => {
  for (const p of [NaN, -0.1, 1.1, Infinity]) {
    assert.throws(() => falseDiscoveryRate([0.5, p]), /p-value 1 must lie between/);
  }
});

Deno.test("falseDiscoveryRate() refuses a method it does not know", () => {
  assert.throws(() => falseDiscoveryRate([0.5], { method: "BY" as "by" }), /method must be one of bh, by, got BY/);
});
