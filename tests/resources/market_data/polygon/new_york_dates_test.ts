import assert from "node:assert/strict";
import { newYorkDateOf, newYorkDates } from "../../../../resources/market_data/polygon/new_york_dates.ts";

Deno.test("newYorkDates() gives the date in New York, in winter and in summer", () => {
  const dateOf = newYorkDates();
  for (
    const [instant, date] of [
      ["2024-01-12T05:00:00Z", "2024-01-12"],
      ["2024-01-12T04:59:59Z", "2024-01-11"],
      ["2024-01-12T21:00:00Z", "2024-01-12"],
      ["2024-07-12T04:00:00Z", "2024-07-12"],
      ["2024-07-12T03:59:59Z", "2024-07-11"],
      ["2024-07-12T03:59:59Z", "2024-07-11"],
    ]
  ) assert.equal(dateOf(Date.parse(instant!)), date);
});

Deno.test("newYorkDateOf() takes midnight UTC for the day itself and other times for their date in New York", () => {
  const cases: [string, string | null][] = [
    ["2024-05-17T00:00:00Z", "2024-05-17"],
    ["2024-05-17T00:00:00.000Z", "2024-05-17"],
    ["2024-05-17", "2024-05-17"],
    ["2024-05-17T04:00:00Z", "2024-05-17"],
    ["2024-05-17T03:00:00Z", "2024-05-16"],
    ["2024-02-30", null],
    ["soon", null],
  ];
  for (const [text, date] of cases) assert.equal(newYorkDateOf(text), date, text);
});
