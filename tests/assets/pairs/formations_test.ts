import assert from "node:assert/strict";
import { formationPairs } from "../../../assets/pairs/formation_pairs.ts";
import { formations } from "../../../assets/pairs/formations.ts";
import { runChain } from "../../support/asset_chain.ts";
import { groupedMarket } from "../../support/grouped_market.ts";

Deno.test("formations is made with formation_pairs, and keeps those that choose nothing, for they were tried", async () => {
  assert.equal(formations.recipe, undefined);
  assert.equal(formationPairs.recipe!.outs.formations, formations);
  const tables = await runChain(formationPairs, {
    bars: groupedMarket(260),
    config: { formation_pairs: { formationSessions: 120, tradingSessions: 40, minCrossings: 10_000 } },
  });
  assert.deepEqual(tables.rows(formationPairs), []);
  const rows = tables.rows(formations);
  assert.equal(rows.length, 4);
  assert.ok(rows.every((row) => row.pairs_chosen === 0 && row.pairs_tested > 0));
  assert.ok(rows.every((row) => row.formation_sessions === 120 && row.trading_sessions === 40));
});
