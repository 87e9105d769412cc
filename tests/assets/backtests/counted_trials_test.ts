import assert from "node:assert/strict";
import { nearestTo, trialsOf } from "../../../assets/backtests/counted_trials.ts";

const trial = (
  name: string,
  costs: "fixed" | "spread",
  cost_bps: number,
  weighting: "equal" | "volatility_scaled" = "equal",
) => ({
  trial: name,
  strategy: "z_score_bands",
  universe: "test",
  settings: "{}",
  costs,
  cost_bps,
  weighting,
  fills_at: "next_open" as const,
  first_session: "2024-01-02",
  last_session: "2024-06-28",
  sessions: 120,
  total_return: 0,
  session_sharpe: 0,
});
const named = (trials: ReturnType<typeof nearestTo>) =>
  trials.map(({ trial, costs, cost_bps, weighting }) => `${trial} ${costs} ${cost_bps} ${weighting}`);

Deno.test("nearestTo() counts each trial and weighting once, at the nearest costs of the same kind", () => {
  const trials = [
    trial("a", "fixed", 0),
    trial("a", "fixed", 3),
    trial("a", "spread", 2),
    trial("a", "fixed", 3, "volatility_scaled"),
    trial("b", "spread", 2),
  ];
  assert.deepEqual(named(nearestTo(trials, { costs: "fixed", cost_bps: 2 })), [
    "a fixed 3 equal",
    "a fixed 3 volatility_scaled",
    "b spread 2 equal",
  ]);
  assert.deepEqual(named(nearestTo(trials, { costs: "spread", cost_bps: 9 })), [
    "a spread 2 equal",
    "a fixed 3 volatility_scaled",
    "b spread 2 equal",
  ]);
  assert.deepEqual(nearestTo([], { costs: "fixed", cost_bps: 2 }), []);
});

Deno.test("trialsOf() takes number and variance from the same ratios, and is null of none", () => {
  assert.deepEqual(trialsOf([]), null);
  assert.deepEqual(trialsOf([0.1]), { trials: 1, trialVariance: 0 });
  const { trials, trialVariance } = trialsOf([0.1, 0, 0.2])!;
  assert.ok(trials === 3 && Math.abs(trialVariance - 0.01) < 1e-15);
});
