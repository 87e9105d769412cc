import assert from "node:assert/strict";
import { sessions } from "../../../assets/market/sessions.ts";
import { formationPairs } from "../../../assets/pairs/formation_pairs.ts";
import { formations } from "../../../assets/pairs/formations.ts";
import { walkForwardPairs } from "../../../assets/pairs/walk_forward_pairs.ts";
import { walkForwardWindows } from "../../../assets/pairs/walk_forward_windows.ts";
import { runChain } from "../../support/asset_chain.ts";
import { groupedMarket } from "../../support/grouped_market.ts";
import { runAsset } from "../../../testing/run_asset.ts";

const config = { formationSessions: 120, tradingSessions: 40 };
const run = async (more = {}) => {
  const tables = await runChain(walkForwardPairs, {
    bars: groupedMarket(260),
    config: { formation_pairs: { ...config, ...more } },
  });
  return { rows: tables.rows(walkForwardPairs), windows: tables.rows(walkForwardWindows) };
};

Deno.test("walk_forward_windows is made with walk_forward_pairs", () => {
  assert.equal(walkForwardWindows.recipe, undefined);
  assert.equal(walkForwardPairs.recipe!.outs.windows, walkForwardWindows);
});

Deno.test("walk_forward_windows counts tried, accepted and chosen pairs in each window", async () => {
  const { rows, windows } = await run();
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
});

Deno.test("walk_forward_pairs reports in its metadata how many pairs all windows tested and accepted", async () => {
  const tables = await runChain(walkForwardPairs, { bars: groupedMarket(260), config: { formation_pairs: config } });
  const { metadata, outs } = await runAsset(walkForwardPairs, {
    inputs: {
      formations: tables.rows(formations),
      pairs: tables.rows(formationPairs),
      sessions: tables.rows(sessions),
    },
  });
  for (const name of ["pairs_tested", "pairs_accepted"]) {
    const value = outs.windows!.rows.reduce((sum, row) => sum + Number(row[name]), 0);
    assert.ok(value > 0);
    assert.deepEqual(metadata[name], { type: "number", value });
  }
});

Deno.test("walk_forward_windows keeps windows in which nothing was chosen, for they were tried", async () => {
  const { windows } = await run({ minCrossings: 10_000 });
  assert.equal(windows.length, 4);
  assert.ok(windows.every((row) => row.pairs_chosen === 0 && Number(row.pairs_tested) > 0));
});
