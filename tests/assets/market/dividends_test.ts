import assert from "node:assert/strict";
import {
  chosenPairs,
  formationPairs,
  sessions as judgedSessions,
  strategyComparison,
  walkForwardDaily,
  walkForwardPairs,
} from "../../../assets/mod.ts";
import { dividendsIn, dividendsOf } from "../../../assets/market/dividends.ts";
import { sessionRows } from "../../support/bars.ts";
import { groupedMarket } from "../../support/grouped_market.ts";
import { runAsset } from "../../../testing/run_asset.ts";

Deno.test("dividendsIn() distinguishes bars with a dividend from those without any", () => {
  const none = "none in the source";
  assert.equal(dividendsIn([]), none);
  assert.equal(dividendsIn([new Float64Array(0)]), none);
  assert.equal(
    dividendsIn([Float64Array.of(0, NaN, 0), Float64Array.of(-1)]),
    none,
    "zeros, blanks and what is no dividend",
  );
  assert.equal(dividendsIn([Float64Array.of(0, 0), Float64Array.of(0, 0.01)]), "in the source");
});

Deno.test("dividendsOf() returns the metadata of the version that is read, if any", async () => {
  const said = { type: "text", value: "none in the source" } as const;
  assert.deepEqual(await dividendsOf({ metadata: () => Promise.resolve({ dividends: said }) }), { dividends: said });
  assert.deepEqual(await dividendsOf({ metadata: () => Promise.resolve({}) }), {});
});

Deno.test("chosen_pairs has the dividend metadata of its candidates", async () => {
  const { metadata } = await runAsset(chosenPairs, {
    inputs: { pairs: [] },
    inputMetadata: { pairs: { dividends: "none in the source" } },
    partitions: { dates: ["2026-11-20"] },
  });
  assert.deepEqual(metadata.dividends, { type: "text", value: "none in the source" });
});

Deno.test("walk-forward assets say whether the bars that they traded had dividends", async () => {
  const market = groupedMarket(200);
  assert.ok(market.some(({ dividend }) => dividend! > 0));
  for (
    const [bars, said] of [[market, "in the source"], [
      market.map((bar) => ({ ...bar, dividend: 0 })),
      "none in the source",
    ]] as const
  ) {
    const dividends = { type: "text", value: said };
    const sessions = sessionRows(bars);
    const dates = [...new Set(bars.map(({ session }) => session))].sort();
    const found = await runAsset(formationPairs, {
      inputs: { bars, sessions, groups: [] },
      config: { formationSessions: 120, tradingSessions: 40 },
      partitions: { dates: [dates[119]!, dates[159]!] },
    });
    assert.deepEqual(found.metadata.dividends, dividends);
    const chosen = await runAsset(walkForwardPairs, {
      inputs: { formations: found.outs.formations!.rows, pairs: found.rows, sessions },
      inputMetadata: { pairs: { dividends: said } },
    });
    assert.deepEqual(chosen.metadata.dividends, dividends);
    const index = (await runAsset(judgedSessions, { inputs: { bars }, partitions: { dates } })).outs.index!.rows;
    const traded = await runAsset(walkForwardDaily, {
      inputs: { bars, sessions, pairs: chosen.rows, windows: chosen.outs.windows!.rows, index, groups: [] },
      inputMetadata: { pairs: { dividends: said } },
    });
    assert.deepEqual(traded.metadata.dividends, dividends);
    assert.deepEqual(traded.outs.portfolio!.metadata.dividends, dividends);
    const compared = await runAsset(strategyComparison, {
      inputs: {
        portfolio: traded.outs.portfolio!.rows,
        finished: traded.outs.finished!.rows,
        outcomes: traded.outs.outcomes!.rows,
        settings: traded.outs.settings!.rows,
        trials: [],
        windows: chosen.outs.windows!.rows,
      },
      inputMetadata: { portfolio: { dividends: said } },
    });
    assert.deepEqual(compared.metadata.dividends, dividends);
  }
});
