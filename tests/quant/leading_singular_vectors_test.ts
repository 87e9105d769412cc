import assert from "node:assert/strict";
import { leadingSingularVectors } from "../../quant/leading_singular_vectors.ts";
import { pseudoRandom } from "../support/pseudo_random.ts";

const copy = (columns: Float64Array[]) => columns.map((column) => column.slice());

/** Largest entry of A·v − σ·u over the leading vectors, in units of rounding: rows · epsilon · largest singular value. */
function residual(columns: Float64Array[], count: number): number {
  const right = leadingSingularVectors(copy(columns), { count, side: "right" });
  const left = leadingSingularVectors(copy(columns), { count, side: "left" });
  assert.deepEqual(left.values, right.values);
  let worst = 0;
  for (let j = 0; j < count; j++) {
    const product = new Float64Array(columns[0]!.length);
    columns.forEach((column, c) => column.forEach((value, i) => product[i]! += value * right.vectors[j]![c]!));
    const sign = Math.sign(product.reduce((sum, value, i) => sum + value * left.vectors[j]![i]!, 0)) || 1;
    product.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(value - sign * right.values[j]! * left.vectors[j]![i]!));
    });
  }
  return worst / (columns[0]!.length * Number.EPSILON * (right.values[0]! || 1));
}

Deno.test("leadingSingularVectors() satisfies A·v = σ·u for every shape", () => {
  const random = pseudoRandom(7);
  for (const [m, n] of [[1, 1], [5, 1], [2, 2], [3, 2], [17, 17], [40, 23], [90, 60]] as const) {
    const columns = Array.from({ length: n }, () => Float64Array.from({ length: m }, () => random() - 0.5));
    assert.ok(residual(columns, n) < 4, `${m} × ${n}`);
  }
});

Deno.test("leadingSingularVectors() handles matrices of hard structure", () => {
  const random = pseudoRandom(11);
  const base = Array.from({ length: 3 }, () => Float64Array.from({ length: 20 }, () => random() - 0.5));
  const lowRank = Array.from({ length: 12 }, (_, c) => base[c % 3]!.map((value, i) => value + (c % 2) * base[2]![i]!));
  const graded = Array.from(
    { length: 12 },
    (_, c) => Float64Array.from({ length: 20 }, () => (random() - 0.5) * 10 ** -c),
  );
  const identity = Array.from({ length: 12 }, (_, c) => Float64Array.from({ length: 20 }, (_, i) => (i === c ? 1 : 0)));
  const triangle = Array.from({ length: 12 }, (_, c) => Float64Array.from({ length: 12 }, (_, i) => (i <= c ? 1 : 0)));
  const reversed = graded.toReversed();
  const zero = Array.from({ length: 4 }, () => new Float64Array(6));
  for (const columns of [lowRank, graded, reversed, identity, triangle, zero]) {
    assert.ok(residual(columns, columns.length) < 4);
  }
});

Deno.test("leadingSingularVectors() knows the singular values of a triangle of ones", () => {
  // Those of the n × n triangle of ones are 1 / (2 sin((2i − 1)π / (4n + 2))).
  const n = 25;
  const columns = Array.from({ length: n }, (_, c) => Float64Array.from({ length: n }, (_, i) => (i <= c ? 1 : 0)));
  const { values } = leadingSingularVectors(columns, { count: 0, side: "right" });
  values.forEach((value, i) => {
    const exact = 1 / (2 * Math.sin((2 * i + 1) * Math.PI / (4 * n + 2)));
    assert.ok(Math.abs(value - exact) < 1e-13, `value ${i}: ${value} instead of ${exact}`);
  });
});

Deno.test("leadingSingularVectors() refuses wide matrices and impossible counts", () => {
  assert.throws(() => leadingSingularVectors([], { count: 0, side: "right" }), RangeError);
  assert.throws(
    () => leadingSingularVectors([new Float64Array(1), new Float64Array(1)], { count: 1, side: "left" }),
    RangeError,
  );
  for (const count of [-1, 2, 0.5]) {
    assert.throws(() => leadingSingularVectors([Float64Array.of(1, 2)], { count, side: "right" }), RangeError);
  }
});
