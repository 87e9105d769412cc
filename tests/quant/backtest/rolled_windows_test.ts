import assert from "node:assert/strict";
import fc from "fast-check";
import { rolledWindows, selectByWindow } from "../../../quant/backtest/rolled_windows.ts";

const bounds = (windows: ReturnType<typeof rolledWindows>) =>
  windows.map(({ formationStart, tradingStart, tradingEnd, complete }) => [
    formationStart,
    tradingStart,
    tradingEnd,
    complete,
  ]);

Deno.test("rolledWindows() adjoins trading windows and marks the one that the data does not complete", () => {
  assert.deepEqual(bounds(rolledWindows(12, { formationSessions: 5, tradingSessions: 3 })), [
    [0, 5, 8, true],
    [3, 8, 11, true],
    [6, 11, 12, false],
  ]);
});

Deno.test("rolledWindows() overlaps by a smaller step and leaves sessions out by a larger one", () => {
  const options = { formationSessions: 4, tradingSessions: 3 };
  assert.deepEqual(bounds(rolledWindows(9, { ...options, step: 1 })).map(([start]) => start), [0, 1, 2, 3, 4]);
  assert.deepEqual(bounds(rolledWindows(14, { ...options, step: 5 })), [[0, 4, 7, true], [5, 9, 12, true]]);
});

Deno.test("rolledWindows() of too few sessions gives none", () => {
  assert.deepEqual(rolledWindows(5, { formationSessions: 5, tradingSessions: 3 }), []);
  assert.deepEqual(rolledWindows(0, { formationSessions: 1, tradingSessions: 1 }), []);
});

Deno.test("rolledWindows() refuses lengths that are not whole and positive", () => {
  for (const lengths of [[0, 1, 1], [1, 0, 1], [1, 1, 0], [1.5, 1, 1], [1, NaN, 1]] as const) {
    const [formationSessions, tradingSessions, step] = lengths;
    assert.throws(() => rolledWindows(9, { formationSessions, tradingSessions, step }), RangeError);
  }
  assert.throws(() => rolledWindows(-1, { formationSessions: 1, tradingSessions: 1 }), RangeError);
});

Deno.test("rolledWindows() trades every session after the first formation once, and forms on earlier ones alone", () => {
  const length = fc.integer({ min: 1, max: 40 });
  fc.assert(fc.property(fc.integer({ min: 0, max: 300 }), length, length, (n, formationSessions, tradingSessions) => {
    const windows = rolledWindows(n, { formationSessions, tradingSessions });
    const traded: number[] = [];
    for (const { formationStart, tradingStart, tradingEnd, complete } of windows) {
      assert.equal(tradingStart - formationStart, formationSessions);
      assert.equal(complete, tradingEnd - tradingStart === tradingSessions);
      for (let t = tradingStart; t < tradingEnd; t++) traded.push(t);
    }
    assert.deepEqual(
      traded,
      Array.from({ length: Math.max(0, n - formationSessions) }, (_, i) => formationSessions + i),
    );
  }));
});

Deno.test("selectByWindow() shows the callback the formation and nothing later", async () => {
  const prices = new Map([["A", Float64Array.of(1, 2, 3, 4, 5)], ["B", Float64Array.of(6, 7, 8, 9, 10)]]);
  const windows = rolledWindows(5, { formationSessions: 2, tradingSessions: 2 });
  const selections = await selectByWindow(prices, windows, (formation, { tradingStart }) => {
    const seen = [...formation.get("A")!, ...formation.get("B")!];
    // The copies' buffers hold no more than they show, and writing into them changes nothing.
    assert.equal(formation.get("A")!.buffer.byteLength, 16);
    formation.get("A")!.fill(0);
    return Promise.resolve({ seen, tradingStart });
  });
  assert.deepEqual(selections.map(({ choice }) => choice), [
    { seen: [1, 2, 6, 7], tradingStart: 2 },
    { seen: [3, 4, 8, 9], tradingStart: 4 },
  ]);
  await assert.rejects(
    selectByWindow(new Map([["A", Float64Array.of(1)]]), windows, () => null),
    /A has 1 prices, but a formation ends at 2/,
  );
});
