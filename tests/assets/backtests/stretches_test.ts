import assert from "node:assert/strict";
import { outcomeOf, outcomesIn, stretchesOf } from "../../../assets/backtests/stretches.ts";
import type { PairOutcome } from "../../../assets/backtests/trading_rule.ts";

const pairOf = (bounds: readonly [start: number, end: number][], length = 40) => ({
  sessions: Array.from({ length }, (_, t) => String(t)),
  windows: bounds.map(([tradingStart, tradingEnd]) => ({
    formationStart: 0,
    tradingStart,
    tradingEnd,
    complete: true,
  })),
});

Deno.test("stretchesOf() joins windows that follow each other, with the session before and after", () => {
  assert.deepEqual(stretchesOf(pairOf([[10, 15], [15, 20], [30, 35]])), [{ from: 9, end: 21 }, { from: 29, end: 36 }]);
});

Deno.test("stretchesOf() has every session once, and none that the pair lacks", () => {
  assert.deepEqual(stretchesOf(pairOf([[0, 5], [7, 12], [13, 40]])), [{ from: 0, end: 40 }]);
  assert.deepEqual(stretchesOf(pairOf([[1, 5], [8, 12]])), [{ from: 0, end: 6 }, { from: 7, end: 13 }]);
});

Deno.test("outcomesIn() has all columns of each stretch, in copies that hold no more memory", () => {
  const sessions = Float64Array.from({ length: 40 }, (_, t) => t);
  const flags = Uint8Array.from(sessions);
  const whole: PairOutcome = outcomeOf(() => sessions as never);
  const pair = pairOf([[10, 12], [30, 31]]);
  const outcome = { daily: { ...whole.daily, allocated: flags }, entered: flags };
  const found = outcomesIn(pair, outcome);
  assert.deepEqual(found.map(({ daily }) => [...daily.turnover]), [[9, 10, 11, 12], [29, 30, 31]]);
  assert.deepEqual(found.map(({ entered }) => [...entered]), [[9, 10, 11, 12], [29, 30, 31]]);
  for (const { daily, entered } of found) {
    for (const column of [...Object.values(daily), entered]) {
      assert.equal(column.buffer.byteLength, column.length * column.BYTES_PER_ELEMENT);
    }
  }
});
