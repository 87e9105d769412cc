import assert from "node:assert/strict";
import fc from "fast-check";
import { notEmpty, notNull, unique } from "../../../engine/mod.ts";
import { type Bar, bar, judged } from "../../support/judged_rows.ts";

Deno.test("notNull() counts missing values by column and shows the rows", async () => {
  const bars = [
    bar("A", "2024-01-02", { close: null }),
    bar("A", "2024-01-03"),
    bar("B", "2024-01-02", { close: null, volume: null }),
  ];
  const outcome = await judged(notNull<Bar>("close", "volume"), bars);
  assert.equal(outcome.passed, false);
  assert.equal(outcome.message, "close is missing in 2, volume is missing in 1 of 3 rows");
  assert.deepEqual(outcome.failingRows, [bars[0], bars[2]]);
  assert.equal(notNull<Bar>("close", "volume").name, "not_null_close_volume");
});

Deno.test("notNull() takes zero and the empty text for values", async () => {
  assert.ok((await judged(notNull<Bar>("ticker", "close"), [bar("", "2024-01-02", { close: 0 })])).passed);
  assert.ok((await judged(notNull<Bar>("close"), [])).passed);
});

Deno.test("unique() shows each row after the first of its kind", async () => {
  const bars = [
    bar("A", "2024-01-02", { close: 1, volume: null }),
    bar("B", "2024-01-02", { close: 1, volume: null }),
    bar("C", "2024-01-02", { close: 1, volume: 2 }),
    bar("D", "2024-01-02", { close: 2, volume: null }),
    bar("E", "2024-01-02", { close: 1, volume: null }),
  ];
  const outcome = await judged(unique<Bar>("close", "volume", { severity: "warn", name: "own_name" }), bars);
  assert.deepEqual([outcome.passed, outcome.message], [false, "2 repeated of 5"]);
  assert.deepEqual(outcome.failingRows, [bars[1], bars[4]]);
});

Deno.test("unique() finds as many repetitions as there are rows beyond the distinct ones", async () => {
  const partition = fc.record({ close: fc.constantFrom(null, 0, 1, 2), volume: fc.constantFrom(null, 0, 1e9) });
  await fc.assert(fc.asyncProperty(fc.array(partition, { maxLength: 30 }), async (partitions) => {
    const bars = partitions.map((values, i) => bar(`T${i}`, "2024-01-02", values));
    const distinct = new Set(partitions.map(({ close, volume }) => `${close} ${volume}`)).size;
    const { message } = await judged(unique<Bar>("close", "volume"), bars);
    assert.equal(message, `${partitions.length - distinct} repeated of ${partitions.length}`);
  }));
});

Deno.test("notEmpty() passes without a row of a table that is carried on, whose earlier rows stay", async () => {
  assert.equal((await judged(notEmpty(), [])).passed, false);
  const outcome = await judged(notEmpty(), [], { from: "2024-01-02" });
  assert.deepEqual([outcome.passed, outcome.message], [true, "0 rows from 2024-01-02 on; all earlier ones stay"]);
});
