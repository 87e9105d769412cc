import assert from "node:assert/strict";
import { DefinitionError, rowCountBand } from "../../../engine/mod.ts";
import { bar, judged } from "../../support/judged_rows.ts";

const rows = (count: number) => Array.from({ length: count }, (_, i) => bar(`T${i}`, "2024-01-02"));
/** Latest first. */
const versions = (...counts: number[]) =>
  counts.map((rowCount, i) => ({ materialization: 9 - i, rowCount, committedAt: `2024-01-0${9 - i}T00:00:00Z` }));

Deno.test("rowCountBand() allows counts within the band around the median, its ends included", async () => {
  const band = rowCountBand({ within: 0.5 });
  // The median of 10, 4, 8 is 8: from 4 to 12.
  for (const [count, passed] of [[3, false], [4, true], [12, true], [13, false]] as const) {
    const outcome = await judged(band, rows(count), { history: versions(10, 4, 8) });
    assert.equal(outcome.passed, passed, `${count}: ${outcome.message}`);
  }
});

Deno.test("rowCountBand() looks at the latest versions only, and shows them where it fails", async () => {
  const band = rowCountBand({ within: 0.1, over: 3 });
  const history = versions(10, 10, 10, 1000, 1000, 1000, 1000);
  assert.ok((await judged(band, rows(10), { history })).passed);
  const outcome = await judged(band, rows(2), { history });
  assert.equal(outcome.message, "2 rows, outside 9 to 11 around the median 10 of 3 versions");
  assert.deepEqual(outcome.failingRows![0], { ...history[0], rows_now: 2 });
  assert.equal(outcome.failingRows!.length, 3);
});

Deno.test("rowCountBand() passes with too little history and says so", async () => {
  const outcome = await judged(rowCountBand({ within: 0.5 }), rows(1), { history: versions(100, 100) });
  assert.ok(outcome.passed);
  assert.match(outcome.message, /history of 2 versions there is nothing to compare with, 3 are needed/);
});

Deno.test("rowCountBand() refuses settings that say nothing", () => {
  for (
    const options of [{ within: 0 }, { within: NaN }, { within: 1, over: 2.5 }, { within: 1, over: 2 }, {
      within: 1,
      over: 101,
    }, { within: 1, atLeast: 0 }]
  ) {
    assert.throws(() => rowCountBand(options), DefinitionError, JSON.stringify(options));
  }
});

Deno.test("rowCountBand() does not count the rows of a table that is carried on, of which earlier ones stay", async () => {
  const history = versions(1_000, 1_001, 1_002);
  const band = rowCountBand({ within: 0.5 });
  assert.equal((await judged(band, rows(1), { history })).passed, false);
  const outcome = await judged(band, rows(1), { history, from: "2024-01-01" });
  assert.deepEqual([outcome.passed, outcome.message], [true, "1 rows from 2024-01-01 on; all earlier ones stay"]);
});
