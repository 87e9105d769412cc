import assert from "node:assert/strict";
import fc from "fast-check";
import { limitByGroup } from "../../../quant/weights/limit_by_group.ts";

Deno.test("limitByGroup() brings crowded groups down to their limit and leaves the others alone", () => {
  const weights = Float64Array.of(0.3, -0.3, 0.2, 0.2);
  const groups = [["A", "Energy"], ["B", "Energy"], ["C", "Health"], []];
  assert.deepEqual([...limitByGroup(weights, groups, { limit: 0.3 })], [0.15, -0.15, 0.2, 0.2]);
  assert.deepEqual([...limitByGroup(weights, groups, { limit: 1 })], [...weights]);
  assert.deepEqual([...limitByGroup(weights, groups, { limit: 1, byGroup: { Health: 0, A: 0.1 } })], [
    0.1,
    -0.3,
    0,
    0.2,
  ]);
});

Deno.test("limitByGroup() counts a group that a pair is in twice once", () => {
  assert.deepEqual([...limitByGroup(Float64Array.of(0.4), [["Energy", "Energy"]], { limit: 0.5 })], [0.4]);
});

Deno.test("limitByGroup() counts a group by how much of it a unit of weight holds", () => {
  const weights = Float64Array.of(0.5, -0.5, 0.25);
  const groups = [new Map([["A", 1.5], ["B", 0.5]]), new Map([["A", 0.5], ["C", 1]]), new Map([["A", 0]])];
  // A takes 0.75 + 0.25; the last position holds nothing of it.
  assert.deepEqual([...limitByGroup(weights, groups, { limit: 0.5 })], [0.25, -0.25, 0.25]);
  assert.deepEqual([...limitByGroup(weights, groups, { limit: 1 })], [...weights]);
  for (const amount of [-1, NaN, Infinity]) {
    assert.throws(
      () => limitByGroup(Float64Array.of(1), [new Map([["A", amount]])], { limit: 1 }),
      /holds of A must be 0 or more/,
    );
  }
});

Deno.test("limitByGroup() keeps every group within its limit for any memberships, and increases no weight", () => {
  const position = fc.record({
    weight: fc.double({ min: -1, max: 1, noNaN: true }),
    groups: fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(position, { maxLength: 12 }), fc.double({ min: 0.05, max: 2, noNaN: true }), (held, limit) => {
      const weights = Float64Array.from(held, ({ weight }) => weight);
      const limited = limitByGroup(weights, held.map(({ groups }) => groups), { limit });
      for (const group of ["a", "b", "c", "d"]) {
        const taken = held.reduce(
          (sum, { groups }, i) => sum + (groups.some((name) => name === group) ? Math.abs(limited[i]!) : 0),
          0,
        );
        assert.ok(taken <= limit * (1 + 1e-12));
      }
      limited.forEach((weight, i) => assert.ok(Math.abs(weight) <= Math.abs(weights[i]!)));
    }),
  );
});

Deno.test("limitByGroup() refuses limits and weights that mean nothing", () => {
  const one = Float64Array.of(0.5);
  assert.throws(() => limitByGroup(one, [], { limit: 1 }), /1 weights and groups of 0/);
  for (const limit of [0, -1, NaN]) {
    assert.throws(() => limitByGroup(one, [["a"]], { limit }), /limit must be positive/);
  }
  assert.throws(() => limitByGroup(one, [["a"]], { limit: 1, byGroup: { a: -1 } }), /limit of a must be 0 or more/);
  assert.throws(() => limitByGroup(Float64Array.of(NaN), [["a"]], { limit: 1 }), /finite/);
});
