import assert from "node:assert/strict";
import { bestRecord, leastRecord } from "../../../quant/performance/best_record.ts";

const record = { looksAhead: false, fillsAtSignal: false, sessions: 500, positions: 90, sharpe: 1, sharpeLow: 0.2 };

Deno.test("bestRecord() takes the highest lower end of the band, not the highest ratio", () => {
  assert.equal(bestRecord([{ ...record, sharpe: 3, sharpeLow: -1 }, record, { ...record, sharpeLow: 0.1 }]), 1);
  assert.equal(bestRecord([{ ...record, sharpeLow: -2 }, { ...record, sharpeLow: -1 }]), 1, "none need be good");
});

Deno.test("bestRecord() takes the higher ratio of equal lower ends, and of equal ratios the first", () => {
  assert.equal(bestRecord([record, { ...record, sharpe: 1.1 }]), 1);
  assert.equal(bestRecord([record, { ...record }]), 0);
});

Deno.test("bestRecord() ignores look-ahead records and short ones", () => {
  const better = { ...record, sharpe: 9, sharpeLow: 8 };
  const refused = [
    { ...better, looksAhead: true },
    { ...better, fillsAtSignal: true },
    { ...better, sessions: leastRecord.sessions - 1 },
    { ...better, positions: leastRecord.positions - 1 },
    { ...better, sharpeLow: null },
    { ...better, sharpe: null },
  ];
  assert.equal(bestRecord([...refused, record]), refused.length);
  assert.equal(bestRecord(refused), null);
  assert.equal(bestRecord([]), null);
  assert.equal(bestRecord([{ ...record, ...leastRecord }]), 0, "as long as it must be is long enough");
});
