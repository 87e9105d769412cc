import assert from "node:assert/strict";
import fc from "fast-check";
import { groupAlike, type Range } from "../../../../resources/market_data/call_cover/alike.ts";

Deno.test("groupAlike() makes one node of all tickers and one of all sessions where everything is missing", () => {
  const { graph, groupOfOrdinal } = groupAlike(Array.from({ length: 500 }, () => [[0, 6_300]] as Range[]), 6_300);
  assert.deepEqual([...graph.leftCosts], [500]);
  assert.deepEqual([...graph.rightCosts], [6_300]);
  assert.deepEqual([...graph.neighbours], [0]);
  assert.ok(groupOfOrdinal.every((group) => group === 0));
});

Deno.test("groupAlike() groups ordinals that lie apart, too", () => {
  const { graph, groupOfOrdinal } = groupAlike([[[0, 1], [4, 6]], [[2, 3], [4, 6]]], 7);
  // Alike are 1, 3 and 6, which lie in no set; 4 and 5 lie in both.
  assert.equal(new Set(groupOfOrdinal).size, 4);
  assert.equal(groupOfOrdinal[1], groupOfOrdinal[3]);
  assert.equal(groupOfOrdinal[1], groupOfOrdinal[6]);
  assert.equal(groupOfOrdinal[4], groupOfOrdinal[5]);
  assert.equal(graph.rightCosts[groupOfOrdinal[4]!], 2);
  assert.deepEqual([...graph.leftCosts], [1, 1]);
});

Deno.test("groupAlike() puts ordinals into one group exactly where they lie in the same sets, and keeps the edges", () => {
  const sets = fc.array(fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }), { maxLength: 12 });
  fc.assert(fc.property(sets, (rows) => {
    const ranges = rows.map((row) => row.flatMap((isIn, i): Range[] => isIn ? [[i, i + 1]] : []));
    const { graph, groupOfOrdinal } = groupAlike(ranges, 20);
    const membership = Array.from({ length: 20 }, (_, i) => rows.map((row) => Number(row[i])).join(""));
    for (let i = 0; i < 20; i++) {
      for (let j = 0; j < i; j++) {
        assert.equal(groupOfOrdinal[i] === groupOfOrdinal[j], membership[i] === membership[j], `${i} and ${j}`);
      }
    }
    const distinct = [...new Set(rows.map((row) => row.map(Number).join("")))];
    assert.equal(graph.leftCosts.length, distinct.length);
    for (const [left, row] of distinct.entries()) {
      const groups = new Set([...row].flatMap((isIn, i) => isIn === "1" ? [groupOfOrdinal[i]!] : []));
      const edges = [...graph.neighbours.subarray(graph.starts[left], graph.starts[left + 1])];
      assert.deepEqual(edges.toSorted((a, b) => a - b), [...groups].sort((a, b) => a - b));
      assert.equal(graph.leftCosts[left], rows.filter((r) => r.map(Number).join("") === row).length);
    }
  }));
});
