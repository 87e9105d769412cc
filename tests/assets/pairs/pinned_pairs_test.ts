import assert from "node:assert/strict";
import { chosenPairs } from "../../../assets/pairs/chosen_pairs.ts";
import { cointegratedPairs } from "../../../assets/pairs/cointegrated_pairs.ts";
import { withPinnedTested } from "../../../assets/pairs/pinned_pairs.ts";
import { runChain } from "../../support/asset_chain.ts";
import { groupedMarket } from "../../support/grouped_market.ts";

Deno.test("withPinnedTested() has pinned pairs tested, unless the settings name others", () => {
  const pinned = { chosen_pairs: { pinnedPairs: [["A", "B"]] } };
  assert.deepEqual(withPinnedTested(pinned), { ...pinned, cointegrated_pairs: { namedPairs: [["A", "B"]] } });
  const own = { ...pinned, cointegrated_pairs: { namedPairs: [], maxHurst: 0.4 } };
  assert.deepEqual(withPinnedTested(own), own);
  for (const config of [{}, { chosen_pairs: { pinnedPairs: [] } }]) assert.deepEqual(withPinnedTested(config), config);
});

Deno.test("a pinned pair that no source proposes has statistics and the reason why no test accepts it", async () => {
  const config = withPinnedTested({
    chosen_pairs: { pinnedPairs: [["A0", "C1"]], maxPairs: 1 },
    cointegrated_pairs: { candidates: ["cluster"], formationSessions: 120 },
    pair_clusters: { formationSessions: 120 },
  }) as Record<string, Record<string, unknown>>;
  const chain = await runChain(chosenPairs, { bars: groupedMarket(260), config });
  const tested = chain.rows(cointegratedPairs).filter(({ sources }) => sources.includes("named"));
  assert.deepEqual(tested.map(({ ticker_1, ticker_2, sources }) => [ticker_1, ticker_2, sources]), [
    ["A0", "C1", ["named"]],
  ]);
  const [row] = chain.rows(chosenPairs);
  assert.deepEqual([row!.pinned, row!.slope, row!.half_life], [true, tested[0]!.slope, tested[0]!.half_life]);
  assert.match(row!.reason!, /p-value .* is not below/);
});

Deno.test("cointegrated_pairs refuses a named pair of a ticker with itself", () => {
  const parse = (config: object) => cointegratedPairs.recipe!.config.safeParse(config);
  assert.equal(parse({ namedPairs: [["A", "A"]] }).success, false);
  assert.equal(parse({ namedPairs: [["A", "B"]] }).success, true);
});
