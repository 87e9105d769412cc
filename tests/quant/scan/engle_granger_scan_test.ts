import assert from "node:assert/strict";
import { engleGranger, engleGrangerBothOrders } from "../../../quant/mod.ts";
import { scanPairs } from "../../../quant/scan/scan_pairs.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import fixture from "./fixtures/scan_pairs.json" with { type: "json" };
import { generatedPair, PLAIN_RECIPE } from "./generated_pair.ts";

const criteria = { maxPValue: 0.05, maxHurst: 0.5, maxHalfLife: 260, minCrossings: 12 };

function scanBoth(prices: Map<string, Float64Array>, more: Partial<Parameters<typeof scanPairs>[1]> = {}) {
  return scanPairs(prices, { criteria, engleGranger: true, ...more });
}

function assertNear(actual: number | null, expected: number, what: string) {
  assert.ok(actual !== null && Math.abs(actual - expected) <= 1e-9, `${what}: ${actual}, expected ${expected}`);
}

for (const { recipe } of fixture.cases) {
  Deno.test(`scanPairs() gives engleGranger()'s p-values in both orders: ${recipe.name}`, async () => {
    const { x, y } = generatedPair(recipe);
    const pair = (await scanBoth(new Map([["X", x], ["Y", y]]))).at(0);
    for (
      const [actual, dependent, regressor] of [
        [pair.engleGrangerPValue, y, x],
        [pair.engleGrangerPValueReversed, x, y],
      ] as const
    ) {
      const { statistic, pValue } = engleGranger(dependent, regressor);
      // Legs that explain each other up to rounding are one thing twice: their p-value of 0 is no evidence.
      if (statistic === -Infinity) assert.equal(actual, null);
      else assertNear(actual, pValue, recipe.name);
    }
  });
}

Deno.test("scanPairs() gives engleGranger()'s p-values for walks of any length and scale", async () => {
  const random = pseudoRandom(5);
  for (const sessions of [100, 101, 252, 504, 1000]) {
    for (const scale of [1e-4, 1, 1e5]) {
      const walk = () => {
        let price = 50;
        return Float64Array.from({ length: sessions }, () => scale * (price += random() - 0.5));
      };
      const prices = new Map([["A", walk()], ["B", walk()], ["C", walk()], ["D", walk()]]);
      for (const pair of await scanBoth(prices)) {
        const both = engleGrangerBothOrders(prices.get(pair.ticker_2)!, prices.get(pair.ticker_1)!);
        assertNear(pair.engleGrangerPValue, both.yOnX.pValue, `${sessions} sessions, scale ${scale}`);
        assertNear(pair.engleGrangerPValueReversed, both.xOnY.pValue, `${sessions} sessions, scale ${scale}, reversed`);
      }
    }
  }
});

Deno.test("scanPairs() swaps the two p-values with the legs, to the bit", async () => {
  const { x, y } = generatedPair(PLAIN_RECIPE);
  const [one, other] = await Promise.all([
    scanBoth(new Map([["X", x], ["Y", y]])),
    scanBoth(new Map([["Y", y], ["X", x]])),
  ]);
  assert.notEqual(one.at(0).engleGrangerPValue, one.at(0).engleGrangerPValueReversed);
  assert.equal(one.at(0).engleGrangerPValue, other.at(0).engleGrangerPValueReversed);
  assert.equal(one.at(0).engleGrangerPValueReversed, other.at(0).engleGrangerPValue);
});

Deno.test("scanPairs() gives the same Engle–Granger bits on workers and in both implementations", async () => {
  const prices = new Map(
    Array.from({ length: 90 }, (_, i) => [`T${i}`, generatedPair({ ...PLAIN_RECIPE, seed: i }).y] as const),
  );
  const scans = [
    await scanBoth(prices, { workers: 1, implementation: "typescript" }),
    await scanBoth(prices, { workers: 1, implementation: "wasm" }),
    await scanBoth(prices, { workers: 2, implementation: "wasm" }),
  ];
  assert.deepEqual(scans.map(({ workers }) => workers), [0, 0, 2]);
  const bits = scans.map(({ columns }) =>
    [columns.engleGranger, columns.engleGrangerReversed].map((column) => [...column])
  );
  assert.deepEqual(bits[1], bits[0]);
  assert.deepEqual(bits[2], bits[0]);
});

Deno.test("scanPairs() has no Engle–Granger p-value where there is no residual, and none by default", async () => {
  const { x, y } = generatedPair(PLAIN_RECIPE);
  const zigzag = x.map((price, t) => 2 * price + (t % 2));
  const prices = new Map([["X", x], ["FLAT", x.map(() => 7)], ["DOUBLE", x.map((price) => 2 * price)], [
    "ZIGZAG",
    zigzag,
  ]]);
  const valueOf = new Map(
    [...await scanBoth(prices)].map((pair) => [`${pair.ticker_1} ${pair.ticker_2}`, pair.engleGrangerPValue]),
  );
  for (const pair of ["X FLAT", "FLAT DOUBLE", "X DOUBLE"]) assert.equal(valueOf.get(pair), null, pair);
  const unasked = await scanPairs(new Map([["X", x], ["Y", y]]), { criteria });
  assert.deepEqual([unasked.at(0).engleGrangerPValue, unasked.columns.engleGranger.length], [null, 0]);
});
