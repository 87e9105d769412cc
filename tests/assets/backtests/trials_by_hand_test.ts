import assert from "node:assert/strict";
import { trialsByHand } from "../../../assets/mod.ts";
import { fixedClock } from "../../../resources/clock.ts";
import type { TrialByHand } from "../../../resources/trials_by_hand.ts";
import { runAsset } from "../../../testing/run_asset.ts";

const trial: TrialByHand = {
  trial: "0123456789abcdef01234567 KO/PEP",
  ticker_1: "KO",
  ticker_2: "PEP",
  strategy: "z_score_bands",
  universe: "bars of one source",
  settings: "{}",
  costs: "fixed",
  cost_bps: 2,
  fills_at: "next_open",
  first_session: "2026-01-05",
  last_session: "2026-03-05",
  sessions: 40,
  total_return: 0.02,
  session_sharpe: 0.1,
};

Deno.test("trials_by_hand holds the trials of full hours, and none without a server", async () => {
  const asked: string[] = [];
  const record = {
    before(time: Temporal.Instant) {
      asked.push(time.toString());
      return Promise.resolve([trial]);
    },
  };
  const clock = fixedClock("2026-11-23T12:59:59Z");
  const { rows } = await runAsset(trialsByHand, { clock, resources: { trialsByHand: record } });
  assert.deepEqual(rows, [trial]);
  assert.deepEqual(asked, ["2026-11-23T12:00:00Z"]);
  assert.deepEqual((await runAsset(trialsByHand, { clock })).rows, []);
});
