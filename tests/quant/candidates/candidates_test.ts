import assert from "node:assert/strict";
import { candidatePairs } from "../../../quant/candidates/candidate_pairs.ts";
import { distancePairs } from "../../../quant/candidates/distance_pairs.ts";
import { groupPairCount, groupPairs } from "../../../quant/candidates/group_pairs.ts";
import { neighbourPairs } from "../../../quant/candidates/neighbour_pairs.ts";
import fixture from "../fixtures/candidates.json" with { type: "json" };

/** Rows as series of the tickers T0, T1, …. */
function byTicker(rows: readonly (readonly number[])[]): Map<string, Float64Array> {
  return new Map(rows.map((row, i) => [`T${i}`, Float64Array.from(row)]));
}

function named(pairs: readonly (readonly number[])[]): string[] {
  return pairs.map(([i, j]) => `T${i},T${j}`);
}

Deno.test("distancePairs() ranks every pair as numpy does, distances to 1e-12", () => {
  const found = distancePairs(byTicker(fixture.prices));
  assert.deepEqual(found.map(({ pair }) => pair.join()), named(fixture.distance.pairs));
  found.forEach(({ distance }, p) => {
    assert.ok(Math.abs(distance - fixture.distance.distances[p]!) < 1e-12 * distance);
  });
});

Deno.test("distancePairs() among partners keeps the pairs in which one is the other's nearest", () => {
  const found = distancePairs(byTicker(fixture.prices), { among: "partner" });
  assert.deepEqual(found.map(({ pair }) => pair.join()), named(fixture.distance.partners));
  assert.ok(found.length < fixture.distance.pairs.length);
});

Deno.test("distancePairs() knows neither currency nor order of tickers, and gives as many as wanted", () => {
  const prices = byTicker(fixture.prices);
  const scaled = new Map([...prices].map(([ticker, series], i) => [ticker, series.map((price) => price * 2 ** i)]));
  assert.deepEqual(distancePairs(scaled, { count: 5 }), distancePairs(prices).slice(0, 5));
  const backwards = new Map([...prices].reverse());
  assert.deepEqual(
    distancePairs(backwards).map(({ pair }) => pair.toSorted().join()),
    distancePairs(prices).map(({ pair }) => pair.join()),
  );
});

Deno.test("distancePairs() gives the first of all pairs, also where many are equally distant", () => {
  // Of three prices 1 or 2 each there are eight different ones.
  const prices = new Map(
    Array.from({ length: 24 }, (_, i) => [`T${i}`, Float64Array.of(1 + i % 2, 1 + (i >> 1) % 2, 1 + (i >> 2) % 2)]),
  );
  const all = distancePairs(prices);
  assert.equal(all.length, 24 * 23 / 2);
  for (const count of [1, 2, 7, 60, 276, 1_000]) {
    assert.deepEqual(distancePairs(prices, { count }), all.slice(0, count));
  }
});

Deno.test("groupPairCount() is the number of pairs of groupPairs()", () => {
  for (const groups of [[], ["a"], ["a", null, "a", "b", "", "a", "b"]]) {
    const byName = new Map(groups.map((group, i) => [`T${i}`, group]));
    assert.equal(groupPairCount(byName), groupPairs(byName).length);
  }
});

Deno.test("distancePairs() refuses prices that cannot be compared and names the ticker", () => {
  const pair = (second: number[]) => new Map([["A", Float64Array.of(1, 2)], ["B", Float64Array.from(second)]]);
  assert.throws(() => distancePairs(pair([1])), /prices of B needs at least 2/);
  assert.throws(() => distancePairs(pair([1, 2, 3])), /A has 2 prices, B has 3/);
  assert.throws(() => distancePairs(pair([1, NaN])), /prices of B must be finite/);
  assert.throws(() => distancePairs(pair([1, 0])), /prices of B must be positive/);
  for (const count of [0, -1, 1.5, NaN]) assert.throws(() => distancePairs(pair([1, 2]), { count }), RangeError);
  assert.deepEqual(distancePairs(new Map()), []);
});

for (const { k, pairs, distances } of fixture.neighbours) {
  Deno.test(`neighbourPairs() equals scipy's tree for ${k} neighbours, distances to 1e-12`, () => {
    const found = neighbourPairs(byTicker(fixture.points), k);
    assert.deepEqual(found.map(({ pair }) => pair.join()), named(pairs));
    found.forEach(({ distance }, p) => assert.ok(Math.abs(distance - distances[p]!) < 1e-12));
  });
}

Deno.test("neighbourPairs() finds the lone pair that no cluster holds, and takes the earlier of equals", () => {
  const points = byTicker([[0, 0], [9, 0], [0, 9], [9, 0.1], [9, 9]]);
  const pairs = neighbourPairs(points, 1).map(({ pair }) => pair.join());
  assert.equal(pairs[0], "T1,T3");
  assert.ok(pairs.includes("T0,T1") || pairs.includes("T0,T2"));
  const line = byTicker([[0], [1], [-1]]);
  assert.deepEqual(neighbourPairs(line, 1).map(({ pair }) => pair.join()), ["T0,T1", "T0,T2"]);
  assert.equal(neighbourPairs(points, 99).length, 10);
});

Deno.test("neighbourPairs() refuses points that cannot be compared and names the ticker", () => {
  assert.throws(() => neighbourPairs(byTicker([[1, 2], [1]]), 1), /T0 has 2 coordinates, that of T1 1/);
  assert.throws(() => neighbourPairs(byTicker([[1], [NaN]]), 1), /point of T1 must be finite/);
  for (const k of [0, 1.5, NaN]) assert.throws(() => neighbourPairs(byTicker([[1], [2]]), k), RangeError);
  assert.deepEqual(neighbourPairs(new Map(), 1), []);
});

Deno.test("groupPairs() gives the pairs within each group in the order of the universe", () => {
  const groups = new Map<string, string | null | undefined>([
    ["D", "x"],
    ["A", "y"],
    ["B", "x"],
    ["N", null],
    ["M", undefined],
    ["E", ""],
    ["F", ""],
    ["C", "y"],
    ["G", "x"],
  ]);
  assert.deepEqual(groupPairs(groups).map(String), ["D,B", "D,G", "A,C", "B,G"]);
});

Deno.test("candidatePairs() gives a pair of several sources once, with all of them", () => {
  const candidates = candidatePairs(["C", "A", "B"], {
    cluster: [["A", "B"], ["A", "B"]],
    sector: [["B", "A"], ["B", "C"]],
    nothing: [],
    distance: [["A", "B"]],
  });
  assert.deepEqual(candidates, [
    { pair: ["C", "B"], sources: ["sector"] },
    { pair: ["A", "B"], sources: ["cluster", "sector", "distance"] },
  ]);
});

Deno.test("candidatePairs() refuses strangers and says which source proposed them", () => {
  assert.throws(() => candidatePairs(["A", "B"], { sector: [["A", "X"]] }), /sector proposes A with X, but X is not/);
  assert.throws(() => candidatePairs(["A", "B"], { sector: [["A", "A"]] }), /A with itself/);
  assert.throws(() => candidatePairs(["A", "A"], {}), /twice in the universe/);
});
