import assert from "node:assert/strict";
import { alignCloses, cleanPrices, type PriceMatrix } from "../../quant/price_matrix.ts";

const matrixOf = (columns: Record<string, number[]>): PriceMatrix => {
  const closes = Object.values(columns).map((column) => Float64Array.from(column));
  const sessions = Array.from(closes[0] ?? [], (_, t) => `2024-01-${String(t + 1).padStart(2, "0")}`);
  return { sessions, tickers: Object.keys(columns), closes };
};

Deno.test("alignCloses() sorts sessions and tickers and marks missing cells", () => {
  const matrix = alignCloses({
    ticker: ["b", "A", "b", "a"],
    session: ["2024-01-03", "2024-01-02", "2024-01-02", "2024-01-04"],
    close: Float64Array.of(3, 1, 2, 4),
  });
  assert.deepEqual(matrix.sessions, ["2024-01-02", "2024-01-03", "2024-01-04"]);
  assert.deepEqual(matrix.tickers, ["A", "a", "b"]);
  assert.deepEqual(matrix.closes, [
    Float64Array.of(1, NaN, NaN),
    Float64Array.of(NaN, NaN, 4),
    Float64Array.of(2, 3, NaN),
  ]);
});

Deno.test("alignCloses() keeps the first of duplicated rows, even if it is missing", () => {
  const matrix = alignCloses({
    ticker: ["A", "A", "B", "B"],
    session: ["s", "s", "s", "s"],
    close: [1, 2, NaN, 4],
  });
  assert.deepEqual(matrix.closes, [Float64Array.of(1), Float64Array.of(NaN)]);
});

Deno.test("alignCloses() takes infinite closes as missing", () => {
  const { closes } = alignCloses({ ticker: ["A", "A"], session: ["1", "2"], close: [Infinity, -Infinity] });
  assert.deepEqual(closes, [Float64Array.of(NaN, NaN)]);
});

Deno.test("alignCloses() gives an empty matrix for an empty table", () => {
  assert.deepEqual(alignCloses({ ticker: [], session: [], close: [] }), { sessions: [], tickers: [], closes: [] });
});

Deno.test("alignCloses() refuses columns of different length", () => {
  assert.throws(() => alignCloses({ ticker: ["A"], session: ["1"], close: [] }), RangeError);
  assert.throws(() => alignCloses({ ticker: ["A"], session: [], close: [1] }), RangeError);
});

Deno.test("cleanPrices() keeps complete tickers only by the research rule", () => {
  const input = matrixOf({ A: [1, 2, 3], B: [1, NaN, 3], C: [NaN, NaN, NaN], D: [1, Infinity, 3] });
  const { matrix, dropped, filledCells } = cleanPrices(input, { rule: "research" });
  assert.deepEqual(matrix.tickers, ["A"]);
  assert.equal(filledCells, 0);
  assert.deepEqual(dropped, [
    { ticker: "B", reason: "It lacks 1 of 3 closes." },
    { ticker: "C", reason: "It has no close in any session." },
    { ticker: "D", reason: "It lacks 1 of 3 closes." },
  ]);
});

Deno.test("cleanPrices() interpolates gaps and repeats the last close by the service rule", () => {
  const input = matrixOf({ A: [10, NaN, NaN, 16, NaN], B: [NaN, 1, 1, 1, 1], C: [7, NaN, NaN, NaN, NaN] });
  const before = structuredClone(input);
  const cleaned = cleanPrices(input, { rule: "service" });
  assert.deepEqual(cleaned.matrix.tickers, ["A", "C"]);
  assert.deepEqual(cleaned.matrix.closes, [Float64Array.of(10, 12, 14, 16, 16), Float64Array.of(7, 7, 7, 7, 7)]);
  assert.equal(cleaned.interpolatedCells, 2);
  assert.equal(cleaned.repeatedCells, 5);
  assert.equal(cleaned.filledCells, 7);
  assert.deepEqual(cleaned.repeatedTickers, ["A", "C"]);
  assert.deepEqual(cleaned.dropped, [
    { ticker: "B", reason: "It has no close in the first session, 2024-01-01; its first is of 2024-01-02." },
  ]);
  assert.deepEqual(input, before);
});

Deno.test("cleanPrices() drops by default a ticker without a close in the last five sessions", () => {
  const day = (last: number) => Array.from({ length: 10 }, (_, t) => (t <= last ? 5 : NaN));
  const { matrix, dropped, rule } = cleanPrices(matrixOf({ four: day(5), five: day(4) }));
  assert.equal(rule, "tradable");
  assert.deepEqual(matrix.tickers, ["four"]);
  assert.deepEqual(dropped, [{
    ticker: "five",
    reason: "It stopped trading: its last close is of 2024-01-05, 5 sessions before the end (5 or more are too many).",
  }]);
});

Deno.test("cleanPrices() takes the number of stale sessions from its options", () => {
  const input = matrixOf({ A: [1, 2, NaN], B: [1, 2, 3] });
  assert.deepEqual(cleanPrices(input, { maxStaleSessions: 1 }).matrix.tickers, ["B"]);
  assert.deepEqual(cleanPrices(input, { maxStaleSessions: 2 }).matrix.tickers, ["A", "B"]);
  assert.deepEqual(cleanPrices(input, { maxStaleSessions: 99 }).matrix.tickers, ["A", "B"]);
  for (const maxStaleSessions of [0, 1.5, NaN, -1]) {
    assert.throws(() => cleanPrices(input, { maxStaleSessions }), RangeError);
  }
});

Deno.test("cleanPrices() handles an empty matrix and a single session", () => {
  for (const rule of ["research", "service", "tradable"] as const) {
    assert.deepEqual(cleanPrices({ sessions: [], tickers: [], closes: [] }, { rule }).matrix.tickers, []);
    assert.deepEqual(cleanPrices(matrixOf({ A: [1], B: [NaN] }), { rule }).matrix.tickers, ["A"]);
  }
});

Deno.test("cleanPrices() refuses a matrix whose parts do not fit", () => {
  assert.throws(() => cleanPrices({ sessions: ["1"], tickers: ["A"], closes: [new Float64Array(2)] }), RangeError);
  assert.throws(() => cleanPrices({ sessions: ["1"], tickers: ["A"], closes: [] }), RangeError);
});

Deno.test("cleanPrices() returns finite closes only, whatever is missing", () => {
  const random = (() => {
    let state = 1;
    return () => (state = (state * 48271) % 2147483647) / 2147483647;
  })();
  for (let trial = 0; trial < 50; trial++) {
    const columns = Object.fromEntries(
      Array.from({ length: 6 }, (_, i) => [`T${i}`, Array.from({ length: 12 }, () => random() < 0.3 ? NaN : random())]),
    );
    for (const rule of ["research", "service", "tradable"] as const) {
      const { matrix, dropped } = cleanPrices(matrixOf(columns), { rule });
      assert.equal(matrix.tickers.length + dropped.length, 6);
      for (const column of matrix.closes) assert.ok(column.every(Number.isFinite));
    }
  }
});
