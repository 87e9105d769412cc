import assert from "node:assert/strict";
import { SelectionsPage } from "../../web/pages/selections.tsx";

/** Texts above the marks with their places, for selections of these sessions. */
function datesOf(sessions: readonly string[]): [place: string, anchor: string, date: string][] {
  const pair = {
    tickers: ["KO", "PEP"] as const,
    ranks: sessions.map(() => 1),
    times: sessions.length,
    first: sessions[0]!,
    last: sessions.at(-1)!,
  };
  const history = { materialization: 1, sessions: [...sessions], cut: false, pairs: [pair], turnover: [] };
  const html = String(<SelectionsPage history={history} ticker={undefined} />);
  return [...html.matchAll(/<text x="([^"]+)" text-anchor="(\w+)"[^>]*>([\d-]+)<\/text>/g)]
    .map(([, place, anchor, date]) => [place!, anchor!, date!]);
}

const weeks = (first: string, count: number) =>
  Array.from({ length: count }, (_, i) => Temporal.PlainDate.from(first).add({ weeks: i }).toString());

Deno.test("SelectionsPage ends the last date at the edge, and dates the first selection where there is room", () => {
  assert.deepEqual(datesOf([...weeks("2022-06-03", 13), "2022-12-30"]), [
    ["0%", "start", "2022-06-03"],
    ["28.571%", "start", "2022-07-01"],
    ["64.286%", "start", "2022-08-05"],
    ["100%", "end", "2022-12-30"],
  ]);
  assert.deepEqual(datesOf(weeks("2022-06-24", 12)).map(([, , date]) => date), [
    "2022-07-01",
    "2022-08-05",
    "2022-09-02",
  ]);
});

Deno.test("SelectionsPage dates a single selection at its beginning", () => {
  assert.deepEqual(datesOf(["2022-06-03"]), [["0%", "start", "2022-06-03"]]);
});
