import assert from "node:assert/strict";
import { monthlyReturns } from "../../web/monthly_returns.ts";

const rounded = (values: readonly (number | null)[]) =>
  values.map((value) => value === null ? null : Number(value.toFixed(6)));

Deno.test("monthlyReturns() goes from month to month, through months without a session and years", () => {
  const years = monthlyReturns({
    sessions: ["2023-11-29", "2023-11-30", "2024-01-02", "2024-01-31", "2024-02-01"],
    equity: [101, 110, 120, 99, 108.9],
  }, { before: 100 });
  assert.deepEqual(years.map(({ year }) => year), [2023, 2024]);
  assert.deepEqual(rounded(years[0]!.months), [...Array(10).fill(null), 0.1, null]);
  assert.deepEqual(rounded(years[1]!.months.slice(0, 3)), [-0.1, 0.1, null]);
  assert.deepEqual(rounded(years.map(({ total }) => total)), [0.1, -0.01]);
});

Deno.test("monthlyReturns() of nothing is nothing", () => {
  assert.deepEqual(monthlyReturns({ sessions: [], equity: [] }, { before: 1 }), []);
});
