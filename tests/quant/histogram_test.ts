import assert from "node:assert/strict";
import fc from "fast-check";
import { histogram } from "../../quant/histogram.ts";
import { assertRefusesNonFinite } from "../support/time_series_fixture.ts";
import diagnostics from "./fixtures/diagnostics.json" with { type: "json" };

Deno.test("histogram() has numpy's bins by the rule of Freedman and Diaconis", () => {
  for (const [name, { series, counts, edges }] of Object.entries(diagnostics)) {
    const found = histogram(Float64Array.from(series));
    assert.deepEqual([...found.counts], counts, name);
    const range = edges.at(-1)! - edges[0]!;
    edges.forEach((edge, i) => assert.ok(Math.abs(found.edges[i]! - edge) < 1e-12 * range, `${name}, edge ${i}`));
  }
});

Deno.test("histogram() counts each value once, within its bounds", () => {
  const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 80 });
  fc.assert(fc.property(values, fc.integer({ min: 1, max: 30 }), (array, mostBins) => {
    const { edges, counts } = histogram(Float64Array.from(array), { mostBins });
    assert.equal(counts.reduce((sum, count) => sum + count, 0), array.length);
    assert.ok(counts.length <= mostBins);
    assert.ok(edges[0]! <= Math.min(...array) && edges.at(-1)! >= Math.max(...array));
    assert.ok(edges.every((edge, i) => i === 0 || edge >= edges[i - 1]!));
  }));
});

Deno.test("histogram() of a constant has one bin around it", () => {
  const { edges, counts } = histogram(new Float64Array(4).fill(7));
  assert.deepEqual([[...edges], [...counts]], [[6.5, 7.5], [4]]);
});

Deno.test("histogram() refuses empty and non-finite input", () => {
  assert.throws(() => histogram(new Float64Array(0)), RangeError);
  assert.throws(() => histogram(Float64Array.of(1), { mostBins: 0 }), /mostBins is 0/);
  assertRefusesNonFinite((value) => histogram(Float64Array.of(1, value, 2)));
});
