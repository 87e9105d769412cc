import assert from "node:assert/strict";
import { orderOf } from "../../../engine/declare/key_order.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";

type Value = string | number | boolean;

/** By comparing one value after the other, rows with equal keys as they stand. */
function sorted(keys: readonly (readonly Value[] | Float64Array)[]): number[] {
  return Array.from(keys[0]!.keys()).sort((a, b) => {
    for (const key of keys) {
      if (key[a]! < key[b]!) return -1;
      if (key[a]! > key[b]!) return 1;
    }
    return a - b;
  });
}

Deno.test("orderOf() sorts by the first column, then the next, and leaves equal rows as they stand", () => {
  const random = pseudoRandom(5);
  const any = (count: number) => Math.floor(random() * count);
  for (let i = 0; i < 50; i++) {
    const count = 1 + any(200);
    const of = <T>(value: () => T) => Array.from({ length: count }, value);
    const keys = [
      of(() => ["B", "A", "a", "é", "AA", "😀", "\uffff"][any(7)]!),
      of(() => `2026-0${1 + any(9)}-1${any(10)}`),
      Float64Array.from(of(() => [-1.5, 0, -0, 1e-300, 7, 2 ** 60][any(6)]!)),
      of(() => any(2) === 1),
    ].slice(any(4));
    const order = orderOf(keys);
    assert.deepEqual([...order ?? keys[0]!.keys()], sorted(keys));
  }
});

Deno.test("orderOf() sorts by counting where there are few keys for each row, and otherwise by numbers", () => {
  const random = pseudoRandom(7);
  for (const distinct of [3, 40, 2_000]) {
    const of = () => Array.from({ length: 900 }, () => `T${Math.floor(random() * distinct)}`);
    const keys = [of(), of()];
    assert.deepEqual([...orderOf(keys)!], sorted(keys));
  }
});

Deno.test("orderOf() finds rows in order, and sorts keys of more values than exact numbers can tell apart", () => {
  assert.equal(orderOf([["A", "A", "B"], Float64Array.of(1, 2, 0)]), undefined);
  assert.equal(orderOf([[]]), undefined);
  assert.deepEqual([...orderOf([["A", "A"]])!], [0, 1]);
  const random = pseudoRandom(6);
  const keys = Array.from({ length: 5 }, () => Float64Array.from({ length: 2_000 }, () => random()));
  assert.deepEqual([...orderOf(keys)!], sorted(keys));
});
