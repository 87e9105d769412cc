import assert from "node:assert/strict";
import { backtestTrials, portfolioDaily, strategyComparison, trialSettings } from "../../../assets/mod.ts";
import { expectedMaximumSharpe, sharpeSample, sharpeTrials } from "../../../quant/mod.ts";
import { fixedClock } from "../../../resources/clock.ts";
import { runChain } from "../../support/asset_chain.ts";
import { changingMarket } from "../../support/changing_market.ts";
import { databases } from "../../support/database.ts";
import { eightTickers, eightTickersConfig } from "../../support/eight_tickers.ts";
import { type AssetChain, withAssetChain } from "../../support/engine_chain.ts";
import { groupedMarket } from "../../support/grouped_market.ts";

const windows = { formation_pairs: { formationSessions: 120, tradingSessions: 40 } };

Deno.test("backtest_trials has the Sharpe ratio of each setting at each cost level and weighting, without the reference", async () => {
  const tables = await runChain(backtestTrials, { bars: groupedMarket(260), config: windows });
  const rows = tables.rows(backtestTrials);
  assert.equal(rows.length, 8 * 4 * 3);
  assert.ok(rows.every(({ strategy }) => strategy !== "reference"));
  assert.equal(new Set(rows.map(({ trial }) => trial)).size, 8);
  for (const row of rows) {
    const days = tables.rows(portfolioDaily).filter((day) =>
      day.strategy === row.strategy && day.costs === row.costs && day.cost_bps === row.cost_bps &&
      day.weighting === row.weighting
    );
    const excess = Float64Array.from(days, (day) => day.daily_return - day.cash_return);
    assert.equal(row.session_sharpe, sharpeSample(excess).sharpe);
    assert.deepEqual([row.last_session, row.sessions], [days.at(-1)!.session, days.length]);
    assert.equal(tables.rows(trialSettings).find(({ trial }) => trial === row.trial)!.settings, row.settings);
  }
});

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `The ledger of trials on ${name} keeps what is no longer set, and strategy_comparison deflates for all of it`,
    ignore,
    async fn() {
      const database = await open();
      try {
        const marketData = changingMarket(eightTickers("2026-11-20"));
        const two = { strategies: ["z_score_bands", "ou_thresholds"], defaultStrategy: "z_score_bands" };
        const run = <T>(walk_forward_daily: Record<string, unknown>, test: (chain: AssetChain) => Promise<T>) =>
          withAssetChain({
            database,
            marketData,
            clock: fixedClock("2026-11-28T12:00:00Z"),
            config: { ...eightTickersConfig, walk_forward_daily },
          }, async (chain) => {
            const { status } = await chain.materialize("+strategy_comparison");
            assert.equal(status, "succeeded");
            return await test(chain);
          });
        const state = async ({ rows }: AssetChain) => {
          const trials = await rows("backtest_trials") as {
            trial: string;
            costs: string;
            cost_bps: number;
            session_sharpe: number;
          }[];
          const compared = await rows("strategy_comparison") as Record<string, number | string>[];
          return { trials, compared, count: new Set(trials.map(({ trial }) => trial)).size };
        };
        const first = await run(two, state);
        assert.equal(first.count, 3, "two strategies and the traditional bands");
        assert.deepEqual(first.compared.map((row) => row.settings_tried_before), first.compared.map(() => 0));

        // Costs are how a result is measured: no new trial.
        const dearer = await run({ ...two, commissionBps: 2, comparedCostsBps: [0, 5] }, state);
        assert.equal(dearer.count, 3);

        const wide = { ...two, parameters: { z_score_bands: { entryZ: 2.5 } } };
        const second = await run(wide, async (chain) => {
          assert.equal((await chain.materialize("+strategy_comparison")).status, "succeeded");
          return await state(chain);
        });
        assert.equal(second.count, 4, "z_score_bands with another setting");
        const kept = second.trials.filter(({ trial }) => !first.trials.every((row) => row.trial !== trial));
        assert.equal(new Set(kept.map(({ trial }) => trial)).size, 3);
        const row = second.compared.find((row) =>
          row.strategy === "z_score_bands" && row.costs === "fixed" && row.cost_bps === 2
        )!;
        assert.deepEqual(
          [row.settings_tried, row.settings_tried_before],
          [12, 3],
          "four trials under three weightings",
        );
        const sharpes = second.trials.filter((trial) => trial.costs === "fixed" && trial.cost_bps === 2)
          .map(({ session_sharpe }) => session_sharpe);
        // The setting that is no more was last run at 3 basis points, 0 and 5, and counts by the nearest of them.
        assert.equal(sharpes.length, 9);
        const before = second.trials.filter((trial) => trial.costs === "fixed" && trial.cost_bps === 3).map((
          { session_sharpe },
        ) => session_sharpe);
        assert.equal(before.length, 3);
        const expected = expectedMaximumSharpe(sharpeTrials(Float64Array.from([...sharpes, ...before]))) *
          Math.sqrt(252);
        assert.ok(Math.abs(Number(row.expected_maximum_sharpe) - expected) < 1e-9);

        // Back to what was: the same trials, none twice.
        const third = await run(two, state);
        assert.equal(third.count, 4);
        assert.deepEqual(
          third.compared.find((row) => row.strategy === "z_score_bands")!.settings_tried_before,
          3,
        );
      } finally {
        await database.close();
      }
    },
  });
}

Deno.test("strategy_comparison is made after the ledger, whose trials it reads", () => {
  assert.equal(strategyComparison.recipe!.deps.trials, backtestTrials);
});
