import assert from "node:assert/strict";
import { DEFECT, pairColumns } from "../../../quant/scan/pair_columns.ts";
import { PairScan } from "../../../quant/scan/pair_scan.ts";
import { acceptedByOriginal } from "../../../routes/compat/suggested_pairs.ts";

/** A scan of one pair that meets the original's bounds, but for what is given. */
function scanOf({ halfLife = 10, defect = 0, adfPValue = 0.01 }) {
  const columns = pairColumns(1);
  columns.second[0] = 1;
  columns.adfPValue[0] = adfPValue;
  columns.hurst[0] = 0.4;
  columns.halfLife[0] = halfLife;
  columns.meanCrossings[0] = 30;
  columns.defect[0] = defect;
  const criteria = { maxPValue: 0.05, maxHurst: 0.5, maxHalfLife: 260, minCrossings: 12 };
  return new PairScan({ tickers: ["A", "B"], columns, criteria, implementation: "typescript", workers: 0 });
}

Deno.test("acceptedByOriginal() accepts a negative half-life, which Tandem does not", () => {
  const runsAway = scanOf({ halfLife: -3 });
  assert.equal(acceptedByOriginal(runsAway).length, 1);
  assert.equal(runsAway.accepted.length, 0);
  const reverts = scanOf({});
  assert.deepEqual([acceptedByOriginal(reverts).length, reverts.accepted.length], [1, 1]);
  assert.deepEqual(acceptedByOriginal(scanOf({ halfLife: 260 })), []);
});

Deno.test("acceptedByOriginal() refuses the whole scan for one pair without a statistic", () => {
  assert.throws(() => acceptedByOriginal(scanOf({ defect: DEFECT.constantFirst, adfPValue: NaN })), { status: 400 });
  assert.throws(() => acceptedByOriginal(scanOf({ defect: DEFECT.noStatistic, adfPValue: NaN })), { status: 400 });
});
