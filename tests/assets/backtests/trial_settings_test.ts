import assert from "node:assert/strict";
import { trialSettings } from "../../../assets/backtests/trial_settings.ts";
import { runChain } from "../../support/asset_chain.ts";
import { groupedMarket } from "../../support/grouped_market.ts";

const bars = groupedMarket(200);
async function trials(search: Record<string, unknown> = {}, trading: Record<string, unknown> = {}) {
  const config = {
    formation_pairs: { formationSessions: 120, tradingSessions: 40, ...search },
    walk_forward_daily: {
      strategies: ["z_score_bands", "ou_thresholds"],
      defaultStrategy: "z_score_bands",
      ...trading,
    },
  };
  const rows = (await runChain(trialSettings, { bars, config })).rows(trialSettings);
  return new Map(rows.map((row) => [row.strategy, row]));
}

Deno.test("trial_settings names a trial by all that decides what is traded, and by nothing that only measures it", async () => {
  const before = await trials();
  assert.deepEqual([...before.keys()].sort(), ["ou_thresholds", "reference", "traditional_bands", "z_score_bands"]);
  const same = async (strategy: string, search: Record<string, unknown>, trading: Record<string, unknown> = {}) =>
    (await trials(search, trading)).get(strategy)!.trial === before.get(strategy)!.trial;
  const measured = {
    commissionBps: 3,
    costs: "spread",
    cashRatePerYear: 0.04,
    comparedCostsBps: [],
    benchmarkTicker: "A0",
  };
  assert.ok(await same("z_score_bands", {}, measured));
  assert.ok(await same("z_score_bands", {}, { strategies: ["z_score_bands"] }));
  const wide = { parameters: { z_score_bands: { entryZ: 3 } } };
  assert.ok(!await same("z_score_bands", {}, wide) && await same("ou_thresholds", {}, wide));
  assert.ok(!await same("z_score_bands", {}, { exits: { spreadStopZ: 3 } }));
  // A weighting is a row of the ledger. Limits decide what is held; sectors do where there is a limit by them.
  assert.ok(await same("z_score_bands", {}, { weightings: ["equal"], sectors: { A0: "Energy" } }));
  assert.ok(!await same("z_score_bands", {}, { maxTickerShare: 0.3 }));
  const bySector = await trials({}, { maxSectorShare: 0.5 });
  assert.notEqual(bySector.get("traditional_bands")!.trial, before.get("traditional_bands")!.trial);
  const otherSectors = await trials({}, { maxSectorShare: 0.5, sectors: { A0: "Energy" } });
  assert.notEqual(otherSectors.get("z_score_bands")!.trial, bySector.get("z_score_bands")!.trial);
  assert.ok(!await same("traditional_bands", { maxPairs: 3 }) && await same("traditional_bands", {}, wide));
  const { settings, universe, looks_ahead } = before.get("z_score_bands")!;
  assert.deepEqual([universe, looks_ahead], ["bars of one source", false]);
  assert.equal(JSON.parse(settings).search[0].minDollarVolume, 1_000_000);
});
