import assert from "node:assert/strict";
import { decisionOf } from "../../web/pair_decision.ts";
import type { PairFormation } from "../../web/pair_formation.ts";
import type { PairTrade } from "../../web/pair_backtest.ts";
import type { PairRecord } from "../../web/pair_record.ts";
import type { PairDay, WalkForward } from "../../web/pair_walk_forward.ts";

const sessions = ["2026-03-02", "2026-03-03"];

const day: PairDay = {
  session: sessions[1]!,
  signal: "hold",
  z: 0.4,
  entryZ: 1,
  exitZ: 0.5,
  stopZ: 4,
  hedgeRatio: 2,
  position: 0,
  target: 0,
  equity: 100_000,
};

const trade: PairTrade = {
  entry: sessions[0]!,
  exit: null,
  side: 1,
  reason: null,
  sessions: 1,
  pnl: 400,
  costs: 100,
  return: 0.003,
  entryPrices: [50, 100],
  shares: [-1000, 500],
};

const walkForward: WalkForward = {
  strategy: "z_score_bands",
  settings: {
    defaultStrategy: "z_score_bands",
    strategies: ["z_score_bands"],
    fillAt: "next_open",
    sizing: "hedge_ratio",
    costBps: 2,
    timeStopHalfLives: 5,
    maxHalfLifeOfWindow: 0.5,
  },
  days: [day],
  windows: [{
    formationFirst: "2024-03-01",
    formationLast: "2026-02-27",
    tradingFirst: sessions[0]!,
    tradingLast: sessions[1]!,
    complete: false,
    rank: 1,
    halfLife: 6,
  }],
  newestSession: sessions[1]!,
  sessions,
  equity: [100_000, 100_000],
  trades: [],
};

const record: PairRecord = {
  tickers: ["KO", "PEP"],
  tested: null,
  rank: 3,
  pinned: null,
  closes: { sessions, first: [50, 50], second: [100, 100] },
  walkForward,
  reference: null,
  events: [],
  dividends: null,
  sources: new Map([["walk_forward_daily", {} as never]]),
};

const formation: PairFormation = {
  first: "2024-03-01",
  last: "2026-02-27",
  slope: 1.5,
  intercept: 20,
  deviation: 2.5,
};

function decide(today: Partial<PairDay>, more: Partial<WalkForward> = {}, of: Partial<PairRecord> = {}) {
  const traded = { ...walkForward, ...more, days: [{ ...day, ...today }] };
  return decisionOf({ ...record, walkForward: traded, ...of }, { formation, notional: 10_000 });
}

Deno.test("decisionOf() names the signal by current and target position", () => {
  const expected: [position: number, target: number, signal: string, state: string][] = [
    [0, 0, "Flat", "flat"],
    [0, 1, "Enter long", "act"],
    [0, -1, "Enter short", "act"],
    [1, 1, "Hold long", "held"],
    [-1, -1, "Hold short", "held"],
    [1, 0, "Exit", "act"],
    [1, -1, "Reverse to short", "act"],
  ];
  for (const [position, target, signal, state] of expected) {
    const decision = decide({ position, target });
    assert.deepEqual([decision.signal, decision.state], [signal, state]);
  }
  assert.equal(decide({ position: 1, target: 0, signal: "stop" }).signal, "Stop out");
});

Deno.test("decisionOf() says why in one sentence", () => {
  const expected: [Partial<PairDay>, strategy: string, why: RegExp][] = [
    [
      { z: 1.3, signal: "enter_short", target: -1 },
      "z_score_bands",
      /is 1\.30 deviations above its mean, beyond the entry at ±1\.00: Z-score bands sells the spread\.$/,
    ],
    [
      { z: -1.3, signal: "enter_long", target: 1 },
      "rolling_trend",
      /below its mean, .*, and its trend does not diverge further: Rolling trend buys the spread\.$/,
    ],
    [
      { z: 1.3, entryZ: null, signal: "enter_short", target: -1 },
      "forecast_band",
      /whole forecast interval is below it/,
    ],
    [{ z: 0.4, position: 1, signal: "exit" }, "z_score_bands", /back at the exit at ±0\.50\.$/],
    [{ z: 0.4, position: 1, signal: "exit" }, "rolling_trend", /the trend turned against the position\.$/],
    [
      { z: -4.2, position: 1, signal: "stop" },
      "z_score_bands",
      /closes the position \(at 4\.00 deviations or after 30 sessions\)\.$/,
    ],
    [{ z: 0.4 }, "z_score_bands", /inside the entry at ±1\.00: no entry\.$/],
    [{ z: 1.4 }, "rolling_trend", /beyond the entry, but the trend does not revert/],
    [{ z: 4.4 }, "z_score_bands", /beyond the stop at ±4\.00: no entry\.$/],
    [{ z: 0.8, position: -1, target: -1 }, "z_score_bands", /the exit at ±0\.50 is not reached\.$/],
    [{ z: null, signal: "no_bar" }, "z_score_bands", /^A leg had no bar/],
    [{ z: null, signal: "not_traded" }, "z_score_bands", /its half-life of 6\.0 sessions is too long/],
    [
      { z: null, signal: "window_end" },
      "z_score_bands",
      /chosen again; this one is number 3 of the newest selection\.$/,
    ],
  ];
  for (const [today, strategy, why] of expected) assert.match(decide(today, { strategy }).why, why);
});

Deno.test("decisionOf() reports the open position: entry, gain over the notional of both legs, sessions beside the half-life", () => {
  const { open, halfLife, timeStopSessions } = decide({ position: 1, target: 1 }, { trades: [trade] });
  assert.deepEqual(open, { entry: sessions[0], entryPrices: [50, 100], unrealized: 300 / 100_000, sessions: 1 });
  assert.deepEqual([halfLife, timeStopSessions], [6, 30]);
  assert.equal(decide({}, { trades: [{ ...trade, exit: sessions[1]! }] }).open, null);
});

Deno.test("decisionOf() sizes legs for a notional by the hedge ratio, on the side that is to be held", () => {
  const shares = (today: Partial<PairDay>, more: Partial<WalkForward> = {}, of: Partial<PairRecord> = {}) =>
    decide(today, more, of).legs!.map((leg) => leg.shares);
  // Two KO at 50 for a PEP at 100: 200 USD a unit.
  assert.deepEqual(shares({ target: 1 }), [-100, 50]);
  assert.deepEqual(shares({ target: -1 }), [100, -50]);
  assert.deepEqual(shares({ position: -1, target: -1 }), [100, -50]);
  assert.deepEqual(shares({}), [-100, 50], "flat: those of a spread that is bought");
  const neutral = { settings: { ...walkForward.settings, sizing: "dollar_neutral" } };
  assert.deepEqual(shares({ target: 1, hedgeRatio: 7 }, neutral), [-100, 50]);
  // After a split of 2:1 in KO since the formation's end the same ratio is of half shares; one before it is in the ratio already.
  const split = { ticker: "KO", kind: "split", value: 2 } as const;
  assert.deepEqual(shares({ target: 1, hedgeRatio: 1 }, {}, { events: [{ ...split, session: sessions[0]! }] }), [
    -100,
    50,
  ]);
  assert.deepEqual(shares({ target: 1 }, {}, { events: [{ ...split, session: "2026-02-27" }] }), [-100, 50]);
});

Deno.test("decisionOf() has no signal for a pair whose window is over, and states its z-score by the formation", () => {
  const over = decide({}, { newestSession: "2026-06-01" });
  assert.deepEqual([over.state, over.signal, over.session], ["none", "No signal", null]);
  assert.match(over.why, /the last one ended 2026-03-03\.$/);
  assert.deepEqual(over.levels, { z: (100 - 1.5 * 50 - 20) / 2.5, entryZ: null, exitZ: null, stopZ: null });
  const never = decisionOf({ ...record, walkForward: null }, { formation: null, notional: 10_000 });
  assert.match(never.why, /number 3 of the chosen pairs, but not in the current trading window/);
  assert.deepEqual([never.levels, never.legs], [null, null]);
  const unmade = decisionOf({ ...record, walkForward: null, sources: new Map() }, {
    formation: null,
    notional: 10_000,
  });
  assert.match(unmade.why, /has not been materialized yet/);
});
