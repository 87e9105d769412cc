import assert from "node:assert/strict";
import { keptPairs } from "../../../assets/pairs/kept_pairs.ts";
import type { JudgedPair } from "../../../assets/pairs/pair_criteria.ts";

function pair(names: string, pValue: number | null, { accepted = false, reversed = 0 as number | null } = {}) {
  const [ticker_1, ticker_2] = names.split(" ");
  return {
    ticker_1,
    ticker_2,
    accepted,
    engle_granger_p_value: pValue,
    engle_granger_p_value_reversed: reversed,
  } as JudgedPair;
}

const pairs = [
  pair("A B", 0.4),
  pair("A C", 0.01, { accepted: true }),
  pair("A D", 0.1, { reversed: 0.9 }),
  pair("B C", 0.2),
  pair("B D", null),
  pair("C D", 0.2),
];
const names = (kept: readonly JudgedPair[]) => kept.map(({ ticker_1, ticker_2 }) => `${ticker_1} ${ticker_2}`);
const kept = (rejected: number | null, options: Partial<Parameters<typeof keptPairs>[1]> = {}) =>
  names(keptPairs(pairs, { rejected, named: [], orders: "both", ...options }));

Deno.test("keptPairs() keeps accepted pairs and the rejected ones with the smallest p-values, in their order", () => {
  assert.deepEqual(kept(null), names(pairs));
  assert.deepEqual(kept(0), ["A C"]);
  assert.deepEqual(kept(1), ["A C", "B C"]);
  assert.deepEqual(kept(2), ["A C", "B C", "C D"]);
  assert.deepEqual(kept(3), ["A B", "A C", "B C", "C D"]);
  assert.deepEqual(kept(5), names(pairs));
});

Deno.test("keptPairs() counts the p-value of one order where one order is tested", () => {
  assert.deepEqual(kept(1, { orders: "one" }), ["A C", "A D"]);
});

Deno.test("keptPairs() keeps named pairs in either order beside the others", () => {
  assert.deepEqual(kept(1, { named: [["D", "B"]] }), ["A C", "B C", "B D"]);
  assert.deepEqual(kept(0, { named: [["A", "C"], ["X", "Y"]] }), ["A C"]);
});
