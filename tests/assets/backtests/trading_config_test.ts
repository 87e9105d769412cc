import assert from "node:assert/strict";
import { exitRulesOf, ExitsConfig } from "../../../assets/backtests/exits.ts";
import { TradingConfig } from "../../../assets/backtests/trading_config.ts";

const messageOf = (config: unknown) =>
  TradingConfig.safeParse(config).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");

Deno.test("TradingConfig has the paper's settings for factor residuals, and refuses those that do not fit", () => {
  assert.equal(TradingConfig.parse({}).factorResiduals, null);
  assert.deepEqual(TradingConfig.parse({ factorResiduals: {} }).factorResiduals, {
    factors: 15,
    scoreSessions: 60,
    entryScore: 1.25,
    exitLongScore: 0.5,
    exitShortScore: 0.75,
    maxHalfLifeSessions: 30 * Math.LN2,
    positionShare: 0.02,
  });
  assert.equal(
    messageOf({ factorResiduals: { factors: 20, scoreSessions: 25, exitLongScore: 2 } }),
    "factorResiduals.scoreSessions: must be at least factors + 10; factorResiduals.exitLongScore: must be below entryScore",
  );
});

Deno.test("TradingConfig refuses a default strategy that is not tried", () => {
  const other = { strategies: ["kalman_hedge"], defaultStrategy: "rolling_trend" };
  assert.equal(messageOf(other), "defaultStrategy: must be one of the strategies");
  assert.equal(messageOf({ strategies: ["kalman_hedge"] }), undefined);
  assert.equal(messageOf({ strategies: ["kalman_hedge"], defaultStrategy: "kalman_hedge" }), undefined);
});

Deno.test("TradingConfig compares every weighting, equal at least, and limits nothing by default", () => {
  const { weightings, maxTickerShare, maxSectorShare, sectors } = TradingConfig.parse({});
  assert.deepEqual(weightings, ["equal", "volatility_scaled", "equal_risk_contribution"]);
  assert.deepEqual([maxTickerShare, maxSectorShare, sectors], [null, null, {}]);
  assert.equal(messageOf({ weightings: ["equal"], maxTickerShare: 1, maxSectorShare: 0.3 }), undefined);
  assert.equal(
    messageOf({ weightings: ["equal_risk_contribution"] }),
    "weightings: must include equal, which the overview shows",
  );
  for (const wrong of [{ weightings: [] }, { weightings: ["equal", "heavy"] }]) {
    assert.match(messageOf(wrong)!, /^weightings/);
  }
  for (const share of [0, -1, 1.1]) {
    assert.match(messageOf({ maxTickerShare: share })!, /^maxTickerShare/);
    assert.match(messageOf({ maxSectorShare: share })!, /^maxSectorShare/);
  }
});

Deno.test("TradingConfig has exits on by default, each of which can be left out", () => {
  const { exits } = TradingConfig.parse({});
  assert.deepEqual(exits, { maxHalfLifeOfWindow: 0.5, timeStopHalfLives: 5, spreadStopZ: 4, breakPValue: null });
  assert.equal(TradingConfig.parse({ exits: { spreadStopZ: null } }).exits.spreadStopZ, null);
  for (const wrong of [{ spreadStopZ: 0 }, { timeStopHalfLives: -1 }, { breakPValue: 1 }, { stop: 3 }]) {
    assert.match(messageOf({ exits: wrong })!, /^exits/);
  }
});

Deno.test("exitRulesOf() ties the half-life to the trading window, and gives no rule that is left out", () => {
  const exits = ExitsConfig.parse({ maxHalfLifeOfWindow: 0.4, breakPValue: 0.2, spreadStopZ: null });
  assert.deepEqual(exitRulesOf(exits, { tradingSessions: 50 }), {
    halfLifeBoundSessions: 20,
    timeStopHalfLives: 5,
    breakPValue: 0.2,
  });
  const none = { maxHalfLifeOfWindow: null, timeStopHalfLives: null, spreadStopZ: null, breakPValue: null };
  assert.deepEqual(exitRulesOf(ExitsConfig.parse(none), { tradingSessions: 50 }), {});
});

Deno.test("TradingConfig refuses parameters that a strategy does not have or cannot take", () => {
  assert.match(messageOf({ parameters: { z_score_bands: { entry: 2 } } })!, /parameters.z_score_bands: .*no parameter/);
  assert.match(messageOf({ parameters: { z_score_bands: { entryZ: 0.1 } } })!, /0 ≤ exitZ < entryZ/);
  assert.notEqual(messageOf({ parameters: { bands: {} } }), undefined);
  assert.equal(messageOf({ parameters: { z_score_bands: { entryZ: 2 } } }), undefined);
});
