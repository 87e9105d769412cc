import assert from "node:assert/strict";
import {
  strategyByName,
  type StrategyName,
  strategyNames,
  walkForward,
  withExits,
} from "../../../quant/backtest/mod.ts";
import { sharedFits } from "../../../quant/backtest/shared_fits.ts";
import type { Strategy } from "../../../quant/backtest/strategy.ts";
import { generatedPair } from "./generated_pair.ts";

const { sessions, leg1, leg2 } = generatedPair(5, 400);
const levels = [0, 5, 50].map((bps) => ({ commissionBps: bps, slippageBps: bps, borrowBpsPerYear: 10 * bps }));
const trade = (strategy: Strategy, costs: typeof levels[number]) =>
  walkForward({ sessions, leg1, leg2, strategy, costs, formationSessions: 120, tradingSessions: 40 });

for (const name of strategyNames) {
  Deno.test(`sharedFits() gives each walk-forward of ${name} what a strategy of its own gives`, () => {
    const strategy = () => withExits(strategyByName(name as StrategyName), { timeStopHalfLives: 2 });
    const next = sharedFits(strategy());
    const shared = levels.map((costs) => trade(next(), costs));
    assert.deepEqual(shared, levels.map((costs) => trade(strategy(), costs)));
    assert.ok(shared[0]!.windows.some(({ estimates }) => estimates !== null));
  });
}

Deno.test("sharedFits() fits each formation once, a refused one too, and decides each close once", () => {
  let fits = 0;
  let decisions = 0;
  const next = sharedFits({
    name: "counted",
    parameters: {},
    fit() {
      if (++fits === 2) throw new RangeError("not this one");
      return {
        estimates: {},
        levels: { entryZ: NaN, exitZ: NaN, stopZ: NaN },
        decide() {
          decisions++;
          return { target: 0, signal: "hold", hedgeRatio: 1, score: 0, z: 0 };
        },
      };
    },
  });
  const results = levels.map((costs) => trade(next(), costs));
  assert.equal(fits, results[0]!.windows.length);
  assert.deepEqual(results.map(({ windows }) => windows[1]!.refusal), levels.map(() => "not this one"));
  const asked = (results[0]!.daily.signal.filter((signal) => signal === "hold")).length;
  assert.ok(asked > 0);
  assert.equal(decisions, asked);
});

Deno.test("sharedFits() passes on an error that is no refusal", () => {
  const next = sharedFits({
    name: "faulty",
    parameters: {},
    fit() {
      throw new TypeError("a fault");
    },
  });
  assert.throws(() => trade(next(), levels[0]!), TypeError);
});
