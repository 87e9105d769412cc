import assert from "node:assert/strict";
import { walkForwardPairs } from "../../../assets/pairs/walk_forward_pairs.ts";
import { walkForwardWindows } from "../../../assets/pairs/walk_forward_windows.ts";
import { sessionRows } from "../../support/bars.ts";
import { groupedMarket } from "../../support/grouped_market.ts";
import { runAsset } from "../../../testing/run_asset.ts";

const config = { formationSessions: 120, tradingSessions: 40 };
const run = (more = {}) =>
  runAsset(walkForwardPairs, {
    inputs: { bars: groupedMarket(260), sessions: sessionRows(groupedMarket(260)) },
    config: { ...config, ...more },
  });

Deno.test("walk_forward_windows is made with walk_forward_pairs", () => {
  assert.equal(walkForwardWindows.recipe, undefined);
  assert.equal(walkForwardPairs.recipe!.outs.windows, walkForwardWindows);
});

Deno.test("walk_forward_windows counts what was tried, accepted and chosen in each window", async () => {
  const { rows, outs, metadata } = await run();
  const windows = outs.windows!.rows;
  assert.deepEqual(windows.map((row) => row.window), [1, 2, 3, 4]);
  for (const window of windows) {
    const pairs = rows.filter((row) => row.window === window.window);
    assert.equal(window.pairs_chosen, pairs.length);
    assert.ok(pairs.every((row) => row.pairs_tested === window.pairs_tested));
    assert.ok(Number(window.pairs_tested) >= Number(window.pairs_accepted));
    assert.ok(Number(window.pairs_accepted) >= pairs.length && pairs.length > 0);
  }
  // C3 stops trading in the second formation's trading window and is in no later universe.
  assert.deepEqual(windows.map((row) => row.tickers), [12, 12, 11, 11]);
  const tested = windows.reduce((sum, row) => sum + Number(row.pairs_tested), 0);
  assert.deepEqual(metadata.pairs_tested, { type: "number", value: tested });
});

Deno.test("walk_forward_windows keeps windows in which nothing was chosen, for they were tried", async () => {
  const { outs } = await run({ minCrossings: 10_000 });
  const windows = outs.windows!.rows;
  assert.equal(windows.length, 4);
  assert.ok(windows.every((row) => row.pairs_chosen === 0 && Number(row.pairs_tested) > 0));
});
