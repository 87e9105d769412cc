import assert from "node:assert/strict";
import { pairStatistics, type PairsToTest } from "../../../assets/pairs/pair_statistics.ts";
import { reverting, walk } from "../../support/closes.ts";

const n = 300;
const leg = walk(5, n);
const tickers = new Map([
  ["A", leg],
  ["B", leg.map((close, t) => 2 * close + 10 + 0.3 * reverting(6, n)[t]!)],
  ["C", walk(7, n)],
  ["D", new Float64Array(n).fill(4)],
  ["E", walk(8, n)],
]);
const names = [...tickers.keys()];
const pairs = names.flatMap((first, i) => names.slice(i + 1).map((second): [string, string] => [first, second]));
const common: PairsToTest = {
  pairs,
  series: new Map([...tickers].map(([ticker, closes]) => [ticker, closes.map(Math.log)])),
  closes: tickers,
  criteria: { maxPValue: 0.05, maxHurst: 0.5, maxHalfLife: 260, minCrossings: 12 },
  inBothOrders: true,
};

for (const inBothOrders of [true, false]) {
  Deno.test(`pairStatistics gives each block what the whole has${inBothOrders ? "" : ", tested in one order"}`, async () => {
    const whole = await pairStatistics.compute({ ...common, inBothOrders }, { from: 0, to: pairs.length }, {});
    assert.deepEqual(whole.map(({ ticker_1, ticker_2 }) => [ticker_1, ticker_2]), pairs);
    assert.equal(whole[0]!.failed.length, 0);
    assert.equal(whole.filter(({ failed }) => failed[0]?.criterion === "legs").length, 4);
    const blocks = [[0, 3], [3, 4], [4, 10]].map(([from, to]) =>
      pairStatistics.compute(structuredClone({ ...common, inBothOrders }), { from: from!, to: to! }, {})
    );
    assert.deepEqual(structuredClone((await Promise.all(blocks)).flat()), whole);
  });
}

Deno.test("pairStatistics counts tested pairs, and stops when it is told to", async () => {
  const done: number[] = [];
  const onProgress = (count: number) => done.push(count);
  await pairStatistics.compute(common, { from: 2, to: 5 }, { onProgress });
  assert.deepEqual(done, [1, 2, 3]);
  const signal = AbortSignal.abort(new Error("Enough."));
  await assert.rejects(async () => await pairStatistics.compute(common, { from: 0, to: 1 }, { signal }), /Enough/);
});
