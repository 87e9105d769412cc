import fc from "fast-check";
import assert from "node:assert/strict";
import { axisMarks, packed, percentAt } from "../../web/time_axis.ts";
import { fittedHours } from "../../web/pages/runs.tsx";

Deno.test("axisMarks() are round moments on the reader's clock, few enough to be read", () => {
  const fromMs = Date.parse("2026-11-23T12:07:00Z");
  assert.deepEqual(axisMarks({ fromMs, toMs: fromMs + 24 * 3_600_000 }, "UTC").map(({ text }) => text), [
    "15:00",
    "18:00",
    "21:00",
    "11-24",
    "03:00",
    "06:00",
    "09:00",
    "12:00",
  ]);
  // Half an hour beside UTC.
  assert.deepEqual(axisMarks({ fromMs, toMs: fromMs + 7 * 3_600_000 }, "Asia/Kolkata").map(({ text }) => text), [
    "18:00",
    "19:00",
    "20:00",
    "21:00",
    "22:00",
    "23:00",
    "11-24",
  ]);
  fc.assert(fc.property(fc.integer({ min: 1, max: 60 * 24 * 300 }), (minutes) => {
    const marks = axisMarks({ fromMs, toMs: fromMs + minutes * 60_000 }, "America/New_York");
    assert.ok(marks.length <= 9, `${marks.length} marks for ${minutes} minutes`);
  }));
});

Deno.test("percentAt() goes from 0 to 100 over the span, and beyond outside it", () => {
  const span = { fromMs: 100, toMs: 300 };
  assert.deepEqual([100, 200, 300, 0, 500].map((ms) => percentAt(span, ms)), [0, 50, 100, -50, 200]);
  assert.ok(Number.isFinite(percentAt({ fromMs: 5, toMs: 5 }, 5)));
});

Deno.test("packed() lets no bar cover another of its row, in as few rows as run at once", () => {
  const bar = fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 20 }))
    .map(([from, length]) => ({ from, to: from + length }));
  fc.assert(fc.property(fc.array(bar, { maxLength: 30 }), (bars) => {
    const rows = packed(bars);
    for (const [i, one] of bars.entries()) {
      for (const [j, other] of bars.entries()) {
        if (i < j && rows[i] === rows[j]) assert.ok(one.to <= other.from || other.to <= one.from);
      }
    }
    const most = Math.max(0, ...bars.map(({ from }) => bars.filter((b) => b.from <= from && from < b.to).length));
    assert.equal(new Set(rows).size, most);
  }));
});

Deno.test("fittedHours() is the shortest span that holds the runs of the last day, and a day without any", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  const at = (...hoursAgo: number[]) => hoursAgo.map((hours) => new Date(now - hours * 3_600_000).toISOString());
  assert.equal(fittedHours(at(0.2, 0.9), now), "1");
  assert.equal(fittedHours(at(0.2, 1.5), now), "6");
  assert.equal(fittedHours(at(7), now), "24");
  assert.equal(fittedHours([], now), "24");
});
