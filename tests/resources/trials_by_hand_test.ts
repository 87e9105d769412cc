import assert from "node:assert/strict";
import { type TrialByHand, trialsByHand } from "../../resources/trials_by_hand.ts";
import { databases } from "../support/database.ts";

const trial = (name: string): TrialByHand => ({
  trial: name,
  ticker_1: "KO",
  ticker_2: "PEP",
  strategy: "z_score_bands",
  universe: "bars",
  settings: '{"a":1}',
  costs: "fixed",
  cost_bps: 2.5,
  fills_at: "next_open",
  first_session: "2026-01-05",
  last_session: "2026-03-05",
  sessions: 40,
  total_return: 0.025,
  session_sharpe: -0.125,
});

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `trialsByHand() keeps a trial as it was first shown, on ${name}`,
    ignore,
    async fn() {
      const database = await open();
      try {
        const record = trialsByHand(database);
        const start = Temporal.Now.instant().subtract({ hours: 1 });
        const end = Temporal.Now.instant().add({ hours: 1 });
        await record.record(trial("b KO/PEP"));
        await record.record(trial("a KO/PEP"));
        await record.record({ ...trial("b KO/PEP"), total_return: 7 });
        assert.deepEqual(await record.before(end), [trial("a KO/PEP"), trial("b KO/PEP")]);
        assert.deepEqual([await record.countBefore(end), await record.countBefore(start)], [2, 0]);
        assert.deepEqual(await record.before(start), []);
      } finally {
        await database.close();
      }
    },
  });
}
