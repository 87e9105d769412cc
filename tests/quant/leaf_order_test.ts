import assert from "node:assert/strict";
import { leafOrder } from "../../quant/leaf_order.ts";
import { pseudoRandom } from "../support/pseudo_random.ts";

const distancesOn = (places: readonly number[]) => places.map((a) => Float64Array.from(places, (b) => Math.abs(a - b)));

Deno.test("leafOrder() puts shuffled points of a line, in groups of growing distance, back in order", () => {
  const random = pseudoRandom(7);
  const places = Array.from({ length: 40 }, (_, i) => 10 * Math.floor(i / 5) ** 1.5 + i % 5 + 0.3 * random());
  const shuffled = places.map((place) => ({ place, at: random() })).sort((a, b) => a.at - b.at).map(({ place }) =>
    place
  );
  const ordered = leafOrder(distancesOn(shuffled)).map((i) => shuffled[i]!);
  const rising = places.toSorted((a, b) => a - b);
  assert.deepEqual(ordered[0]! < ordered.at(-1)! ? ordered : ordered.toReversed(), rising);
});

Deno.test("leafOrder() names each member once, whatever the distances", () => {
  const random = pseudoRandom(3);
  for (const n of [0, 1, 2, 3, 12]) {
    const order = leafOrder(distancesOn(Array.from({ length: n }, random)));
    assert.deepEqual(order.toSorted((a, b) => a - b), Array.from({ length: n }, (_, i) => i));
    assert.ok(n < 2 || order[0]! < order.at(-1)!, "it begins with the lower end");
  }
  assert.deepEqual(leafOrder(distancesOn([5, 5, 5])), [0, 1, 2]);
});

Deno.test("leafOrder() puts a member without distances beside the others, not between alike ones", () => {
  const distances = distancesOn([0, 100, 1, 0]);
  for (let i = 0; i < 4; i++) distances[1]![i] = distances[i]![1] = NaN;
  assert.ok([0, 3].includes(leafOrder(distances).indexOf(1)));
});

Deno.test("leafOrder() refuses rows that are no square", () => {
  assert.throws(() => leafOrder([Float64Array.of(0, 1), Float64Array.of(0)]), /Row 1 has 1 distances of 2 members\./);
});
