import { check } from "../../engine/mod.ts";

/**
 * Warns of closes that a split unknown to the source would explain.
 *
 * A close is compared with the one before it among the rows that are published together. `daily_bars` is published in parts, and a
 * part that is one new session has nothing to compare with: `clean_prices`, which is made as a whole, compares it with the rest.
 */
export const priceJumpWithoutSplit = check<{ ticker: string; session: string; close: number }>(
  "price_jump_without_split",
  "No close is four times the one before or more, or a quarter or less: a split that the source does not know looks so.",
  (rows) => {
    const failingRows: object[] = [];
    for (let i = 1; i < rows.count; i++) {
      if (rows.value(i, "ticker") !== rows.value(i - 1, "ticker")) continue;
      const before = rows.value(i - 1, "close");
      const close = rows.value(i, "close");
      if (close >= 4 * before || before >= 4 * close) failingRows.push({ ...rows.row(i), close_before: before });
    }
    return {
      passed: failingRows.length === 0,
      message: `${failingRows.length} jumps in ${rows.count} bars`,
      failingRows: failingRows.slice(0, 20),
    };
  },
  { severity: "warn" },
);
