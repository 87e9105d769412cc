import assert from "node:assert/strict";
import { joinedDailyBars } from "../../../assets/imported/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { rawBar } from "../../support/bars.ts";

/** An imported bar of one price and a hundred shares. */
function imported(ticker: string, session: string, price: number, adjusted_through = session) {
  const prices = { open: price, high: price, low: price, close: price, vwap: price };
  return { ticker, session, ...prices, volume: 100, dividend: 0, adjusted_through };
}

const shown = (rows: { session: string; occurrence: number; close: number | null }[]) =>
  rows.map(({ session, occurrence, close }) => [session, occurrence, close]);

Deno.test("joined_daily_bars has every bar of the source, and an imported one where it has none that can be used", async () => {
  const { rows, metadata } = await runAsset(joinedDailyBars, {
    inputs: {
      raw: [
        rawBar("A", "2024-01-03", 11),
        rawBar("A", "2024-01-04", null),
        rawBar("A", "2024-01-05", -1),
        rawBar("A", "2024-01-05", 13, { occurrence: 2 }),
      ],
      imported: ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"].map((day) => imported("A", day, 99)),
      splits: [],
    },
  });
  assert.deepEqual(shown(rows), [
    ["2024-01-02", 1, 99],
    ["2024-01-03", 1, 11],
    ["2024-01-04", 1, null],
    ["2024-01-04", 2, 99],
    ["2024-01-05", 1, -1],
    ["2024-01-05", 2, 13],
  ]);
  assert.deepEqual(
    [metadata.imported, metadata.imported_not_needed],
    [2, 2].map((value) => ({ type: "number", value })),
  );
  assert.deepEqual([rows[0]!.vwap, rows[0]!.dividend, rows[0]!.split], [99, 0, 1]);
});

Deno.test("joined_daily_bars takes those splits out of imported prices that are in them and that the source reports", async () => {
  const { rows } = await runAsset(joinedDailyBars, {
    inputs: {
      raw: [],
      imported: [
        // Written before the split, between the two, and after both.
        imported("A", "2024-01-02", 100, "2024-01-03"),
        imported("A", "2024-01-03", 50, "2024-01-08"),
        imported("A", "2024-01-04", 10, "2024-06-01"),
        imported("A", "2024-01-08", 20, "2024-06-01"),
        imported("B", "2024-01-02", 7, "2024-06-01"),
      ],
      splits: [
        { ticker: "A", session: "2024-01-08", ratio: 2 },
        { ticker: "A", session: "2024-02-01", ratio: 5 },
      ],
    },
  });
  assert.deepEqual(rows.map(({ ticker, session, close, volume, split }) => [ticker, session, close, volume, split]), [
    ["A", "2024-01-02", 100, 100, 1],
    ["A", "2024-01-03", 100, 50, 1],
    ["A", "2024-01-04", 100, 10, 1],
    ["A", "2024-01-08", 100, 20, 2],
    ["B", "2024-01-02", 7, 100, 1],
  ]);
});
