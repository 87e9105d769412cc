import assert from "node:assert/strict";
import {
  booleanIn,
  dateIn,
  dateOfMilliseconds,
  momentIn,
  numberIn,
  textIn,
  tickerIn,
  ValueFault,
} from "../../../../assets/imported/original/values.ts";

const fault = (read: () => unknown, reason: string) =>
  assert.throws(read, (error) => error instanceof ValueFault && error.message === reason, reason);

Deno.test("numberIn() reads decimals, NaN for none, and refuses non-numbers", () => {
  assert.deepEqual(["1.50", "-2", "1e3", ".5"].map((text) => numberIn(text, "close")), [1.5, -2, 1000, 0.5]);
  for (const none of [null, "", "NaN", undefined]) assert.ok(Number.isNaN(numberIn(none, "close")));
  for (const wrong of ["1,5", "Infinity", "1e999", "0x1", "-"]) {
    fault(() => numberIn(wrong, "close"), "close is not a number");
  }
});

Deno.test("dateIn() reads dates, of midnights the date, and refuses days that do not exist", () => {
  for (const text of ["2024-02-29", "2024-02-29 00:00:00", "2024-02-29T00:00:00Z", "2024-02-29 00:00:00+00"]) {
    assert.equal(dateIn(text, "date"), "2024-02-29");
  }
  for (const wrong of ["2024-02-30", "29.02.2024", "2024-2-9", "2024-02-29 14:30:00", "today"]) {
    fault(() => dateIn(wrong, "date"), "date is not a date");
  }
  fault(() => dateIn(null, "date"), "date is missing");
});

Deno.test("dateOfMilliseconds() reads the UTC date of a moment", () => {
  assert.equal(dateOfMilliseconds("1704171600000", "at"), "2024-01-02");
  fault(() => dateOfMilliseconds(null, "at"), "at is missing");
  for (const wrong of ["9e20", "-9e15"]) {
    fault(() => dateOfMilliseconds(wrong, "at"), "at is not a moment in milliseconds");
  }
});

Deno.test("momentIn() reads PostgreSQL's timestamps of any zone, as UTC", () => {
  assert.equal(momentIn("2024-06-03 14:30:00.25+00", "at"), "2024-06-03T14:30:00.25Z");
  assert.equal(momentIn("2024-06-03 09:30:00-05", "at"), "2024-06-03T14:30:00Z");
  assert.equal(momentIn("2024-06-03 20:00:00+05:30", "at"), "2024-06-03T14:30:00Z");
  assert.equal(momentIn("2024-06-03T14:30:00", "at"), "2024-06-03T14:30:00Z");
  assert.equal(momentIn("", "at"), null);
  for (const wrong of ["2024-06-31 14:30:00", "noon", "2024-06-03"]) {
    fault(() => momentIn(wrong, "at"), "at is not a date and time");
  }
});

Deno.test("booleanIn(), textIn() and tickerIn() read as PostgreSQL and Python write", () => {
  assert.deepEqual(["t", "true", "True", "f", "false", null].map((text) => booleanIn(text, "active")), [
    ...[true, true, true, false, false, null],
  ]);
  fault(() => booleanIn("yes?", "active"), "active is neither true nor false");
  assert.deepEqual([" a ", "", null].map(textIn), ["a", null, null]);
  assert.equal(tickerIn(" BRK.B "), "BRK.B");
  fault(() => tickerIn(null), "ticker is missing");
  fault(() => tickerIn("A\u0000"), "ticker contains the control character U+0000 (NUL)");
});
