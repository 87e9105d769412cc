import assert from "node:assert/strict";
import { PairsByHand } from "../../assets/backtests/pair_by_hand.ts";
import type { Engine } from "../../engine/mod.ts";
import { fixedClock } from "../../resources/clock.ts";
import { type TrialByHand, trialsByHand } from "../../resources/trials_by_hand.ts";
import type { PairTrials } from "../../web/mod.ts";
import { changingMarket } from "./changing_market.ts";
import { withEmbedded } from "./database.ts";
import { eightTickers, eightTickersConfig } from "./eight_tickers.ts";
import { withAssetChain } from "./engine_chain.ts";

/** A pair whose settings can be moved on its page, as the service does it. */
export interface MovablePair {
  engine: Engine;
  pairTrials: PairTrials;
  /** Path of the page of a pair that the walk-forward traded. */
  path: string;
  /** All trials by hand so far. */
  trials(): Promise<TrialByHand[]>;
}

/** Runs `test` on a chain of all assets with a pair that two strategies traded. */
export async function withMovablePair(test: (pair: MovablePair) => Promise<void>): Promise<void> {
  await withEmbedded(async (database) => {
    const record = trialsByHand(database);
    await withAssetChain({
      database,
      marketData: changingMarket(eightTickers("2026-11-20")),
      clock: fixedClock("2026-11-28T12:00:00Z"),
      config: {
        ...eightTickersConfig,
        walk_forward_daily: { strategies: ["z_score_bands", "rolling_trend"], defaultStrategy: "z_score_bands" },
      },
    }, async ({ engine, materialize, rows }) => {
      assert.equal((await materialize("+walk_forward_daily +chosen_pairs +clean_prices")).status, "succeeded");
      const [traded] = await rows("walk_forward_trades");
      await test({
        engine,
        pairTrials: new PairsByHand({ engine, record, universe: "bars of one source" }),
        path: `/pairs/${traded!.ticker_1}/${traded!.ticker_2}`,
        trials: () => record.before(Temporal.Instant.from("9999-01-01T00:00:00Z")),
      });
    });
  });
}
