import assert from "node:assert/strict";
import { relativeTime } from "../../web/client/age.js";
import {
  brieflyFigured,
  count,
  counted,
  decimal,
  duration,
  figure,
  moment,
  percent,
  pValue,
  sessionChange,
  shortUsd,
  signedPercent,
} from "../../web/figures.ts";

Deno.test("shortUsd() has three digits", () => {
  assert.deepEqual([155_940_777, 2_909_629, 950].map(shortUsd), ["156M USD", "2.91M USD", "950 USD"]);
});

Deno.test("sessionChange() has two decimals, and no sign if it rounds to 0", () => {
  assert.deepEqual([0.0017, -0.012, 0.00004, 0].map(sessionChange), ["+0.17 %", "−1.20 %", "0.00 %", "0.00 %"]);
});

Deno.test("signedPercent() has a leading sign, but none if it rounds to 0", () => {
  assert.deepEqual([0.12345, -0.04, 11.512, 0, 0.0001, -0.0004].map(signedPercent), [
    "+12.3 %",
    "−4.0 %",
    "+1,151.2 %",
    "0.0 %",
    "0.0 %",
    "0.0 %",
  ]);
});

Deno.test("pValue() shows three decimals, and magnitudes below", () => {
  assert.deepEqual([0.05, 0.0124, 0.001, 0.00042, 2.3e-9, 0].map(pValue), [
    "0.050",
    "0.012",
    "0.001",
    "4e−4",
    "2e−9",
    "< 1e−16",
  ]);
});

Deno.test("figure() keeps about four digits of anything", () => {
  assert.deepEqual([1234567, -3, 12345.678, 0.12345678, -2.5].map(figure), [
    "1,234,567",
    "−3",
    "12,346",
    "0.1235",
    "−2.500",
  ]);
});

Deno.test("count(), counted() and decimal() separate thousands", () => {
  assert.deepEqual([count(442476), counted(1, "row"), counted(2000, "row"), decimal(-1234.5, 1)], [
    "442,476",
    "1 row",
    "2,000 rows",
    "−1,234.5",
  ]);
});

Deno.test("duration() and moment() read naturally", () => {
  assert.deepEqual([0, 1234, 59_960, 185_000, 7_800_000].map(duration), [
    "0.0 s",
    "1.2 s",
    "1 min 00 s",
    "3 min 05 s",
    "2 h 10 min",
  ]);
  const at = "2026-11-23T12:00:05.123Z";
  assert.deepEqual(["UTC", "America/New_York", "Asia/Tokyo"].map((zone) => moment(at, zone)), [
    "2026-11-23 12:00:05 UTC",
    "2026-11-23 07:00:05 EST",
    "2026-11-23 21:00:05 GMT+9",
  ]);
});

Deno.test("relativeTime() looks back and ahead in one unit", () => {
  const units = [1000, 12_000, 3 * 60_000, 5 * 3_600_000, 9 * 86_400_000];
  assert.deepEqual(units.map(relativeTime), ["just now", "12 s ago", "3 min ago", "5 h ago", "9 d ago"]);
  assert.deepEqual(units.map((ms) => relativeTime(-ms)), ["now", "in 12 s", "in 3 min", "in 5 h", "in 9 d"]);
});

Deno.test("decimal() and percent() give zero no sign, and numbers below it a true minus", () => {
  assert.deepEqual([decimal(-0.001, 2), decimal(-2.5, 2), percent(-0.0001), percent(-0.045)], [
    "0.00",
    "−2.50",
    "0.0 %",
    "−4.5 %",
  ]);
});

Deno.test("brieflyFigured() cuts long decimals to three digits, separates thousands, and leaves the rest of a sentence alone", () => {
  assert.equal(
    brieflyFigured("p-value 0.2123456789 is not below 0.05. Half-life -1234.56789 of 2.34567e-7 on 2026-01-05."),
    "p-value 0.212 is not below 0.05. Half-life −1,230 of 2.35e−7 on 2026-01-05.",
  );
  assert.equal(
    brieflyFigured("2 jumps in 341737 rows: A on 2022-08-17 (5.24 to 24.7707). 1208 pairs, run 1234, below 1000000."),
    "2 jumps in 341,737 rows: A on 2022-08-17 (5.24 to 24.8). 1,208 pairs, run 1234, below 1,000,000.",
  );
  assert.equal(brieflyFigured("prices.csv:12345:6, ID 2026-12345"), "prices.csv:12345:6, ID 2026-12345");
});
